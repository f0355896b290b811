#include "support/report/report.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "suites/unit/matchers.h"
#include "suites/unit/report/sample_record.h"

namespace pve_accept {
namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// The line of a text that begins with `start`.
std::string line_of(const std::string& text, const std::string& start) {
  const auto from = ("\n" + text).find("\n" + start);
  if (from == std::string::npos) return "no line starts with " + start;
  return first_line(text.substr(from));
}

Record on_hardware() {
  Record record = sample_record();
  record.node.kind = "pve";
  record.node.name = "pve1";
  record.node.unknown_commands.clear();
  return record;
}

TEST(Findings, OfASimulationSayThatInTheFirstLine) {
  const std::string findings = findings_markdown(sample_record());
  EXPECT_THAT(first_line(findings), AllOf(HasSubstr("Simulation"), HasSubstr("model")));
  EXPECT_THAT(findings_markdown(on_hardware()), Not(HasSubstr("imulat")));
}

TEST(Findings, NameEveryBoundThatIsNotTheSuitesOwn) {
  EXPECT_THAT(findings_markdown(sample_record()), Not(HasSubstr("not the suite's own")));
  Record record = sample_record();
  for (ClaimResult& claim : record.claims) {
    if (claim.id == "docker.storage-driver") {
      claim.allowed = Bound{.one_of = std::vector<Value>{"vfs", "overlayfs"}};
      claim.why = "no overlay on our storage";
    }
    if (claim.id == "memory.idle-delta") claim.allowed = Bound{.max = 4000};
  }
  const std::string findings = findings_markdown(record);
  EXPECT_THAT(findings, HasSubstr("not the suite's own"));
  EXPECT_THAT(findings,
              HasSubstr("| docker.storage-driver/lxc | one of vfs, overlayfs | one of overlayfs, "
                        "overlay2 | no overlay on our storage |"));
  EXPECT_THAT(findings, HasSubstr("| memory.idle-delta/vm | at most 4000 MiB | 1500 to 2156 MiB | "
                                  "none given |"));
}

// A second round whose VM broke off.
Record with_a_second_round() {
  Record record = sample_record();
  record.canary = CanaryRecord{.path = "/", .fsyncs_per_s = 640.4, .regex_per_s = 2'150'000};
  RoundRecord second{.number = 2, .measurements = record.measurements};
  second.measurements[kLxc].load->pgbench.tps = 2204.44;
  second.measurements[kVm].idle = IdleRecord{{.problems = {"lost"}, .broke_off = true}};
  second.canary = CanaryRecord{.path = "/", .fsyncs_per_s = Fact<double>::unread("no HD")};
  record.rounds.push_back(second);
  return record;
}

TEST(Findings, HaveASectionForRoundsWhereThereIsMoreThanOne) {
  EXPECT_THAT(findings_markdown(sample_record()), Not(HasSubstr("Rounds")));
  const std::string findings = findings_markdown(with_a_second_round());
  EXPECT_THAT(findings, HasSubstr("### Rounds"));
  EXPECT_THAT(findings, HasSubstr("| 2 | lxc | +213 |"));
  EXPECT_THAT(findings, HasSubstr("| 2204.4 |"));
  EXPECT_THAT(findings, HasSubstr("| 2 | vm | – | – | – | – | – | – |"));
  EXPECT_THAT(findings, HasSubstr("| 1 | 640 | 2150000 | / |"));
  EXPECT_THAT(findings, HasSubstr("- round 2, idle window of the vm: lost\n"));
  EXPECT_THAT(findings, HasSubstr("- round 2, the machine itself: no HD\n"));
}

TEST(Findings, SayThatARebootIsPending) {
  Record record = sample_record();
  EXPECT_THAT(findings_markdown(record), Not(HasSubstr("next boot")));
  record.node.kernel = "7.0.2-6-pve";
  record.node.boot_id = "60ed5cbb-b5cf-4f7a-af4c-0e1b0a8a3a1e";
  record.node.pending_kernel = "7.0.10-1-pve";
  const std::string findings = findings_markdown(record);
  EXPECT_THAT(findings, HasSubstr("reboot pending: the next boot of the node starts kernel "
                                  "7.0.10-1-pve, and 7.0.2-6-pve ran"));
  EXPECT_THAT(line_of(findings, "| Boot"), HasSubstr("60ed5cbb"));
  record.node.pending_kernel = Fact<std::string>::unread("ls: broken");
  EXPECT_THAT(findings_markdown(record), HasSubstr("starts is not known: ls: broken"));
}

TEST(Findings, NameEveryMaturityThatIsNotTheSuitesOwn) {
  EXPECT_THAT(findings_markdown(sample_record_in_preview()),
              HasSubstr("| docker.storage-driver/lxc, maturity | preview | stable | none given |"));
}

TEST(Findings, HaveClaimsInPreviewInASectionOfTheirOwn) {
  EXPECT_THAT(findings_markdown(sample_record()), Not(HasSubstr("Preview")));
  const std::string findings = findings_markdown(sample_record_in_preview());
  const auto section = findings.find("## 7. Preview");
  ASSERT_NE(section, std::string::npos);
  EXPECT_THAT(findings.substr(section),
              AllOf(HasSubstr("| docker.storage-driver/lxc | fail | vfs; container root: ext4"),
                    HasSubstr("- **FAIL** `docker.storage-driver/lxc`: measured vfs"),
                    HasSubstr("- **ERROR** `memory.idle-delta/vm`: "), Not(HasSubstr("PASS"))));
  // Of what stands in it no other section speaks.
  const std::string before = findings.substr(findings.find("## 3."), section);
  EXPECT_THAT(before.substr(0, before.find("## 7.")),
              AllOf(HasSubstr("No claim is false"), Not(HasSubstr("docker.storage-driver"))));
}

TEST(Findings, HaveTheSpikesSections) {
  const std::string findings = findings_markdown(sample_record());
  std::size_t place = 0;
  for (const char* heading :
       {"## 1. Provenance", "## 2. Comparison table", "## 3. Docker viability",
        "## 4. Observations", "## 5. Command log", "## 6. Teardown"}) {
    const auto found = findings.find(heading, place);
    ASSERT_NE(found, std::string::npos) << heading;
    place = found;
  }
}

TEST(Findings, ShowTheSpikesVersionsBesideTheRuns) {
  const std::string findings = findings_markdown(sample_record());
  EXPECT_THAT(findings, HasSubstr("| pve-manager | 9.2.2 | 9.2.2 |"));
  EXPECT_THAT(findings, HasSubstr("| criu | 4.1.1-1 | – |"));
  EXPECT_THAT(findings, HasSubstr("| Docker | 29.5.3 | 29.5.3 | – |"));
}

TEST(Findings, BeginObservationsWithFailuresThenErrors) {
  const std::string findings = findings_markdown(sample_record());
  const auto fail = findings.find("- **FAIL** `docker.storage-driver/lxc`: measured vfs");
  const auto error = findings.find("- **ERROR** `memory.idle-delta/vm`: measurement not usable");
  ASSERT_NE(fail, std::string::npos);
  ASSERT_NE(error, std::string::npos);
  EXPECT_LT(fail, error);
  EXPECT_LT(error, findings.find("drift of host RAM"));
}

TEST(Findings, ObserveDriftStealKsmAndUnknownCommands) {
  const std::string findings = findings_markdown(sample_record());
  EXPECT_THAT(findings,
              HasSubstr("idle window of the lxc: drift of host RAM that remained: +3 MiB, "
                        "settled after 31 s"));
  EXPECT_THAT(findings, HasSubstr("load window of the lxc: steal 0.40 %"));
  EXPECT_THAT(findings, HasSubstr("KSM on the node: off"));
  EXPECT_THAT(findings, HasSubstr("does not know: frobnicate --all"));
}

TEST(Findings, LogHowEachClaimWasMeasured) {
  EXPECT_THAT(
      findings_markdown(sample_record()),
      HasSubstr("| docker.storage-driver/lxc | fail | vfs; container root: ext4; growth of ten "
                "containers: 4000 MiB | one of overlayfs, overlay2 | docker info |"));
}

TEST(Findings, SayThatNothingIsRedWhenNothingIs) {
  Record record;
  record.claims = {judge(suite_thresholds(), "docker.exec", kVm, {.measured = 0})};
  EXPECT_THAT(findings_markdown(record), HasSubstr("No claim is false"));
}

TEST(Findings, NameAFailedStage) {
  Record record = sample_record();
  record.stages["stop/vm"] = {.message = "it still runs", .hint = "qm stop it"};
  EXPECT_THAT(findings_markdown(record),
              HasSubstr("- **ERROR** stage `stop/vm`: it still runs\n  Hint: qm stop it\n"));
  EXPECT_THAT(claim_lines(record),
              HasSubstr("ERROR  stage stop/vm: it still runs\n       hint: qm stop it\n"));
}

TEST(ClaimLines, GiveEachProblemOfAStageALine) {
  Record record;
  record.stages["preflight"].message = "check the node: no KVM\n  no template";
  EXPECT_THAT(claim_lines(record),
              HasSubstr("ERROR  stage preflight: check the node: no KVM\n  no template\n"));
}

TEST(Findings, SayWhatIsLeft) {
  Record record = sample_record();
  EXPECT_THAT(findings_markdown(record), HasSubstr("Left on the node: nothing."));
  record.teardown->left = {"vm 9000"};
  record.teardown->changes = std::vector<std::string>{"guest 101 has changed"};
  EXPECT_THAT(findings_markdown(record),
              AllOf(HasSubstr("Left on the node:\n\n- vm 9000"),
                    HasSubstr("Changed on the node:\n\n- guest 101 has changed"),
                    Not(HasSubstr("destroy"))));
  record.teardown.reset();
  EXPECT_THAT(findings_markdown(record), HasSubstr("Not done, or not finished."));
}

TEST(Findings, HaveTheDestroyCommandsOfKeptGuests) {
  Record record = sample_record();
  record.teardown->kept = true;
  EXPECT_THAT(findings_markdown(record),
              AllOf(HasSubstr("nothing but the two guests"), HasSubstr("qm destroy 9000 --purge\n"),
                    HasSubstr("pct destroy 9001 --purge\n")));
}

TEST(Findings, KeepForeignTextInItsCell) {
  Record record = sample_record();
  record.node.cpu->model = "a|b\n<c>";
  EXPECT_THAT(findings_markdown(record), HasSubstr("| CPU model | – | a\\|b &lt;c&gt; |"));
}

TEST(Comparison, PutsTheSpikeBesideTheRun) {
  const std::string text = comparison_text(sample_record());
  EXPECT_THAT(line_of(text, "Idle host-RAM delta"),
              MatchesRegex("Idle host-RAM delta, MiB +211 +213 +2056 +– +.1845 +.1843 +"
                           "ERROR vm"));
  EXPECT_THAT(line_of(text, "Idle host RAM used"),
              MatchesRegex("Idle host RAM used, MiB +1913 +1915 +3758 +– +.1845 +– +–"));
  EXPECT_THAT(line_of(text, "pgbench throughput"),
              AllOf(HasSubstr("2211.7  "), HasSubstr("2200.5"), HasSubstr("-392.1 (-17.7 %)"),
                    HasSubstr("-400.3 (-18.2 %)"), EndsWith("PASS")));
  EXPECT_THAT(line_of(text, "pgbench transactions"), HasSubstr("132710  "));
  EXPECT_THAT(line_of(text, "pgbench transactions"), HasSubstr("130000"));
}

TEST(Comparison, OfASimulationSaysSo) {
  EXPECT_THAT(comparison_text(sample_record()), StartsWith("Simulation: "));
  EXPECT_THAT(comparison_text(on_hardware()), StartsWith("Metric"));
}

TEST(ClaimLines, SayOutcomeClaimAndValue) {
  const std::string lines = claim_lines(sample_record());
  EXPECT_THAT(first_line(lines), HasSubstr("Simulation"));
  EXPECT_THAT(line_of(lines, "PASS   cpu.idle/vm"), HasSubstr("6.1 % (allowed: 0.1 to 9 %)"));
  EXPECT_THAT(line_of(lines, "FAIL   docker.storage-driver/lxc"),
              AllOf(HasSubstr("measured vfs, allowed one of overlayfs, overlay2 (docker info)"),
                    HasSubstr("container root: measured ext4, allowed overlay")));
  EXPECT_THAT(line_of(lines, "SKIP   guest.freeze/lxc"), HasSubstr("not applicable: a container"));
  EXPECT_THAT(lines, EndsWith("10 cases: 7 pass, 1 fail, 1 error, 1 skip on sim\n"));
}

TEST(ClaimLines, MarkAndCountClaimsInPreviewApart) {
  const std::string lines = claim_lines(sample_record_in_preview());
  EXPECT_THAT(line_of(lines, "FAIL   docker.storage-driver/lxc (preview)"),
              HasSubstr("measured vfs"));
  EXPECT_THAT(lines, EndsWith("8 cases: 7 pass, 0 fail, 0 error, 1 skip; preview: 0 pass, "
                              "1 fail, 1 error, 0 skip on sim\n"));
}

TEST(ClaimLines, ComeInTheOrderOfTheCatalogue) {
  const std::string lines = claim_lines(sample_record());
  EXPECT_LT(lines.find("guest.freeze/lxc"), lines.find("docker.storage-driver/lxc"));
  EXPECT_LT(lines.find("docker.exec/vm"), lines.find("cpu.idle/vm"));
}

TEST(ClaimLines, ShowAHint) {
  Record record = sample_record();
  record.claims[1].hint = "upgrade lxc-pve";
  EXPECT_THAT(claim_lines(record), HasSubstr("\n       hint: upgrade lxc-pve\n"));
}

TEST(ClaimLines, SayOnceWhatIsNotApplicableForOneReason) {
  Record record;
  const Thresholds& thresholds = suite_thresholds();
  const auto add = [&](const char* id, GuestKind kind, const char* why) {
    record.claims.push_back(not_applicable(thresholds, id, kind, why));
  };
  for (const GuestKind kind : kGuestKinds) {
    add("backup.consistent", kind, "no storage");
    add("regression.throughput", kind, "one round");
    add("regression.latency", kind, "one round");
    add("regression.ready", kind, kind == kVm ? "clones" : "one round");
  }
  const std::string lines = claim_lines(record);
  EXPECT_THAT(line_of(lines, "SKIP   backup.consistent (2 cases, preview)"),
              HasSubstr("not applicable: no storage"));
  EXPECT_THAT(line_of(lines, "SKIP   regression.* (5 cases, preview)"),
              HasSubstr("not applicable: one round"));
  EXPECT_THAT(line_of(lines, "SKIP   regression.ready/vm (preview)"), HasSubstr("clones"));
  EXPECT_EQ(std::ranges::count(lines, '\n'), 4) << lines;
}

TEST(ClaimLines, LeaveOutWhatWasTold) {
  Record record = sample_record();
  record.stages["stop/vm"] = {.message = "it still runs"};
  const std::string lines =
      claim_lines(record, Lines::kRed, {"docker.storage-driver/lxc", "stop/vm"});
  EXPECT_THAT(lines, AllOf(HasSubstr("ERROR  memory.idle-delta/vm"), HasSubstr("10 cases: 7 pass"),
                           Not(HasSubstr("docker.storage-driver")), Not(HasSubstr("stop/vm"))));
}

TEST(Findings, SayWhatChangedSinceAnEarlierRun) {
  Record before = sample_record();
  before.run.id = "run-0";
  before.run.started = "2026-06-01T09:30:00Z";
  before.node.kernel = "6.17.4-2-pve";
  before.node.packages["lxc-pve"] = "6.0.5-3";
  before.claims[1].outcome = Outcome::kPass;
  Record now = sample_record();
  now.node.kernel = "7.0.2-6-pve";
  now.node.packages["lxc-pve"] = "7.0.0-2";
  const std::string findings = findings_markdown(now, std::vector<Record>{before});
  EXPECT_THAT(findings,
              HasSubstr("## What changed\n\n- `docker.storage-driver/lxc`: held last in run "
                        "run-0 of 2026-06-01T09:30:00Z. Suspects:\n  1. lxc-pve 6.0.5-3 → "
                        "7.0.0-2 (node): it makes the container"));
  EXPECT_THAT(findings, HasSubstr("\n  2. kernel 6.17.4-2-pve → 7.0.2-6-pve (node): "));
  EXPECT_THAT(findings, HasSubstr("- `memory.idle-delta/vm`: held in none of the earlier runs.\n"));
  EXPECT_THAT(findings,
              HasSubstr("\nSince run run-0 of 2026-06-01T09:30:00Z:\n\n- kernel 6.17.4-2"));
  before.node = now.node;
  EXPECT_THAT(findings_markdown(now, std::vector<Record>{before}),
              HasSubstr("\nNothing on record changed since run run-0"));
  EXPECT_THAT(findings_markdown(now), Not(HasSubstr("What changed")));
}

TEST(Report, NamesAKnownIssueBesideItsFailure) {
  Record record = sample_record();
  record.node.packages["lxc-pve"] = "6.0.5-1";
  record.claims[1].message = "reopen fd 8: permission denied";
  record.stages["provision/lxc"] = {.message = "compose up: reopen fd 8: permission denied"};
  const std::string known =
      "matches a known issue: runc opens sysctls through a procfs of its own since the fix of "
      "CVE-2025-52881, and LXC's AppArmor profile takes them for files of /sys (fixed in lxc-pve "
      "6.0.5-2, installed 6.0.5-1)";
  EXPECT_THAT(claim_lines(record), HasSubstr("reopen fd 8: permission denied\n       " + known));
  EXPECT_THAT(claim_lines(record),
              HasSubstr("compose up: reopen fd 8: permission denied\n       " + known));
  EXPECT_THAT(findings_markdown(record),
              HasSubstr("reopen fd 8: permission denied\n  Known issues: " + known));
}

// What is missing prints as "–"; nothing that is missing is an error.
TEST(Report, SurvivesWhatIsMissing) {
  const Record complete = sample_record();
  std::vector<Record> records(7, complete);
  records[0] = Record{};
  records[1].node = {};
  records[2].guests.clear();
  records[3].baseline.reset();
  records[4].measurements.clear();
  records[5].claims.clear();
  records[6].measurements[kLxc].load = LoadRecord{};
  for (const Record& record : records) {
    EXPECT_THAT(findings_markdown(record), HasSubstr("## 6. Teardown"));
    EXPECT_THAT(comparison_text(record), HasSubstr("Idle host-RAM delta"));
    EXPECT_THAT(claim_lines(record), HasSubstr(" pass, "));
    EXPECT_THAT(junit_xml(record), EndsWith("</testsuites>\n"));
  }
}

// The spike is a run like any other: beside itself nothing differs.
TEST(Comparison, OfTheSpikeWithItselfShowsItTwice) {
  const std::string text = comparison_text(reference_run());
  EXPECT_THAT(line_of(text, "Idle host-RAM delta"),
              MatchesRegex(".* 211 +211 +2056 +2056 +.1845 +.1845 +PASS"));
  EXPECT_THAT(line_of(text, "pgbench transactions"),
              HasSubstr("(spike: 60 s, 90 s)     132710    132710    163764   163764"));
}

}  // namespace
}  // namespace pve_accept
