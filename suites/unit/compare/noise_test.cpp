#include "support/compare/noise.h"

#include <random>

#include "suites/unit/compare/runs.h"
#include "suites/unit/matchers.h"
#include "suites/unit/record/record_testing.h"
#include "suites/unit/sanitized.h"

namespace pve_accept {
namespace {

const MetricNoise& noise_of_tps(const std::vector<MetricNoise>& noise) {
  for (const MetricNoise& one : noise) {
    if (one.metric->id == "throughput" && one.guest == kLxc) return one;
  }
  throw std::logic_error("no throughput");
}

std::vector<MetricNoise> noise(const std::vector<RunMade>& runs) {
  return noise_of(runs_with(runs), suite_thresholds());
}

// Drawn with 1 % a boot, 0.8 % a run and 2 % a round, by many boots: it finds these again.
TEST(Noise, IsPartedByRoundRunAndBoot) {
  constexpr int kBoots = kSanitized ? 20 : 300;
  std::mt19937_64 random(11);
  std::normal_distribution<double> normal;
  std::vector<RunMade> runs;
  for (int boot = 0; boot < kBoots; ++boot) {
    const double of_boot = 1 + 0.01 * normal(random);
    for (int run = 0; run < 2; ++run) {
      const double of_run = of_boot * (1 + 0.008 * normal(random));
      RunMade made{.id = fmt::format("run-{:04}", 2 * boot + run),
                   .boot = fmt::format("boot-{}", boot),
                   .lxc_tps = {}};
      for (int round = 0; round < 5; ++round) {
        made.lxc_tps.push_back(2200 * of_run * (1 + 0.02 * normal(random)));
      }
      runs.push_back(made);
    }
  }
  const auto all = noise(runs);
  const MetricNoise& tps = noise_of_tps(all);
  EXPECT_EQ(tps.runs, 2U * kBoots);
  EXPECT_EQ(tps.boots, 1U * kBoots);
  if (kSanitized) return;  // too few to tell
  EXPECT_NEAR(*tps.by_round, 2, 0.1);
  EXPECT_NEAR(*tps.by_run, 0.8, 0.15);
  EXPECT_NEAR(*tps.by_boot, 1, 0.15);
}

// By hand: two boots of two runs of two rounds.
TEST(Noise, IsWhatTheFormulasGive) {
  const auto figures = [](std::vector<double> mib) { return mib; };
  std::vector<RunMade> runs;
  int id = 0;
  for (const auto& [boot, tps] : {std::pair("a", figures({100, 102})),
                                  {"a", figures({104, 106})},
                                  {"b", figures({110, 112})},
                                  {"b", figures({114, 116})}}) {
    runs.push_back({.id = fmt::format("run-{}", id++), .boot = boot, .lxc_tps = tps});
  }
  for (RunMade& run : runs) run.lxc_idle_mib = run.lxc_tps[0];  // one a run
  const auto all = noise(runs);
  for (const MetricNoise& one : all) {
    if (one.metric->id != "memory-idle" || one.guest != kLxc) continue;
    // Runs: 100, 104 | 110, 114; both rounds of a run are the same figure.
    EXPECT_NEAR(*one.by_round, 0, 1e-9);
    EXPECT_NEAR(*one.by_run, std::sqrt(8), 1e-9);    // variance of 100, 104
    EXPECT_NEAR(*one.by_boot, std::sqrt(46), 1e-9);  // of 102, 112: 50, less 8 / 2
    EXPECT_NEAR(one.average, 107, 1e-9);
  }
}

TEST(Noise, SaysTheSmallestChangeThatIsFound) {
  const auto five = noise(five_runs());
  const MetricNoise& tps = noise_of_tps(five);
  EXPECT_EQ(tps.against, 5U);
  EXPECT_GT(*tps.smallest, tps.floor);
  EXPECT_LT(*tps.smallest_of_eight, *tps.smallest);
}

TEST(Noise, OfOneRunIsItsRoundsOnly) {
  const auto all = noise({{.lxc_tps = {2200, 2210, 2190}}});
  const MetricNoise& tps = noise_of_tps(all);
  EXPECT_TRUE(tps.by_round);
  EXPECT_FALSE(tps.by_run || tps.by_boot || tps.of_runs || tps.smallest);
}

TEST(Noise, OfOneRunABootIsTheRunsAndBootsTogether) {
  auto runs = five_runs();
  for (RunMade& run : runs) run.boot = run.id;
  const auto all = noise(runs);
  EXPECT_FALSE(noise_of_tps(all).by_run);
  EXPECT_TRUE(noise_of_tps(all).by_boot);
}

}  // namespace
}  // namespace pve_accept
