// Opens the pages; prints what is wrong with each, and exits 1 when something is.
import { chromium } from 'playwright-core';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';

const [work, ...pages] = process.argv.slice(2);
const axe = readFileSync(createRequire(`${work}/`).resolve('axe-core/axe.min.js'), 'utf8');
const kWidths = [360, 1400];
const kPaper = 718;  // px, of A4 without its margins of 1 cm
const kLargest = 1_000_000;
// Of Jenkins, for what a job has archived.
const kPolicy = "sandbox allow-same-origin; default-src 'none'; img-src 'self'; style-src 'self'";

mkdirSync(`${work}/shots`, { recursive: true });
let wrong = 0;
const complain = (page, text) => {
  ++wrong;
  console.log(`WRONG ${page}: ${text}`);
};

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});

// Opens a page and complains about each message and each request but for its own files.
const open = async (name, options, media) => {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  page.on('console', (message) => complain(name, `message: ${message.text()}`));
  page.on('pageerror', (error) => complain(name, `error: ${error}`));
  page.on('dialog', (dialog) => { complain(name, 'a dialog'); dialog.dismiss(); });
  const own = `file://${work}/`;
  page.on('request', (request) => {
    if (!request.url().startsWith(own)) complain(name, `request: ${request.url()}`);
  });
  if (media) await page.emulateMedia(media);
  await page.goto(`${own}${name}/findings.html`);
  return { page, context };
};

for (const name of pages) {
  const size = statSync(`${work}/${name}/findings.html`).size;
  if (size >= kLargest) complain(name, `${size} bytes`);
  const texts = [];
  for (const width of kWidths) {
    for (const colorScheme of ['light', 'dark']) {
      const viewport = { width, height: 900 };
      const silent = await open(name, { viewport, colorScheme, javaScriptEnabled: false });
      texts.push(await silent.page.locator('body').textContent());
      await silent.page.screenshot({ path: `${work}/shots/${name}-${width}-${colorScheme}.png`, fullPage: true });
      await silent.context.close();

      const { page, context } = await open(name, { viewport, colorScheme });
      texts.push(await page.locator('body').textContent());
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (wide > 0) complain(name, `${wide} px wider than ${width} px`);
      await page.evaluate(axe);
      for (const opened of [false, true]) {  // as it comes, and with all that is folded
        if (opened) await page.evaluate(() => document.querySelectorAll('details').forEach((d) => { d.open = true; }));
        const { violations } = await page.evaluate(() => window.axe.run());
        for (const found of violations) {
          complain(name, `${width} px ${colorScheme}: ${found.id}: ${found.help}, ${found.nodes.length} times: `
            + `${found.nodes[0].html.slice(0, 160)} ${found.nodes[0].failureSummary.replaceAll('\n', ' ').slice(0, 200)}`);
        }
      }
      await context.close();
    }
  }
  if (new Set(texts).size !== 1) complain(name, 'its text depends on scripts, width or colours');
  const printed = await open(name, { viewport: { width: kPaper, height: 1100 } }, { media: 'print' });
  const beyond = await printed.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (beyond > 0) complain(name, `printed ${beyond} px wider than the paper`);
  await printed.page.pdf({ path: `${work}/shots/${name}.pdf`, format: 'A4', margin: { top: '1cm', right: '1cm', bottom: '1cm', left: '1cm' } });
  await printed.context.close();

  // Where nothing but files of the server's own may style a page: with its style sheet beside it.
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const page = await context.newPage();
  page.on('console', (message) => complain(`${name}, split`, `message: ${message.text()}`));
  await page.route('http://ci.invalid/*', (route) => {
    const file = new URL(route.request().url()).pathname;
    const contentType = file.endsWith('.css') ? 'text/css' : 'text/html; charset=utf-8';
    route.fulfill({ body: readFileSync(`${work}/${name}-split${file}`), contentType,
      headers: { 'Content-Security-Policy': kPolicy } });
  });
  await page.goto('http://ci.invalid/findings.html');
  await page.screenshot({ path: `${work}/shots/${name}-split.png` });
  const styled = await page.evaluate(() => getComputedStyle(document.querySelector('h1')).fontWeight !== ''
    && getComputedStyle(document.body).maxWidth !== 'none').catch(() => true);
  if (!styled) complain(`${name}, split`, 'its style sheet has no effect');
  await context.close();
  console.log(`${name}: ${size} bytes, looked at`);
}
await browser.close();
process.exit(wrong === 0 ? 0 : 1);
