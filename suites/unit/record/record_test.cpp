#include "support/record/record.h"

#include <gtest/gtest.h>

#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "suites/unit/record/record_testing.h"
#include "support/base/file.h"
#include "support/record/claim_catalogue.h"
#include "support/record/record_fields.h"

namespace pve_accept {
namespace {

ClaimResult result(std::string id, std::optional<GuestKind> guest, Outcome outcome) {
  return {.id = std::move(id), .guest = guest, .outcome = outcome};
}

Record fresh() { return {.run = {.id = "run-1"}, .node = {.name = "sim"}}; }

TEST(Record, FindsAClaimOfAGuest) {
  Record record = fresh();
  record.claims = {result("docker.exec", kLxc, Outcome::kPass),
                   result("docker.exec", kVm, Outcome::kFail)};
  EXPECT_EQ(record.claim("docker.exec", kVm)->outcome, Outcome::kFail);
  EXPECT_EQ(record.claim("docker.exec", std::nullopt), nullptr);
  EXPECT_EQ(record.idle(kLxc), nullptr);
}

TEST(Record, SurvivesTheFile) {
  const TemporaryDirectory directory;
  Record record = fresh();
  record.claims = {result("docker.exec", kLxc, Outcome::kPass)};
  record.stages["preflight"].message = "bad \xff byte";
  record.measurements[kVm].load = LoadRecord{};
  record.node.before = NodeState{.storages = {{"local", {{"shared", 0}, {"type", "dir"}}}}};
  write_file_atomically(directory.path() / "record.json", to_json_text(record));
  const Record back = load_record(directory.path() / "record.json");
  EXPECT_EQ(to_json_text(back), to_json_text(record));
  EXPECT_EQ(back.stages.at("preflight").message, "bad \xEF\xBF\xBD byte");
}

TEST(Record, HasTheFirstRoundBesideThoseAfterIt) {
  Record record = fresh();
  record.measurements[kVm].load = LoadRecord{};
  record.canary = CanaryRecord{.fsyncs_per_s = 820.5};
  record.rounds = {{.number = 2, .canary = CanaryRecord{.fsyncs_per_s = 790.0}}};
  const Record back = parse_record(write_fields(record), "record.json");
  const auto rounds = back.all_rounds();
  ASSERT_EQ(rounds.size(), 2U);
  EXPECT_EQ(rounds[0].number, 1);
  EXPECT_TRUE(rounds[0].measurements.at(kVm).load);
  EXPECT_EQ(rounds[0].canary->fsyncs_per_s, 820.5);
  EXPECT_EQ(rounds[1].number, 2);
  EXPECT_EQ(rounds[1].canary->fsyncs_per_s, 790.0);
}

TEST(Record, HasNoFigureOfAWindowThatIsNotUsable) {
  WindowRecord window{.figures = {{"ram_used_mib", {.median = 1702}}}};
  EXPECT_EQ(window.figure("ram_used_mib").median, 1702);
  EXPECT_THROW(window.figure("cpu_used_percent"), HarnessError);
  window.problems = {"measurement not usable: KSM was at work"};
  EXPECT_THROW(window.figure("ram_used_mib"), HarnessError);
}

TEST(Record, TellsAWindowThatBrokeOffFromOneThatIsNotUsable) {
  LoadRecord window;
  window.problems = {"the load exited 2"};  // it was watched as it died
  EXPECT_NO_THROW(window.require_whole());
  EXPECT_NO_THROW(window.require_in_time());
  EXPECT_THROW(window.figure("ram_used_mib"), HarnessError);
  window.late = true;
  EXPECT_THROW(window.require_in_time(), HarnessError);
  EXPECT_NO_THROW(window.require_whole());
  window.broke_off = true;
  EXPECT_EQ(message_of<HarnessError>([&] { window.require_whole(); }),
            "watch the window to its end: the load exited 2");
}

TEST(Record, KnowsAReportOfAWholeRunOfTheLoad) {
  const PgbenchRecord whole{.aborted = false, .ran_full_time = true, .tps = 2211.7};
  EXPECT_NO_THROW(whole.whole());
  for (const auto& damage : std::vector<std::function<void(PgbenchRecord&)>>{
           [](PgbenchRecord& report) { report.aborted = true; },
           [](PgbenchRecord& report) { report.aborted = std::nullopt; },
           [](PgbenchRecord& report) { report.ran_full_time = false; },
           [](PgbenchRecord& report) { report.ran_full_time = std::nullopt; },
           [](PgbenchRecord& report) { report.problem = "another load ran"; }}) {
    PgbenchRecord report = whole;
    damage(report);
    EXPECT_THROW(report.whole(), HarnessError);
  }
}

TEST(Record, RefusesWhatIsDamagedOrForeign) {
  const auto complaint = [](const std::function<void(Json&)>& damage) {
    Json document = write_fields(fresh());
    damage(document);
    return message_of<InputError>([&] { parse_record(document, "record.json"); });
  };
  EXPECT_THAT(complaint([](Json& json) {
                json = {{"name", "package"}};
              }),
              HasSubstr("'schema' is missing: this is no run record, or it is damaged"));
  EXPECT_THAT(complaint([](Json& json) { json = Json::array(); }), HasSubstr("no run record"));
  EXPECT_THAT(complaint([](Json& json) { json["schema"] = 2; }), HasSubstr("another version"));
  EXPECT_THAT(complaint([](Json& json) { json["run"].erase("id"); }), HasSubstr("'id' is missing"));
  EXPECT_THAT(complaint([](Json& json) { json["claims"] = 3; }), HasSubstr("claims: expected an"));
  EXPECT_THAT(complaint([](Json& json) {
                json["claims"] = {{{"id", "a"}}};
              }),
              HasSubstr("claims/0: 'guest' is missing"));
  EXPECT_THAT(complaint([](Json& json) { json["stages"]["preflight"] = 1; }),
              HasSubstr("stages/preflight: expected an object"));
  EXPECT_THAT(complaint([](Json& json) { json["stages"]["preflight"]["outcome"] = "fail"; }),
              HasSubstr("stages/preflight/outcome: expected pass or error"));
  EXPECT_THAT(complaint([](Json& json) { json["stages"]["preflight"]["outcome"] = "skip"; }),
              HasSubstr("stages/preflight/outcome: expected pass or error, found \"skip\""));
  EXPECT_THAT(complaint([](Json& json) { json["measurements"]["lxc"] = 1; }),
              HasSubstr("measurements/lxc: expected an object"));
  EXPECT_THAT(complaint([](Json& json) { json["measurements"]["kvm"] = Json::object(); }),
              HasSubstr("measurements/kvm: unknown key; known here: lxc, vm"));
}

// Its figures stand twice: as they were measured, and as what the claims say. Both are the spike's.
TEST(ReferenceRun, AgreesWithItself) {
  const Record& spike = reference_run();
  const auto claimed = [&](const char* id, std::optional<GuestKind> guest) {
    return spike.claim(id, guest)->measured.number().value();
  };
  for (const GuestKind guest : kGuestKinds) {
    const double baseline = spike.baseline->figure("ram_used_mib").median;
    EXPECT_EQ(claimed("memory.idle-delta", guest),
              spike.idle(guest)->figure("ram_used_mib").median - baseline);
    EXPECT_EQ(claimed("memory.load-delta", guest),
              spike.load(guest)->figure("ram_used_mib").median - baseline);
    EXPECT_EQ(claimed("cpu.idle", guest), spike.idle(guest)->figure("cpu_used_percent").mean);
    EXPECT_EQ(claimed("cpu.load", guest), spike.load(guest)->figure("cpu_used_percent").mean);
    EXPECT_EQ(claimed("load.throughput", guest), spike.load(guest)->pgbench.tps);
    EXPECT_NEAR(claimed("disk.host-used", guest), *spike.load(guest)->disk.host_used_gib, 0.01);
  }
  for (const char* delta : {"memory.idle-delta", "memory.load-delta", "cpu.idle", "cpu.load"}) {
    const std::string subject = std::string(delta).substr(0, 3);
    const bool idle = std::string(delta).find("idle") != std::string::npos;
    const std::string id =
        std::string("delta.") + (subject == "mem" ? "memory-" : "cpu-") + (idle ? "idle" : "load");
    EXPECT_NEAR(claimed(id.c_str(), std::nullopt), claimed(delta, kVm) - claimed(delta, kLxc), 1e-9)
        << id;
  }
}

TEST(ReferenceRun, IsWhatThresholdsGiveAsReference) {
  const Thresholds thresholds = suite_thresholds();
  for (const ClaimCase& expected : expected_cases()) {
    const Value& reference = thresholds.expectation(expected.id, expected.guest).reference;
    const ClaimResult* spike = reference_run().claim(expected.id, expected.guest);
    const Value measured = spike == nullptr ? Value() : spike->measured;
    EXPECT_EQ(measured, reference) << case_name(expected.id, expected.guest);
    if (spike != nullptr) {
      EXPECT_EQ(spike->unit, thresholds.claim(expected.id).unit);
    }
  }
}

TEST(ExitStatus, IsTheWorstOfTheClaims) {
  const auto pass = result("docker.exec", kLxc, Outcome::kPass);
  const auto skip = result("guest.freeze", kLxc, Outcome::kSkip);
  const auto error = result("docker.cgroup", kLxc, Outcome::kError);
  const auto fail = result("docker.exec", kVm, Outcome::kFail);
  EXPECT_EQ(exit_status({pass, skip}), 0);
  EXPECT_EQ(exit_status({pass, error}), 2);
  EXPECT_EQ(exit_status({pass, error, fail}), 1);
  EXPECT_EQ(exit_status({}), 2);
}

TEST(ExitStatus, LeavesOutClaimsInPreview) {
  auto fail = result("docker.exec", kVm, Outcome::kFail);
  auto error = result("docker.exec", kLxc, Outcome::kError);
  fail.maturity = error.maturity = Maturity::kPreview;
  EXPECT_EQ(exit_status({fail, error}), 0);
  EXPECT_EQ(exit_status({fail, result("docker.cgroup", kLxc, Outcome::kError)}), 2);
  EXPECT_EQ(exit_status({error, result("docker.cgroup", kLxc, Outcome::kFail)}), 1);
}

TEST(ExitStatus, IsNotZeroWhenAStageFailed) {
  Record record = fresh();
  record.claims = {result("docker.exec", kLxc, Outcome::kPass)};
  EXPECT_EQ(record.exit_status(), 0);
  record.stages["stop/lxc"].outcome = Outcome::kError;
  EXPECT_EQ(record.exit_status(), 2);
  record.claims.push_back(result("docker.exec", kVm, Outcome::kFail));
  EXPECT_EQ(record.exit_status(), 1);
}

// As the catalogue of stages has it for claims on the load.
std::vector<std::string> stages_of(const ClaimCase& one) {
  if (one.id == "delta.cpu-load") return {"preflight", "load/lxc", "load/vm"};
  if (one.id != "cpu.load") return {"preflight"};
  return {"preflight", "load/" + std::string(to_string(*one.guest))};
}

TEST(Complete, AddsEveryCaseOfAWholeSuite) {
  Record record = fresh();
  record.claims = {result("docker.exec", kLxc, Outcome::kPass)};
  record.stages["preflight"].outcome = Outcome::kPass;
  std::vector<std::string> all;
  for (const ClaimCase& one : expected_cases()) all.push_back(case_name(one.id, one.guest));
  complete(record, suite_thresholds(), all, stages_of);
  EXPECT_EQ(record.claims.size(), expected_cases().size());
  EXPECT_EQ(record.claim("docker.exec", kLxc)->outcome, Outcome::kPass);
  EXPECT_EQ(record.claim("docker.exec", kVm)->outcome, Outcome::kError);
  EXPECT_EQ(record.claim("docker.exec", kVm)->message,
            "docker.exec/vm: not run: its test left no verdict");
  EXPECT_EQ(record.claim("guest.freeze", kLxc)->outcome, Outcome::kSkip);
}

TEST(Complete, SaysWhatBecameOfTheStage) {
  const auto message = [](const std::optional<StageResult>& load) {
    Record record = fresh();
    record.stages = {{"preflight", {.outcome = Outcome::kPass}}};
    if (load) record.stages["load/vm"] = *load;
    complete(record, suite_thresholds(), {{"cpu.load/vm"}}, stages_of);
    EXPECT_EQ(record.claims.size(), 1U) << "no other was selected";
    return record.claims.at(0).message;
  };
  EXPECT_EQ(message(StageResult{.message = "connection lost"}),
            "cpu.load/vm: not run: stage load/vm failed");
  EXPECT_EQ(message(StageResult{.message = "was ended by signal 9 (Killed)", .reported = false}),
            "cpu.load/vm: not run: stage load/vm was ended by signal 9 (Killed)");
  EXPECT_EQ(message({}), "cpu.load/vm: not run: stage load/vm did not begin");
}

TEST(Complete, AddsWhatAFailedStageExplainsWhereNobodyKnowsTheSelection) {
  Record record = fresh();
  record.stages["preflight"].outcome = Outcome::kPass;
  record.stages["load/vm"].message = "connection lost";
  complete(record, suite_thresholds(), {}, stages_of);
  EXPECT_EQ(record.claim("cpu.load", kVm)->message, "cpu.load/vm: not run: stage load/vm failed");
  EXPECT_NE(record.claim("delta.cpu-load", std::nullopt), nullptr);
  EXPECT_EQ(record.claim("cpu.load", kLxc), nullptr);
  EXPECT_EQ(record.claim("docker.exec", kVm), nullptr);
}

TEST(Complete, AddsNothingToARunThatWentWell) {
  Record record = fresh();
  record.stages["preflight"].outcome = Outcome::kPass;
  complete(record, suite_thresholds(), {}, stages_of);
  EXPECT_TRUE(record.claims.empty());
}

}  // namespace
}  // namespace pve_accept
