// Records that no healthy run has, made from the one of a healthy run.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const work = process.argv[2];
const healthy = readFileSync(`${work}/healthy/record.json`, 'utf8');

const vary = (name, change) => {
  const record = JSON.parse(healthy);
  const transcript = change(record) ?? '';
  mkdirSync(`${work}/${name}`, { recursive: true });
  writeFileSync(`${work}/${name}/record.json`, JSON.stringify(record));
  writeFileSync(`${work}/${name}/transcript.jsonl`, transcript);
};

const label = (claim) => claim.id + (claim.guest ? `/${claim.guest}` : '');

vary('all-red', (record) => {
  record.claims.forEach((claim, i) => {
    claim.outcome = i % 3 === 2 ? 'error' : 'fail';
    claim.message = `${label(claim)}: ${i % 3 === 2 ? 'could not tell: ' : ''}${claim.message} (${i})`;
    claim.hint = 'look at the node\'s journal';
  });
  return readFileSync(`${work}/healthy/transcript.jsonl`, 'utf8');
});

vary('no-samples', (record) => {
  for (const window of [record.baseline, ...Object.values(record.measurements).flatMap(Object.values)]) {
    window.samples = [];
    if (window.progress) window.progress = [];
  }
});

vary('hostile', (record) => {
  const text = '</pre></style></title><script>alert(1)</script><img src="http://example.invalid/x" onerror="alert(1)">'
    + '\u202etxt.exe\u202c \u2066x\u2069 \u0000\u0007\u001b[2J\u001b]0;title\u0007 \ud83d\ude00 &amp; "\'`';
  const line = text + 'x'.repeat(1_000_000);
  record.claims.forEach((claim, i) => {
    claim.outcome = 'fail';
    claim.message = `${label(claim)}: ${i} ${text}`;
    claim.hint = text;
    claim.how = text;
    claim.statement = text;
    if (typeof claim.measured === 'string') claim.measured = line;
  });
  record.node.cpu.model = line;
  record.stages.preflight.message = text;
  record.stages.preflight.outcome = 'error';
  record.baseline.notes = [line];
  return record.claims.map((claim) => JSON.stringify({
    at: '2026-06-07T08:50:00.000Z', where: 'node', for: label(claim), command: `cat ${text}`, exit: 0,
    duration_s: 1, stdout: line, stderr: `${text}\n`.repeat(2000) })).join('\n') + '\n';
});
