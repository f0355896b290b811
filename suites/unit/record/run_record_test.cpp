#include "support/record/run_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "suites/unit/record/record_testing.h"
#include "support/base/file.h"
#include "support/record/claim_catalogue.h"

namespace pve_accept {
namespace {

using testing::HasSubstr;

RunRecord fresh() { return RunRecord("run-1", "2026-06-07T09:30:00Z", "0.1.0"); }

ClaimResult result(std::string id, std::optional<GuestKind> guest, Outcome outcome) {
  return {.id = std::move(id), .guest = guest, .outcome = outcome};
}

TEST(RunRecord, BeginsWithItsRun) {
  const RunRecord record = fresh();
  EXPECT_EQ(record.run_id(), "run-1");
  EXPECT_EQ(record.json()["schema"], 1);
  EXPECT_EQ(record.json()["run"]["started"], "2026-06-07T09:30:00Z");
  EXPECT_TRUE(record.claims().empty());
  EXPECT_TRUE(record.baseline().is_null());
  EXPECT_TRUE(record.measurement(kLxc, "idle").is_null());
}

TEST(RunRecord, ReplacesAClaimOfTheSameGuest) {
  RunRecord record = fresh();
  record.put_claim(result("docker.exec", kLxc, Outcome::kError));
  record.put_claim(result("docker.exec", kVm, Outcome::kFail));
  record.put_claim(result("docker.exec", kLxc, Outcome::kPass));
  ASSERT_EQ(record.claims().size(), 2U);
  EXPECT_EQ(record.claim("docker.exec", kLxc)->outcome, Outcome::kPass);
  EXPECT_EQ(record.claim("docker.exec", kVm)->outcome, Outcome::kFail);
  EXPECT_FALSE(record.claim("docker.exec", std::nullopt));
}

TEST(RunRecord, KeepsStagesAndMeasurements) {
  RunRecord record = fresh();
  record.put_stage("provision/lxc", {.outcome = Outcome::kError, .message = "no", .duration_s = 2});
  record.put_measurement(kVm, "load", {{"samples", 30}});
  record.put_baseline({{"samples", 10}});
  EXPECT_EQ(record.stage("provision/lxc")->message, "no");
  EXPECT_FALSE(record.stage("provision/vm"));
  EXPECT_EQ(record.measurement(kVm, "load")["samples"], 30);
  EXPECT_TRUE(record.measurement(kVm, "idle").is_null());
  EXPECT_EQ(record.baseline()["samples"], 10);
}

TEST(RunRecord, SurvivesTheFile) {
  const TemporaryDirectory directory;
  RunRecord record = fresh();
  record.put_claim(result("docker.exec", kLxc, Outcome::kPass));
  record.put_stage("preflight", {.outcome = Outcome::kPass});
  record.save(directory.path());
  EXPECT_EQ(RunRecord::load(directory.path()).json(), record.json());
}

TEST(RunRecord, SavesWhatIsNoUtf8) {
  const TemporaryDirectory directory;
  RunRecord record = fresh();
  record.put_stage("preflight", {.outcome = Outcome::kError, .message = "bad \xff byte"});
  record.save(directory.path());
  EXPECT_EQ(RunRecord::load(directory.path()).stage("preflight")->message, "bad \xEF\xBF\xBD byte");
}

TEST(RunRecord, UpdatesWithoutLosingOthersChanges) {
  const TemporaryDirectory directory;
  fresh().save(directory.path());
  const auto writer = [&](const std::string& prefix) {
    for (int i = 0; i < 20; ++i) {
      RunRecord::update(directory.path(), [&](RunRecord& record) {
        record.put_stage(prefix + std::to_string(i), {.outcome = Outcome::kPass});
      });
    }
  };
  std::thread other(writer, "a");
  writer("b");
  other.join();
  EXPECT_EQ(RunRecord::load(directory.path()).stages().size(), 40U);
}

TEST(RunRecord, StaysAsItWasWhenAChangeFails) {
  const TemporaryDirectory directory;
  fresh().save(directory.path());
  EXPECT_THROW(RunRecord::update(directory.path(),
                                 [](RunRecord& record) {
                                   record.put_stage("preflight", {});
                                   throw HarnessError("change", "no");
                                 }),
               HarnessError);
  EXPECT_TRUE(RunRecord::load(directory.path()).stages().empty());
}

TEST(RunRecord, NamesADirectoryWithoutARecord) {
  const TemporaryDirectory directory;
  EXPECT_THAT(input_complaint([&] { RunRecord::load(directory.path()); }),
              HasSubstr("record.json: cannot be read"));
  EXPECT_THAT(
      input_complaint([&] { RunRecord::update(directory.path() / "gone", [](RunRecord&) {}); }),
      HasSubstr("gone: no such run directory"));
}

TEST(RunRecord, RefusesWhatIsDamagedOrForeign) {
  const auto complaint = [](const std::function<void(Json&)>& damage) {
    Json document = fresh().json();
    damage(document);
    return input_complaint([&] { RunRecord::from_json(document, "record.json"); });
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
  EXPECT_THAT(complaint([](Json& json) { json["measurements"]["lxc"] = 1; }),
              HasSubstr("measurements/lxc: expected an object"));
}

TEST(RunRecord, RefusesHalfAFile) {
  const TemporaryDirectory directory;
  write_file_atomically(RunRecord::file_in(directory.path()), R"({"schema": 1, "run")");
  EXPECT_THAT(input_complaint([&] { RunRecord::load(directory.path()); }),
              HasSubstr("record.json: not valid JSON"));
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

TEST(ExitStatus, IsNotZeroWhenAStageFailed) {
  RunRecord record = fresh();
  record.put_claim(result("docker.exec", kLxc, Outcome::kPass));
  EXPECT_EQ(record.exit_status(), 0);
  record.put_stage("stop/lxc", {.outcome = Outcome::kError});
  EXPECT_EQ(record.exit_status(), 2);
  record.put_claim(result("docker.exec", kVm, Outcome::kFail));
  EXPECT_EQ(record.exit_status(), 1);
}

TEST(Complete, AddsEveryCaseOfAWholeSuite) {
  RunRecord record = fresh();
  record.put_claim(result("docker.exec", kLxc, Outcome::kPass));
  complete(record, suite_thresholds(), Completeness::kWholeSuite);
  EXPECT_EQ(record.claims().size(), expected_cases().size());
  EXPECT_EQ(record.claim("docker.exec", kLxc)->outcome, Outcome::kPass);
  EXPECT_EQ(record.claim("docker.exec", kVm)->outcome, Outcome::kError);
  EXPECT_EQ(record.claim("docker.exec", kVm)->message, "docker.exec/vm: not run");
  EXPECT_EQ(record.claim("guest.freeze", kLxc)->outcome, Outcome::kSkip);
}

TEST(Complete, AddsToASelectionWhatAFailedStageExplains) {
  RunRecord record = fresh();
  record.put_stage("preflight", {.outcome = Outcome::kPass});
  record.put_stage("load/vm", {.outcome = Outcome::kError, .message = "connection lost"});
  complete(record, suite_thresholds(), Completeness::kSelection);
  EXPECT_EQ(record.claim("cpu.load", kVm)->message, "cpu.load/vm: not run: stage load/vm failed");
  EXPECT_TRUE(record.claim("delta.cpu-load", std::nullopt));
  EXPECT_FALSE(record.claim("cpu.load", kLxc));
  EXPECT_FALSE(record.claim("docker.exec", kVm));
}

TEST(Complete, AddsNothingToASelectionThatWentWell) {
  RunRecord record = fresh();
  record.put_stage("preflight", {.outcome = Outcome::kPass});
  complete(record, suite_thresholds(), Completeness::kSelection);
  EXPECT_TRUE(record.claims().empty());
}

}  // namespace
}  // namespace pve_accept
