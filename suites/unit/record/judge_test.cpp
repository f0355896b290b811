#include "support/record/judge.h"

#include <gtest/gtest.h>

#include <limits>

#include "suites/unit/matchers.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/record/record_testing.h"

namespace pve_accept {
namespace {

constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

Observation overlay(Value driver) {
  return {.measured = std::move(driver),
          .how = "docker info",
          .also = {{"container root", "overlay"}, {"growth of ten containers", 0.4}}};
}

class Judge : public testing::Test {
 protected:
  ClaimResult storage(const Observation& observation) {
    return judge(thresholds_, "docker.storage-driver", kLxc, observation);
  }
  ClaimResult idle_ram(const Observation& observation) {
    return judge(thresholds_, "memory.idle-delta", kVm, observation);
  }

  const Thresholds thresholds_ = suite_thresholds();
};

TEST_F(Judge, PassesWhatIsAllowed) {
  const ClaimResult result = storage(overlay("overlayfs"));
  EXPECT_EQ(result.outcome, Outcome::kPass);
  EXPECT_EQ(result.measured, "overlayfs");
  EXPECT_EQ(write_fields(result.allowed), parse_json(R"({"one_of": ["overlayfs", "overlay2"]})"));
  EXPECT_EQ(result.reference, "overlayfs");
  EXPECT_THAT(result.statement, HasSubstr("overlay file system"));
}

TEST_F(Judge, SaysMeasuredAllowedAndHow) {
  EXPECT_THAT(storage(overlay("vfs")).message,
              StartsWith("docker.storage-driver/lxc: measured vfs, allowed one of "
                         "overlayfs, overlay2 (docker info)"));
  EXPECT_EQ(storage(overlay("vfs")).outcome, Outcome::kFail);
}

TEST_F(Judge, SaysTheUnit) {
  EXPECT_EQ(idle_ram({.measured = 2301, .how = "idle window"}).message,
            "memory.idle-delta/vm: measured 2301 MiB, allowed 1500 to 2156 MiB (idle window)");
}

// A baseline that was measured too high would flatter every figure that is taken against it.
TEST_F(Judge, HoldsTheMemoryThatComesBackAgainstBothBounds) {
  const auto outcome = [&](double above_baseline_mib) {
    return judge(thresholds_, "teardown.baseline", {}, {.measured = above_baseline_mib}).outcome;
  };
  EXPECT_EQ(outcome(-100.5), Outcome::kFail);
  EXPECT_EQ(outcome(-100), Outcome::kPass);
  EXPECT_EQ(outcome(-58), Outcome::kPass) << "as in the lab";
  EXPECT_EQ(outcome(100), Outcome::kPass);
  EXPECT_EQ(outcome(100.5), Outcome::kFail);
}

TEST_F(Judge, FailsByAFurtherCondition) {
  Observation observation = overlay("overlayfs");
  observation.also["container root"] = "ext4";
  const ClaimResult result = storage(observation);
  EXPECT_EQ(result.outcome, Outcome::kFail);
  EXPECT_THAT(result.message, HasSubstr("; container root: measured ext4, allowed overlay"));
}

TEST_F(Judge, KeepsFurtherValuesWithoutABound) {
  Observation observation = overlay("overlayfs");
  observation.also["backing"] = "extfs";
  const ClaimResult result = storage(observation);
  EXPECT_EQ(result.outcome, Outcome::kPass);
  EXPECT_THAT(result.message, EndsWith("; backing: measured extfs"));
}

TEST_F(Judge, CanNotTellWithoutAFurtherValue) {
  Observation observation = overlay("vfs");
  observation.also.erase("growth of ten containers");
  const ClaimResult result = storage(observation);
  EXPECT_EQ(result.outcome, Outcome::kError);
  EXPECT_THAT(result.message, HasSubstr("measurement not usable: growth of ten containers: "
                                        "nothing was measured"));
}

TEST_F(Judge, CanNotTellFromWhatIsNoData) {
  for (const Value& measured : {Value(), Value(""), Value(kNotANumber), Value(3), Value(true)}) {
    const ClaimResult result = storage(overlay(measured));
    EXPECT_EQ(result.outcome, Outcome::kError) << measured.to_text();
    EXPECT_THAT(result.message, HasSubstr("measurement not usable")) << measured.to_text();
  }
  for (const Value& measured :
       {Value(), Value(kNotANumber), Value("2056"), Value(Value::List{"2056"})}) {
    EXPECT_EQ(idle_ram({.measured = measured}).outcome, Outcome::kError) << measured.to_text();
  }
  EXPECT_TRUE(write_fields(idle_ram({.measured = kNotANumber}).measured).is_null());
}

TEST_F(Judge, TakesTheStatisticOfTheClaim) {
  const ClaimResult ram = idle_ram({.figure = Figure{.median = 2056, .mean = 9999}});
  EXPECT_EQ(ram.outcome, Outcome::kPass);
  EXPECT_EQ(ram.measured, 2056.0);
  EXPECT_EQ(ram.statistics.at("mean"), 9999.0);
  const ClaimResult cpu =
      judge(thresholds_, "cpu.idle", kVm, {.figure = Figure{.median = 1, .mean = 12}});
  EXPECT_EQ(cpu.outcome, Outcome::kFail);
}

TEST_F(Judge, CanNotTellWithoutTheStatistic) {
  EXPECT_EQ(idle_ram({.figure = Figure{.mean = 2056}}).outcome, Outcome::kError);
  EXPECT_EQ(idle_ram({.figure = Figure{.median = kNotANumber}}).outcome, Outcome::kError);
  EXPECT_EQ(judge(thresholds_, "docker.exec", kLxc, {.figure = Figure{.median = 0}}).outcome,
            Outcome::kError);
}

TEST_F(Judge, AddsANoteUnlessItIsBlank) {
  Observation observation = {.measured = 126, .how = "docker exec", .note = "timens_offsets\n"};
  EXPECT_THAT(judge(thresholds_, "docker.exec", kLxc, observation).message,
              EndsWith("(docker exec); timens_offsets"));
  observation.note = "\n";
  EXPECT_FALSE(judge(thresholds_, "docker.exec", kLxc, observation).note);
}

TEST_F(Judge, ToleratesOnlyTheListedUnits) {
  const auto health = [&](GuestKind guest, const Value::List& failed) {
    return judge(thresholds_, "guest.healthy", guest,
                 {.measured = failed,
                  .also = {{"default route", true},
                           {"name resolution", true},
                           {"system state", "degraded"},
                           {"Debian release", "13"}}})
        .outcome;
  };
  EXPECT_EQ(health(kLxc, {"sys-kernel-debug.mount"}), Outcome::kPass);
  EXPECT_EQ(health(kVm, {"sys-kernel-debug.mount"}), Outcome::kFail);
  EXPECT_EQ(health(kVm, {}), Outcome::kPass);
  EXPECT_EQ(health(kLxc, {"docker.service"}), Outcome::kFail);
}

TEST_F(Judge, SkipsByDeclarationAlone) {
  const auto skip = declared_skip(thresholds_, "guest.freeze", kLxc);
  ASSERT_TRUE(skip);
  EXPECT_EQ(skip->outcome, Outcome::kSkip);
  EXPECT_THAT(skip->message, HasSubstr("guest.freeze/lxc: not applicable: a container"));
  EXPECT_FALSE(declared_skip(thresholds_, "guest.freeze", kVm));
  EXPECT_EQ(judge(thresholds_, "guest.freeze", kLxc, {.measured = "no"}).outcome, Outcome::kSkip);
}

TEST_F(Judge, RefusesACaseThatDoesNotExist) {
  EXPECT_THROW(judge(thresholds_, "docker.exec", std::nullopt, {}), HarnessError);
}

TEST_F(Judge, TellsTroubleWithItsHint) {
  const HarnessError trouble(
      {.attempted = "ask Docker", .problem = "no answer", .hint = "start it"});
  const ClaimResult result = could_not_tell(thresholds_, "docker.exec", kVm, trouble);
  EXPECT_EQ(result.outcome, Outcome::kError);
  EXPECT_EQ(result.message, "docker.exec/vm: could not tell: ask Docker: no answer");
  EXPECT_EQ(result.hint, "start it");
}

TEST_F(Judge, RejudgesFromWhatIsOnRecord) {
  const Thresholds strict = [] {
    Json document = suite_thresholds_document();
    document["claims"]["memory.idle-delta"]["vm"]["allowed"]["max"] = 2000;
    document["claims"]["docker.storage-driver"]["also"]["growth of ten containers"]["allowed"]
            ["max"] = 0.1;
    return Thresholds(document, "strict.json");
  }();
  ClaimResult ram = idle_ram({.how = "idle", .figure = Figure{.median = 2056, .mean = 1}});
  ram.duration_s = 3;
  EXPECT_EQ(rejudge(ram, strict).outcome, Outcome::kFail);
  EXPECT_EQ(rejudge(ram, strict).duration_s, 3);
  EXPECT_EQ(rejudge(rejudge(ram, strict), thresholds_).message, ram.message);
  EXPECT_EQ(rejudge(storage(overlay("overlayfs")), strict).outcome, Outcome::kFail);
}

TEST_F(Judge, KeepsTheHintOfWhatStaysAsItWas) {
  Json document = suite_thresholds_document();
  document["claims"]["memory.idle-delta"]["vm"]["allowed"]["max"] = 2500;
  const Thresholds wide(document, "wide.json");
  ClaimResult high = idle_ram({.how = "idle", .figure = Figure{.median = 2301}});
  high.hint = "look at ballooning";
  EXPECT_EQ(rejudge(high, thresholds_).hint, "look at ballooning");
  EXPECT_EQ(rejudge(high, wide).outcome, Outcome::kPass);
  EXPECT_EQ(rejudge(high, wide).hint, std::nullopt);
}

TEST_F(Judge, SaysOfComplaintsThatThereAreNone) {
  const Value none = std::vector<std::string>();
  const Value one = std::vector<std::string>{"net0 is missing"};
  EXPECT_THAT(judge(thresholds_, "guest.as-specified", kLxc, {.measured = none}).message,
              AllOf(HasSubstr("no complaints"), Not(HasSubstr("measured"))));
  EXPECT_THAT(judge(thresholds_, "guest.as-specified", kLxc, {.measured = one}).message,
              HasSubstr("measured net0 is missing, allowed no complaints"));
}

TEST_F(Judge, RejudgesNeitherErrorNorSkip) {
  const ClaimResult error = idle_ram({});
  EXPECT_EQ(rejudge(error, thresholds_).outcome, Outcome::kError);
  EXPECT_EQ(rejudge(error, thresholds_).message, error.message);
  const ClaimResult skip = *declared_skip(thresholds_, "guest.freeze", kLxc);
  EXPECT_EQ(rejudge(skip, thresholds_).outcome, Outcome::kSkip);
  // For want of something in the lab, which thresholds do not know of.
  const ClaimResult lab = not_applicable(thresholds_, "backup.consistent", kLxc, "no storage");
  EXPECT_EQ(rejudge(lab, thresholds_).outcome, Outcome::kSkip);
  EXPECT_EQ(rejudge(lab, thresholds_).message, lab.message);
}

TEST_F(Judge, GivesAHintOnlyOfWhatIsFalse) {
  Observation seen = overlay("overlayfs");
  seen.hint = "upgrade lxc-pve";
  EXPECT_EQ(storage(seen).hint, std::nullopt);
  seen.measured = "vfs";
  EXPECT_EQ(storage(seen).hint, "upgrade lxc-pve");
}

TEST_F(Judge, SaysOfAFalseClaimOnlyWhatMakesItFalse) {
  EXPECT_THAT(storage(overlay("overlayfs")).message, HasSubstr("container root: measured overlay"));
  EXPECT_THAT(storage(overlay("vfs")).message, testing::Not(HasSubstr("container root")));
}

TEST_F(Judge, SaysWhatWasMeasuredAlsoWhereThatIsWhatIsAllowed) {
  EXPECT_THAT(judge(thresholds_, "docker.exec", kLxc, {.measured = 0}).message,
              HasSubstr("measured 0, allowed 0"));
}

TEST_F(Judge, RejudgesByTheMaturityOfTheDay) {
  Json document = suite_thresholds_document();
  document["claims"]["memory.idle-delta"]["maturity"] = "preview";
  const Thresholds preview(document, "preview.json");
  for (const Value& measured : {Value(), Value(2301)}) {
    const ClaimResult stable = idle_ram({.measured = measured});
    EXPECT_TRUE(stable.red());
    EXPECT_FALSE(rejudge(stable, preview).red());
    EXPECT_TRUE(rejudge(rejudge(stable, preview), thresholds_).red());
    EXPECT_EQ(write_fields(rejudge(stable, preview))["maturity"], "preview");
  }
}

TEST_F(Judge, SurvivesTheRecord) {
  Observation observation = overlay("overlayfs");
  observation.note = "containerd image store";
  ClaimResult result = storage(observation);
  result.hint = "a hint";
  result.duration_s = 0.25;
  const Json entry = write_fields(result);
  EXPECT_EQ(entry["guest"], "lxc");
  EXPECT_EQ(entry["outcome"], "pass");
  EXPECT_EQ(entry["unit"], nullptr);
  const auto back = read_fields<ClaimResult>(JsonCursor(entry, "record.json"));
  EXPECT_EQ(write_fields(back), entry);
  EXPECT_EQ(rejudge(back, thresholds_).message, result.message);
}

TEST_F(Judge, RecordsStatisticsThatAreNotFiniteAsNull) {
  const Json entry = write_fields(idle_ram({.figure = Figure{.median = kNotANumber}}));
  EXPECT_EQ(entry["statistics"]["median"], nullptr);
  EXPECT_EQ(write_fields(read_fields<ClaimResult>(JsonCursor(entry, "record.json"))), entry);
}

TEST_F(Judge, RefusesADamagedEntry) {
  Json entry = write_fields(storage(overlay("overlayfs")));
  entry["outcome"] = "green";
  EXPECT_EQ(
      message_of<InputError>([&] { read_fields<ClaimResult>(JsonCursor(entry, "record.json")); }),
      "record.json: outcome: expected one of pass, fail, error, skip, found \"green\"");
  entry["outcome"] = "pass";
  entry["guest"] = "kvm";
  EXPECT_THAT(
      message_of<InputError>([&] { read_fields<ClaimResult>(JsonCursor(entry, "record.json")); }),
      HasSubstr("guest: expected one of lxc, vm, found \"kvm\""));
}

}  // namespace
}  // namespace pve_accept
