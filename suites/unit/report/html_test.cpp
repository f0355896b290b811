#include <gtest/gtest.h>

#include "suites/unit/matchers.h"
#include "suites/unit/report/markup.h"
#include "suites/unit/report/sample_record.h"
#include "support/compare/metric.h"
#include "support/report/html/element.h"
#include "support/report/html/numbers.h"
#include "support/report/html/plot.h"
#include "support/report/html/sections.h"
#include "support/report/html/trouble.h"
#include "support/report/report.h"
#include "support/report/wording.h"

namespace pve_accept {
namespace {

using html::el;

std::string text_between(const std::string& text, const std::string& from, const std::string& to) {
  const auto start = text.find(from);
  if (start == std::string::npos) return "no " + from;
  const auto end = text.find(to, start + from.size());
  return text.substr(start, end - start);
}

std::string section_of(const std::string& page, const std::string& id) {
  return text_between(page, "<section id=\"" + id + "\"", "</section>");
}

// A sample a second; NaN: the sample lacks the value.
std::vector<Json> samples(const std::vector<double>& ram) {
  std::vector<Json> list;
  for (std::size_t i = 0; i < ram.size(); ++i) {
    Json sample = {{"at_s", i}, {"counts", true}, {"cpu_used_percent", 5.0}};
    if (std::isfinite(ram[i])) sample["ram_used_mib"] = ram[i];
    list.push_back(sample);
  }
  return list;
}

Record record_with_samples() {
  Record record = sample_record();
  record.baseline->samples = samples({1700, 1701, 1702});
  record.measurements[kLxc].idle->samples = samples({1915, 1916, 1915});
  LoadRecord& load = *record.measurements[kLxc].load;
  load.samples = samples({2100, 2110, 2120, 2110});
  load.opens_s = 1;
  load.closes_s = 3;
  load.progress = {{0, 1, 1, 2100}, {1, 2, 2, 2200}};
  load.pgbench.tps = 2150;
  return record;
}

TEST(HtmlElement, HasNoMarkupButItsOwn) {
  EXPECT_EQ(el("p", html::cls("a\"b"), "<script>x</script> & \"y\"").markup(),
            "<p class=\"a&quot;b\">&lt;script&gt;x&lt;/script&gt; &amp; &quot;y&quot;</p>\n");
  EXPECT_EQ(el("b", el("i", "x"), "y").markup(), "<b><i>x</i>y</b>");
}

TEST(HtmlElement, SpellsOutWhatDoesNotShow) {
  EXPECT_EQ(html::escaped("a\x1b[31mb\x7f"), "a\\x1b[31mb\\x7f");
  EXPECT_EQ(html::escaped("one\ntwo\tthree\r\nfour\rfive"), "one\ntwo\tthree\nfour\\x0dfive");
  EXPECT_EQ(html::escaped("\xE2\x80\xAE"
                          "evil\xE2\x81\xA6"),
            "\\u{202e}evil\\u{2066}");
  EXPECT_EQ(html::escaped("\xC2\x85|\xE2\x80\x8B|\xEF\xBB\xBF"), "\\u{0085}|\\u{200b}|\\u{feff}");
  EXPECT_EQ(html::escaped("\xFF\xC3("), "\xEF\xBF\xBD\xEF\xBF\xBD(");
  EXPECT_EQ(html::escaped("größer – ✓"), "größer – ✓");
}

TEST(HtmlElement, CutsATextThatNobodyReadsBetweenCharacters) {
  std::string text;
  while (text.size() < 1'000'000) text += "ä";
  const std::string markup = el("p", text).markup();
  EXPECT_LT(markup.size(), 4000U);
  EXPECT_THAT(markup,
              AllOf(HasSubstr("more bytes are in record.json"), Not(HasSubstr("\xEF\xBF\xBD"))));
}

TEST(HtmlNumbers, HaveThreeDigits) {
  EXPECT_EQ(html::figure_text(0.29146), "0.291");
  EXPECT_EQ(html::figure_text(39.558, "%"), "39.6 %");
  EXPECT_EQ(html::figure_text(2056.59), "2057");
  EXPECT_EQ(html::figure_text(-17.068), "-17.1");
  EXPECT_EQ(html::figure_text(0.00001), "0");
  EXPECT_EQ(html::figure_text(211.0), "211");
  EXPECT_EQ(html::figure_text(Figure::kUnknown), "–");
}

TEST(HtmlNumbers, AreNotRoundedIntoTheirBound) {
  ClaimResult claim{
      .outcome = Outcome::kFail, .measured = 311.4, .unit = "MiB", .allowed = Bound{.max = 311}};
  EXPECT_EQ(html::measured_figure(claim), "311.4 MiB");
}

TEST(HtmlTicks, AreRoundNumbers) {
  EXPECT_THAT(html::ticks({0, 60}, 6), ElementsAre(0, 10, 20, 30, 40, 50, 60));
  EXPECT_THAT(html::ticks({1699, 3790}, 5), ElementsAre(2000, 2500, 3000, 3500));
  EXPECT_THAT(html::ticks({0, 0.7}, 4), ElementsAre(0, 0.2, 0.4, testing::DoubleNear(0.6, 1e-9)));
  EXPECT_EQ(html::ticks({5, 5}, 4).size(), 1U);
  EXPECT_EQ(html::ticks({1e20, 1e20 + 1e5}, 4).size(), 1U);
  const html::Range widened = html::rounded({1699, 3790}, 5);
  EXPECT_EQ(widened.from, 1500);
  EXPECT_EQ(widened.to, 4000);
}

TEST(HtmlPage, IsWellFormedAndHasNothingThatRunsOrLoads) {
  for (const Record& record : {sample_record(), record_with_samples(), Record{}, reference_run()}) {
    const std::string page = findings_html(record);
    const std::string body = page.substr(page.find("<body"));
    EXPECT_EQ(malformed("<html>" + body.substr(0, body.rfind("</html>")) + "</html>"), "");
    EXPECT_THAT(page,
                AllOf(Not(HasSubstr("<script")), Not(HasSubstr("http:")), Not(HasSubstr("https:")),
                      Not(HasSubstr("url(")), Not(HasSubstr("@import"))));
    EXPECT_THAT(body, AllOf(Not(HasSubstr(" style=")), Not(ContainsRegex(" on[a-z]+="))));
  }
}

TEST(HtmlPage, HasItsStyleSheetInsideOrBeside) {
  EXPECT_THAT(findings_html(sample_record()),
              AllOf(HasSubstr("<style>"), HasSubstr("prefers-color-scheme: dark"),
                    Not(HasSubstr("<link"))));
  EXPECT_THAT(findings_html(sample_record(), {.style = StyleSheet::kBeside}),
              AllOf(HasSubstr("<link rel=\"stylesheet\" href=\"findings.css\"/>"),
                    Not(HasSubstr("<style"))));
  EXPECT_THAT(std::string(findings_style_sheet()),
              AllOf(HasSubstr("@media print"), Not(HasSubstr("</"))));
}

TEST(HtmlPage, OfASimulationSaysSoFirst) {
  const std::string page = findings_html(sample_record());
  const std::string body = page.substr(page.find("<body"));
  EXPECT_LT(body.find("its figures come from a model"), body.find("<h1"));
  Record record = sample_record();
  record.node.kind = "pve";
  record.node.name = "pve1";
  record.node.unknown_commands.clear();
  EXPECT_THAT(findings_html(record, {.style = StyleSheet::kBeside}), Not(HasSubstr("imulat")));
}

TEST(HtmlPage, NamesEveryClaim) {
  const Record record = sample_record();
  const std::string claims = section_of(findings_html(record), "claims");
  for (const ClaimResult& claim : record.claims) {
    EXPECT_THAT(claims, HasSubstr("<span class=\"id\">" + case_label(claim) + "</span>"));
  }
}

TEST(HtmlVerdict, IsOneSentence) {
  Record record = sample_record();
  EXPECT_EQ(html::verdict_sentence(record), "1 claim is false on sim, and 1 could not be told.");
  record.claims[1].outcome = Outcome::kPass;
  EXPECT_EQ(html::verdict_sentence(record),
            "Nothing is known to be false on sim, but 1 claim could not be told.");
  EXPECT_EQ(html::verdict_sentence(sample_record_in_preview()), "Every claim holds on sim.");
  EXPECT_EQ(html::verdict_sentence(Record{}), "Nothing is known of node: no claim was judged.");
  record = sample_record_in_preview();
  record.stages["stop/vm"] = {.message = "it still runs"};
  EXPECT_EQ(html::verdict_sentence(record),
            "No claim is false on sim, but 1 stage could not be done.");
}

TEST(HtmlVerdict, SaysWhereToBegin) {
  Record record = sample_record();
  record.claims[1].hint = "upgrade lxc-pve";
  const std::string page = findings_html(record);
  EXPECT_THAT(text_between(page, "class=\"todo\"", "</p>"),
              AllOf(HasSubstr("href=\"#trouble-1\""), HasSubstr("docker.storage-driver/lxc"),
                    HasSubstr("upgrade lxc-pve")));
  EXPECT_THAT(page, HasSubstr("id=\"trouble-1\""));
  EXPECT_THAT(findings_html(sample_record_in_preview()), HasSubstr("Nothing to do."));
}

TEST(HtmlTroubles, BeginWithWhatIsFalse) {
  const Record record = sample_record();
  const auto troubles = html::troubles_of(record, Maturity::kStable);
  ASSERT_EQ(troubles.size(), 2U);
  EXPECT_EQ(troubles[0].title, "docker.storage-driver/lxc");
  EXPECT_EQ(troubles[0].outcome, Outcome::kFail);
  EXPECT_EQ(troubles[1].title, "memory.idle-delta/vm");
  EXPECT_THAT(troubles[1].purposes, ElementsAre("memory.idle-delta/vm", "idle/vm"));
  EXPECT_TRUE(html::troubles_of(record, Maturity::kPreview).empty());
}

TEST(HtmlTroubles, TellACauseOnceForClaimsInPreviewToo) {
  Record record;
  record.stages["provision/vm"] = {.message = "create VM 9000: got timeout"};
  for (const auto& [id, maturity] :
       {std::pair("docker.exec", Maturity::kStable), {"guest.mountpoint", Maturity::kPreview}}) {
    record.claims.push_back(
        {.id = id,
         .guest = kVm,
         .maturity = maturity,
         .message = std::string(id) + "/vm: not run: stage provision/vm failed"});
  }
  auto troubles = html::troubles_of(record, Maturity::kStable);
  auto preview = html::troubles_of(record, Maturity::kPreview);
  ASSERT_EQ(preview.size(), 1U);
  html::tell_once(troubles, preview);
  EXPECT_TRUE(preview.empty());
  const std::string part = section_of(findings_html(record), "attention");
  EXPECT_EQ(occurrences(part, "got timeout"), 1);
  EXPECT_THAT(part, HasSubstr("docker.exec/vm, guest.mountpoint/vm (preview)"));
}

// Forty claims that were not run for one reason are one thing to look at.
TEST(HtmlTroubles, HaveWhatOneStageKeptFromBeingJudgedTogether) {
  Record record;
  record.stages["provision/vm"] = {.message = "create VM 9000: got timeout",
                                   .hint = "look at the storage"};
  for (const char* id : {"docker.exec", "stack.healthy"}) {
    record.claims.push_back(
        {.id = id,
         .guest = kVm,
         .message = std::string(id) + "/vm: not run: stage provision/vm failed"});
  }
  const auto troubles = html::troubles_of(record, Maturity::kStable);
  ASSERT_EQ(troubles.size(), 1U);
  EXPECT_EQ(troubles[0].claims.size(), 2U);
  EXPECT_EQ(troubles[0].hint, "look at the storage");
  EXPECT_THAT(troubles[0].purposes, ElementsAre("provision/vm"));
  EXPECT_THAT(section_of(findings_html(record), "attention"),
              AllOf(HasSubstr("got timeout"), HasSubstr("docker.exec/vm, stack.healthy/vm")));
}

TEST(HtmlTroubles, HaveWhatAWindowThatIsNoUseConcernsTogether) {
  Record record;
  record.measurements[kVm].idle = IdleRecord{{.problems = {"counters went back"}}};
  for (const char* id : {"cpu.idle", "memory.idle-delta"}) {
    record.claims.push_back(
        {.id = id,
         .guest = kVm,
         .message = std::string(id) + "/vm: could not tell: counters went back"});
  }
  const auto troubles = html::troubles_of(record, Maturity::kStable);
  ASSERT_EQ(troubles.size(), 1U);
  EXPECT_EQ(troubles[0].title, "The idle window of the VM is not usable");
  EXPECT_EQ(troubles[0].claims.size(), 2U);
  EXPECT_THAT(troubles[0].purposes, ElementsAre("idle/vm"));
}

TEST(HtmlCommands, StandBesideWhatTheyWereFor) {
  std::string lines;
  for (int i = 1; i <= 60; ++i) lines += "line " + std::to_string(i) + "\n";
  const CommandLog log{
      .found = true,
      .unreadable = 2,
      .commands = {
          {.where = "lxc",
           .purpose = "docker.storage-driver/lxc",
           .command = "docker info",
           .exit = 0,
           .out = lines,
           .err = "a <b>warning</b>"},
          {.where = "vm", .purpose = "docker.exec/vm", .command = "docker exec", .exit = 0}}};
  const std::string part = section_of(findings_html(sample_record(), {.log = log}), "attention");
  EXPECT_THAT(part, AllOf(HasSubstr("<code>docker info</code>"), HasSubstr("lxc, exit 0"),
                          HasSubstr("line 8\n"), HasSubstr("[… 44 more lines in transcript.jsonl]"),
                          HasSubstr("line 60"), Not(HasSubstr("line 30")),
                          HasSubstr("a &lt;b&gt;warning"), Not(HasSubstr("docker exec")),
                          HasSubstr("2 lines of transcript.jsonl cannot be read")));
  EXPECT_THAT(part, HasSubstr("sent no command of its own"));  // the other trouble
  EXPECT_THAT(section_of(findings_html(sample_record()), "attention"),
              HasSubstr("no transcript.jsonl beside the record"));
}

TEST(HtmlCommands, AreThoseOfTheStageThatObservedForAClaimThatSentNone) {
  Record record;
  record.claims = {{.id = "survivor.refreshed-rows", .guest = kLxc, .outcome = Outcome::kFail}};
  CommandLog log{
      .found = true,
      .commands = {{.where = "lxc", .purpose = "refresh/lxc", .command = "psql -Atc", .exit = 0}}};
  const auto part = [&] { return section_of(findings_html(record, {.log = log}), "attention"); };
  EXPECT_THAT(part(), AllOf(HasSubstr("The command of refresh/lxc and its output"),
                            HasSubstr("<code>psql -Atc</code>")));
  log.commands.push_back(
      {.where = "lxc", .purpose = "survivor.refreshed-rows/lxc", .command = "id", .exit = 0});
  EXPECT_THAT(part(), AllOf(HasSubstr("The command and its output"), Not(HasSubstr("psql -Atc"))));
}

TEST(HtmlComparison, SaysOfEachOutcomeWhoseItIs) {
  Record record = sample_record();
  const auto outcome_of = [&](const char* id, std::optional<GuestKind> guest) -> Outcome& {
    return std::ranges::find_if(
               record.claims,
               [&](const ClaimResult& claim) { return claim.id == id && claim.guest == guest; })
        ->outcome;
  };
  outcome_of("load.throughput", kLxc) = Outcome::kFail;
  outcome_of("load.throughput", kVm) = Outcome::kError;
  outcome_of("delta.throughput", std::nullopt) = Outcome::kError;
  const std::string row =
      text_between(section_of(findings_html(record), "comparison"), "pgbench throughput", "</tr>");
  EXPECT_THAT(row, AllOf(HasSubstr("FAIL</span> <span class=\"quiet\">lxc</span>"),
                         HasSubstr("ERROR</span> <span class=\"quiet\">vm, Δ</span>")));
}

TEST(HtmlComparison, HasWhatWasBeforeBetweenTheReferenceAndTheRun) {
  RunComparison comparison{.before = "5 runs", .now = "one run"};
  comparison.changes = {{.metric = find_metric("throughput"),
                         .guest = kLxc,
                         .decided = {.decision = Decision::kNoDifference},
                         .base = 2222.2,
                         .now = 2200.5}};
  const auto row = [&] {
    const std::string page = findings_html(sample_record(), {.comparison = comparison});
    return text_between(section_of(page, "comparison"), "pgbench throughput", "</tr>");
  };
  EXPECT_THAT(row(), ContainsRegex("2211.7</td>.*2222.2</td>.*2200.5</td>"));
  comparison.not_comparable = {"CPU"};
  EXPECT_THAT(row(), Not(HasSubstr("2222.2")));
}

TEST(HtmlPlots, HaveATitleADescriptionAndATable) {
  const std::string part = section_of(findings_html(record_with_samples()), "time");
  for (const char* id : {"ram", "cpu", "tps"}) {
    const std::string figure = text_between(part, std::string("<figure id=\"") + id, "</figure>");
    EXPECT_EQ(occurrences(figure, "<svg "), 2) << id;
    EXPECT_EQ(occurrences(figure, "<title id="), 2);
    EXPECT_EQ(occurrences(figure, "<desc id="), 2);
    EXPECT_EQ(occurrences(figure, "<table>"), 1);
  }
  EXPECT_THAT(part, AllOf(HasSubstr("Baseline (median): no guest: 1702 MiB"),
                          HasSubstr("Under load counts: LXC: 1 to 3 s")));
}

TEST(HtmlPlots, HaveAGapWhereDataAreMissing) {
  const auto drawn = [](const std::vector<double>& ram) {
    Record record = record_with_samples();
    record.baseline->samples = samples(ram);
    const std::string markup = html::figure(html::ram_plot(record)).markup();
    const std::string path = text_between(markup, "<path d=\"", "\"");
    return occurrences(path, "M");
  };
  EXPECT_EQ(drawn({1700, 1701, 1702, 1703, 1704}), 1);
  EXPECT_EQ(drawn({1700, 1701, Figure::kUnknown, 1703, 1704}), 2);
}

TEST(HtmlPlots, HaveAGapWhereSamplesAreMissing) {
  Record record = record_with_samples();
  record.baseline->samples = samples({1700, 1701, 1702, 1703, 1704, 1705, 1706, 1707, 1708});
  record.baseline->samples.erase(record.baseline->samples.begin() + 3,
                                 record.baseline->samples.begin() + 6);
  const std::string markup = html::figure(html::ram_plot(record)).markup();
  EXPECT_EQ(occurrences(text_between(markup, "<path d=\"", "\""), "M"), 2);
}

TEST(HtmlPlots, SayWhenThereIsNothingToPlot) {
  const std::string part = section_of(findings_html(sample_record()), "time");
  EXPECT_THAT(part, AllOf(HasSubstr("Nothing to plot"), HasSubstr("no samples of it are on record"),
                          Not(HasSubstr("<svg"))));
  EXPECT_THAT(section_of(findings_html(Record{}), "time"),
              HasSubstr("the quiet node was not watched"));
}

TEST(HtmlPlots, TakeNoNumberFromWhatIsNone) {
  Record record = record_with_samples();
  record.baseline->samples = {Json("text"), Json::array(), Json{{"at_s", "x"}, {"ram_used_mib", 1}},
                              Json{{"at_s", 1}, {"ram_used_mib", "2"}}};
  EXPECT_TRUE(html::ram_plot(record).panels[0].lines.empty());
}

TEST(HtmlBands, PutThePointWhereItIs) {
  ClaimResult claim{.id = "cpu.idle",
                    .guest = kVm,
                    .outcome = Outcome::kPass,
                    .measured = 6.1,
                    .unit = "%",
                    .allowed = Bound{.min = 0.1, .max = 9},
                    .reference = 6.0};
  const std::string inside = html::band(claim)->markup();
  EXPECT_THAT(inside,
              AllOf(HasSubstr("cpu.idle/vm: measured 6.1 %, allowed 0.1 to 9 %, reference 6 %"),
                    HasSubstr("mark vm"), HasSubstr("class=\"reference\"")));
  claim.outcome = Outcome::kFail;
  claim.measured = 9.5;
  EXPECT_THAT(html::band(claim)->markup(), AllOf(HasSubstr("mark false"), HasSubstr("l8 8")));
  claim.measured = 90000;
  EXPECT_THAT(html::band(claim)->markup(), AllOf(HasSubstr("mark false"), Not(HasSubstr("l8 8"))));
  // Allowed, but further from the reference than that is from its bound.
  claim = {.outcome = Outcome::kPass,
           .measured = 38.6,
           .allowed = Bound{.min = -100, .max = 100},
           .reference = 92};
  EXPECT_THAT(html::band(claim)->markup(), HasSubstr("<circle"));
  claim.measured = Value();
  EXPECT_FALSE(html::band(claim).has_value());
}

TEST(HtmlChanges, NameWhatChangedSinceTheEarlierRunAndWhatIsSuspected) {
  EXPECT_THAT(findings_html(sample_record()), Not(HasSubstr("id=\"changes\"")));
  Record earlier = sample_record();
  earlier.run = {.id = "run-0", .started = "2026-06-06T09:30:00Z"};
  earlier.node.packages["lxc-pve"] = "6.0.5-1";
  for (ClaimResult& claim : earlier.claims) claim.outcome = Outcome::kPass;
  Record record = sample_record();
  record.node.packages["lxc-pve"] = "6.0.5-2";
  const std::vector<Record> runs = {earlier};
  const std::string part = section_of(findings_html(record, {.earlier = runs}), "changes");
  EXPECT_THAT(part, AllOf(HasSubstr("docker.storage-driver/lxc"),
                          HasSubstr("Held last in run run-0 of 2026-06-06 09:30:00 UTC."),
                          HasSubstr("lxc-pve"), HasSubstr("6.0.5-2")));
}

TEST(HtmlChanges, HaveClaimsOfWhichTheSameIsSuspectedTogether) {
  Record earlier = sample_record();
  earlier.run = {.id = "run-0", .started = "2026-06-06T09:30:00Z"};
  earlier.node.packages["lxc-pve"] = "6.0.5-1";
  Record record = sample_record();
  record.node.packages["lxc-pve"] = "6.0.5-2";
  record.claims.push_back(record.claims[1]);
  record.claims.back().id = "docker.hello-world";
  earlier.claims = record.claims;
  for (ClaimResult& claim : earlier.claims) claim.outcome = Outcome::kPass;
  const std::vector<Record> runs = {earlier};
  const std::string part = section_of(findings_html(record, {.earlier = runs}), "changes");
  EXPECT_THAT(part, HasSubstr("docker.storage-driver/lxc, docker.hello-world/lxc</code>"));
}

TEST(HtmlChanges, OfAnUpgradeAreTheVersions) {
  EXPECT_THAT(findings_html(sample_record()), Not(HasSubstr("id=\"upgrade\"")));
  Record record = sample_record();
  record.upgrade.emplace();
  record.upgrade->packages["pve-manager"] = "9.1.1";
  EXPECT_THAT(section_of(findings_html(record), "upgrade"),
              AllOf(HasSubstr("left two guests on the node"), HasSubstr("9.1.1")));
}

TEST(HtmlBeforeAndAfter, DrawsEachIntervalBesideItsDecision) {
  EXPECT_THAT(findings_html(sample_record()), Not(HasSubstr("id=\"before-after\"")));
  const Metric& metric = metrics().front();
  RunComparison comparison{.before = "1 run", .now = "one <run>"};
  comparison.changes = {
      {.metric = &metric,
       .guest = kLxc,
       .decided = {.decision = Decision::kWorse, .interval = {-7, -9, -5}, .floor = 3},
       .base = 2200,
       .now = 2046},
      {.metric = &metric, .guest = kVm, .decided = {.note = "no figure before"}}};
  std::string part = findings_html(sample_record(), {.comparison = comparison});
  EXPECT_THAT(part, HasSubstr("href=\"#before-after\""));
  part = section_of(part, "before-after");
  EXPECT_EQ(occurrences(part, "<svg "), 1);
  EXPECT_THAT(part, AllOf(HasSubstr("span false"), HasSubstr("worse"), HasSubstr("one &lt;run&gt;"),
                          HasSubstr("no figure before")));
  // Too few values: no interval is no line, and no picture of one.
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  comparison.changes[0].decided = {
      .decision = Decision::kInconclusive, .interval = {-7, -kInfinite, kInfinite}, .floor = 3};
  part = section_of(findings_html(sample_record(), {.comparison = comparison}), "before-after");
  EXPECT_THAT(part, AllOf(Not(HasSubstr("class=\"span")), HasSubstr("<circle")));
  comparison.not_comparable = {"CPU: before N100, now N305"};
  part = section_of(findings_html(sample_record(), {.comparison = comparison}), "before-after");
  EXPECT_THAT(part, AllOf(HasSubstr("CPU: before N100"), Not(HasSubstr("<svg"))));
}

// Whatever a node answers, the page stays a page, and small.
TEST(HtmlPage, StaysSmallAndWholeWhateverTheNodeSays) {
  std::string hostile =
      "</pre></style><script>alert(1)</script><img src=x onerror=alert(1)>\xE2\x80\xAE\x1b[2J\xFF";
  while (hostile.size() < 1'000'000) hostile += hostile;
  Record record = record_with_samples();
  CommandLog log{.found = true};
  for (ClaimResult& claim : record.claims)
    claim = {.id = claim.id,
             .guest = claim.guest,
             .measured = hostile,
             .statement = hostile,
             .how = hostile,
             .message = hostile,
             .hint = hostile};
  const std::string large = hostile.substr(0, 20'000);
  for (int i = 0; i < 300; ++i) {
    ClaimResult claim{.id = "x" + std::to_string(i) + hostile.substr(0, 2000),
                      .outcome = Outcome::kFail,
                      .measured = large,
                      .message = std::to_string(i) + large};
    log.commands.push_back({.where = hostile.substr(0, 2000),
                            .purpose = case_label(claim),
                            .command = large,
                            .exit = 1,
                            .out = large,
                            .err = large});
    record.claims.push_back(std::move(claim));
  }
  record.node.cpu->model = hostile;
  record.stages["preflight"] = {.message = hostile, .hint = hostile};
  const std::string page = findings_html(record, {.log = log});
  EXPECT_LT(page.size(), 1'000'000U);
  const std::string body = page.substr(page.find("<body"));
  EXPECT_EQ(malformed("<html>" + body.substr(0, body.rfind("</html>")) + "</html>"), "");
  EXPECT_THAT(body, AllOf(Not(HasSubstr("<script")), Not(HasSubstr("<img")), Not(HasSubstr("\x1b")),
                          Not(HasSubstr("\xE2\x80\xAE")), HasSubstr("&lt;script&gt;")));
}

}  // namespace
}  // namespace pve_accept
