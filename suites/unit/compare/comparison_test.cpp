#include "support/compare/comparison.h"

#include "suites/unit/compare/runs.h"
#include "suites/unit/matchers.h"
#include "suites/unit/record/record_testing.h"

namespace pve_accept {
namespace {

const Metric& kTps = *find_metric("throughput");
const Metric& kIdleMemory = *find_metric("memory-idle");

Decision decision(const ByRun& base, const ByRun& now, double floor = 3,
                  const Metric& metric = kTps) {
  return decide(metric, floor, base, now).decision;
}

// Five runs, 1 % to either side of 2000.
const ByRun kFive = {{1990}, {2010}, {1980}, {2020}, {2000}};

TEST(Decisions, FollowFromTheIntervalAndTheFloor) {
  EXPECT_EQ(decision(kFive, {{1800}}), Decision::kWorse);
  EXPECT_EQ(decision(kFive, {{2200}}), Decision::kBetter);
  EXPECT_EQ(decision(kFive, {{1800}}, 3, *find_metric("latency")), Decision::kBetter);
  // The interval reaches about 2.4 % to either side.
  EXPECT_EQ(decision(kFive, {{2000}}, 3), Decision::kNoDifference);
  EXPECT_EQ(decision(kFive, {{2000}}, 2), Decision::kInconclusive);
  // Beyond zero for certain, and less than anybody cares for; whether it is, is not certain.
  EXPECT_EQ(decision(kFive, {{1925}}, 7), Decision::kNoDifference);
  EXPECT_EQ(decision(kFive, {{1925}}, 5), Decision::kInconclusive);
}

// However sure it is that there is a difference, below the floor it is none that matters; and a
// floor is no multiple of the spread.
TEST(Decisions, OfWhatIsCertainAndSmallAreNoDifference) {
  const ByRun quiet = {{2000}, {2000.1}, {1999.9}, {2000.05}, {1999.95}};
  EXPECT_EQ(decision(quiet, {{1990}}), Decision::kNoDifference);
  EXPECT_EQ(decision(quiet, {{1930}}), Decision::kWorse);
}

TEST(Decisions, AreOfRunsFromFiveOn) {
  EXPECT_EQ(decide(kTps, 3, kFive, {{2000}}).regime, Regime::kRuns);
  const ByRun four(kFive.begin(), kFive.end() - 1);
  EXPECT_EQ(decide(kTps, 3, four, {{2000}}).regime, Regime::kRounds);
}

TEST(Decisions, OfThreeRoundsAgainstThreeAreNone) {
  EXPECT_EQ(decision({{2000, 2000, 2000}}, {{2000, 2000, 2000}}), Decision::kInconclusive);
  EXPECT_EQ(decision({{2000, 2001, 2002}}, {{1000, 1001, 1002}}), Decision::kInconclusive);
  EXPECT_EQ(decision({{2000, 2001, 2002, 2003}}, {{1000, 1001, 1002, 1003}}), Decision::kWorse);
  EXPECT_EQ(decision({{2000, 2001, 2002, 2003}}, {{2000, 2001, 2002, 2003}}),
            Decision::kNoDifference);
}

TEST(Decisions, AreTheSameInBothDirections) {
  const Decided down = decide(kTps, 3, {{2000, 2000, 2010, 1990}}, {{1000, 1000, 1005, 995}});
  const Decided up = decide(kTps, 3, {{1000, 1000, 1005, 995}}, {{2000, 2000, 2010, 1990}});
  EXPECT_NEAR(down.interval.estimate, -50, 1e-9);
  EXPECT_NEAR(up.interval.estimate, 100, 1e-9);
}

TEST(Inconclusive, SaysWhatWouldSettleIt) {
  EXPECT_THAT(decide(kTps, 2, kFive, {{2000}}).note,
              HasSubstr("2 new runs against 5 would settle it"));
  EXPECT_THAT(decide(kTps, 3, {{2000, 2040, 1960}}, {{2000, 2040, 1960}}).note,
              HasSubstr("rounds a side would settle it for these boots"));
  EXPECT_THAT(decide(kTps, 3, {{2000}}, {{2000}}).note, HasSubstr("it takes 5 runs of a baseline"));
  EXPECT_THAT(decide(kTps, 0.01, kFive, {{2000}}).note, HasSubstr("more than 100 runs"));
}

TEST(NotWorse, IsWhatIsInsideTheFloorOnTheWorseSide) {
  const Decided better = decide(kTps, 3, kFive, {{2050}});  // by no more than the floor
  EXPECT_EQ(better.decision, Decision::kInconclusive);
  EXPECT_TRUE(surely_not_worse(kTps, better));
  EXPECT_FALSE(surely_not_worse(kTps, decide(kTps, 2, kFive, {{2000}})));
  EXPECT_FALSE(surely_not_worse(kTps, Decided{}));
}

// ---- whole comparisons --------------------------------------------------------------------------

RunComparison compared(const std::vector<RunMade>& before, const std::vector<RunMade>& now) {
  return compare(runs_with(before), runs_with(now), suite_thresholds());
}

std::vector<RunMade> one_new_run(const RunMade& like = {}) {
  RunMade run = like;
  run.id = "run-9";
  run.boot = "boot-9";
  return {run};
}

const MetricChange& change_of(const RunComparison& comparison, const Metric& metric,
                              GuestKind guest) {
  return *comparison.change(metric, guest);
}

TEST(Comparing, FindsWhatGotWorseAndSaysHowSureThatIs) {
  const RunComparison comparison =
      compared(five_runs(), one_new_run({.lxc_tps = {2000, 2000}, .lxc_idle_mib = 291}));
  const MetricChange& tps = change_of(comparison, kTps, kLxc);
  EXPECT_TRUE(tps.worse() && tps.confirmed);
  EXPECT_EQ(decision_text(tps), "worse");
  EXPECT_THAT(change_text(tps), HasSubstr("-9.7 % (-"));
  const MetricChange& memory = change_of(comparison, kIdleMemory, kLxc);
  EXPECT_TRUE(memory.worse());
  EXPECT_NEAR(memory.decided.interval.estimate, 78, 1e-9);
  EXPECT_EQ(comparison.exit_status(), 1);
}

TEST(Comparing, OfTheSameFindsNothing) {
  const RunComparison comparison = compared(
      five_runs(),
      one_new_run({.lxc_tps = {2215}, .vm_tps = {1818}, .lxc_idle_mib = 213, .vm_idle_cpu = 6.1}));
  for (const MetricChange& change : comparison.changes) EXPECT_FALSE(change.moved());
  EXPECT_THAT(comparison.pairs, IsEmpty());
  EXPECT_EQ(comparison.exit_status(), 0);
}

TEST(Comparing, OfTwoRunsSpeaksOfTheirBootsAndConfirmsNothing) {
  const std::vector<RunMade> before = {{.lxc_tps = {2200, 2210, 2190, 2205}}};
  const auto now = one_new_run({.lxc_tps = {2000, 2010, 1990, 2005}});
  const RunComparison comparison = compared(before, now);
  const MetricChange& tps = change_of(comparison, kTps, kLxc);
  EXPECT_TRUE(tps.worse());
  EXPECT_FALSE(tps.confirmed);
  EXPECT_EQ(decision_text(tps), "differs between these boots: worse");
  EXPECT_EQ(comparison.exit_status(), 2);
}

TEST(Comparing, IsConfirmedByASecondRunOfAnotherBoot) {
  const std::vector<RunMade> before = {{.lxc_tps = {2200, 2210, 2190, 2205}}};
  auto now = one_new_run({.lxc_tps = {2000, 2010, 1990, 2005}});
  now.push_back(now[0]);
  now[1].id = "run-10";
  EXPECT_FALSE(change_of(compared(before, now), kTps, kLxc).confirmed);  // of the same boot
  now[1].boot = "boot-10";
  const RunComparison comparison = compared(before, now);
  EXPECT_TRUE(change_of(comparison, kTps, kLxc).confirmed);
  EXPECT_EQ(comparison.exit_status(), 1);
  now[1].lxc_tps = {2200, 2210, 2190, 2205};  // the second run does not say so
  EXPECT_FALSE(change_of(compared(before, now), kTps, kLxc).confirmed);
}

TEST(Comparing, WithABaselineOfOneBootConfirmsNothing) {
  auto before = five_runs();
  for (RunMade& run : before) run.boot = "boot-1";
  const RunComparison comparison = compared(before, one_new_run({.lxc_tps = {1900}}));
  EXPECT_TRUE(change_of(comparison, kTps, kLxc).worse());
  EXPECT_FALSE(change_of(comparison, kTps, kLxc).confirmed);
  EXPECT_THAT(comparison.warnings, ElementsAre(HasSubstr("share one boot")));
}

TEST(Comparing, SaysWhetherBothGuestsMoved) {
  const auto pair = [](double lxc, double vm) {
    const RunComparison comparison =
        compared(five_runs(), one_new_run({.lxc_tps = {2211.7 * lxc}, .vm_tps = {1819.6 * vm}}));
    for (const PairedChange& one : comparison.pairs) {
      if (one.metric == &kTps) return one.text;
    }
    return std::string("none");
  };
  EXPECT_EQ(pair(0.9, 0.9), "both guests moved alike");
  EXPECT_EQ(pair(0.9, 0.8), "both guests moved, one of them farther");
  EXPECT_EQ(pair(0.9, 1.1), "the guests moved in opposite directions");
  EXPECT_EQ(pair(0.9, 1), "only the lxc moved");
  EXPECT_EQ(pair(1, 0.9), "only the vm moved");
  EXPECT_EQ(pair(1, 1), "none");
}

TEST(Comparing, SaysWhyThereIsNoData) {
  Record record = record_with(one_new_run()[0]);
  record.measurements[kVm].load->pgbench.problem = "another load ran: 8 clients";
  const RunComparison comparison =
      compare(runs_with(five_runs()), one_run(record), suite_thresholds());
  const MetricChange& tps = change_of(comparison, kTps, kVm);
  EXPECT_EQ(tps.decided.decision, Decision::kNoData);
  EXPECT_THAT(tps.decided.note, HasSubstr("another load ran"));
  EXPECT_EQ(comparison.exit_status(), 2);
}

TEST(Comparing, OfWhatIsNotComparableComparesNothing) {
  Record record = record_with(one_new_run()[0]);
  record.node.storage->type = "dir";
  const RunComparison comparison =
      compare(runs_with(five_runs()), one_run(record), suite_thresholds());
  EXPECT_THAT(comparison.not_comparable, ElementsAre(HasSubstr("storage: ")));
  EXPECT_THAT(comparison.changes, IsEmpty());
  EXPECT_EQ(comparison.exit_status(), 2);
}

TEST(Comparing, DoesNotHoldAModelAgainstHardware) {
  Record record = record_with({});
  record.node.kind = "sim";
  EXPECT_THAT(message_of<InputError>(
                  [&] { compare(runs_with(five_runs()), one_run(record), suite_thresholds()); }),
              HasSubstr("one side is of a simulated node"));
}

TEST(ComparingAsJson, HasNullForWhatIsNotKnown) {
  const Json json =
      to_json(compared({{.lxc_tps = {2200}}}, one_new_run({.lxc_tps = {2000}, .vm_tps = {1800}})));
  EXPECT_EQ(json["exit_status"], 2);
  const Json& tps = json["changes"][0];
  EXPECT_EQ(tps["metric"], "throughput");
  EXPECT_EQ(tps["of"], "lxc");
  EXPECT_EQ(tps["decision"], "inconclusive");
  EXPECT_TRUE(tps["low"].is_null());
  EXPECT_NEAR(tps["change"], -9.0909, 1e-3);
  EXPECT_EQ(tps["by"], "rounds of these boots");
}

// ---- floors -------------------------------------------------------------------------------------

Thresholds with_patch(const std::string& patch) {
  Json document = suite_thresholds_document();
  document["claims"].merge_patch(parse_strict_json(patch, "patch"));
  return Thresholds(document, "own.json");
}

TEST(Floors, StandInTheThresholdsOfTheirClaims) {
  const Thresholds thresholds = suite_thresholds();
  EXPECT_EQ(floor_of(kTps, kLxc, thresholds), 3);
  EXPECT_EQ(floor_of(kIdleMemory, kVm, thresholds), 20);
  EXPECT_EQ(floor_of(*find_metric("cpu-idle"), kVm, thresholds), 0.5);
  EXPECT_EQ(floor_of(*find_metric("ready"), kVm, thresholds), 15);
  check_floors(thresholds);
  EXPECT_EQ(
      floor_of(kTps, kLxc, with_patch(R"({"regression.throughput": {"allowed": {"min": -5}}})")),
      5);
}

TEST(Floors, OfAnotherKindAreRefusedWithTheirPath) {
  for (const char* patch : {R"({"regression.throughput": {"allowed": {"min": null, "max": 3}}})",
                            R"({"regression.throughput": {"allowed": {"max": 3}}})",
                            R"({"regression.throughput": {"allowed": {"min": 3}}})",
                            R"({"regression.throughput": {"allowed": {"min": 0}}})"}) {
    EXPECT_THAT(message_of<InputError>([&] { check_floors(with_patch(patch)); }),
                HasSubstr("claims/regression.throughput/lxc/allowed: expected only 'min', below 0"))
        << patch;
  }
}

TEST(Floors, AreNotAskedForWhereALabDeclaresTheClaimNotApplicable) {
  const Thresholds thresholds = with_patch(R"({"regression.ready":
      {"lxc": {"allowed": null, "why": null, "not_applicable": "clones"}}})");
  check_floors(thresholds);
  const RunComparison comparison =
      compare(runs_with(five_runs()), runs_with(one_new_run()), thresholds);
  EXPECT_EQ(comparison.change(*find_metric("ready"), kLxc), nullptr);
  EXPECT_NE(comparison.change(*find_metric("ready"), kVm), nullptr);
  EXPECT_THAT(comparison.warnings, ElementsAre("ready/lxc is not compared: clones"));
}

TEST(Metrics, ThatArePrimaryHaveAClaimAndNoOtherClaimIsOfOne) {
  std::size_t primary = 0, claims = 0;
  for (const Metric& metric : metrics()) {
    if (!metric.primary()) continue;
    ++primary;
    EXPECT_NE(find_claim(claim_of(metric)), nullptr) << metric.id;
    EXPECT_EQ(suite_thresholds().claim(claim_of(metric)).unit, std::string(metric.change_unit()));
  }
  for (const ClaimInfo& claim : claim_catalogue()) {
    if (claim.id.starts_with("regression.")) ++claims;
  }
  EXPECT_EQ(primary, claims);
  EXPECT_EQ(primary, 8U);
}

}  // namespace
}  // namespace pve_accept
