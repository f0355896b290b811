// How often a comparison says what, of drawn figures whose truth is known: each run has an effect
// of its boot, each round its noise, both normal and in percent of the figure.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "suites/unit/record/record_testing.h"
#include "suites/unit/sanitized.h"
#include "support/compare/decision.h"

namespace pve_accept {
namespace {

struct Lab {
  double boot_percent = 0.5;
  double round_percent = 2;
  std::size_t base_runs = 5;
  std::size_t rounds = 5;
};

// What the spike measured, of each primary metric and guest.
const std::map<std::string, std::map<GuestKind, double>> kTruth = {
    {"throughput", {{kLxc, 2211.7}, {kVm, 1819.6}}}, {"latency", {{kLxc, 1.809}, {kVm, 2.198}}},
    {"memory-idle", {{kLxc, 211}, {kVm, 2056}}},     {"memory-load", {{kLxc, 410}, {kVm, 2084}}},
    {"cpu-idle", {{kLxc, 0.3}, {kVm, 6.0}}},         {"cpu-load", {{kLxc, 39.4}, {kVm, 53.9}}},
    {"ready", {{kLxc, 12.5}, {kVm, 67.5}}},          {"disk-used", {{kLxc, 2.673}, {kVm, 2.94}}}};

class Draws {
 public:
  Draws(std::uint64_t seed, const Lab& lab) : random_(seed), lab_(lab) {}

  Decision compare(const Metric& metric, GuestKind guest, double change) {
    const double truth = kTruth.at(std::string(metric.id)).at(guest);
    ByRun base;
    for (std::size_t i = 0; i < lab_.base_runs; ++i) base.push_back(run(metric, truth));
    const ByRun now = {run(metric, truth + change)};
    return decide(metric, floor_of(metric, guest, thresholds_), base, now).decision;
  }

 private:
  double effect(double percent) { return 1 + percent / 100 * normal_(random_); }

  std::vector<double> run(const Metric& metric, double truth) {
    const double of_boot = truth * effect(lab_.boot_percent);
    std::vector<double> rounds;
    for (std::size_t i = 0; i < (metric.once_a_run ? 1 : lab_.rounds); ++i) {
      rounds.push_back(of_boot * effect(lab_.round_percent));
    }
    return rounds;
  }

  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
  Lab lab_;
  Thresholds thresholds_ = suite_thresholds();
};

using Counts = std::map<Decision, double>;  // in percent

double percent(const Counts& counts, Decision decision) {
  const auto found = counts.find(decision);
  return found == counts.end() ? 0 : found->second;
}

Counts counted(std::uint64_t seed, const Lab& lab, std::string_view id, GuestKind guest,
               double change, int comparisons = 1000) {
  Draws draws(seed, lab);
  Counts counts;
  for (int i = 0; i < comparisons; ++i) {
    counts[draws.compare(*find_metric(id), guest, change)] += 100.0 / comparisons;
  }
  fmt::print(
      "{:<12} {:<3} {:+8.2f}: worse {:5.1f} %, better {:4.1f} %, no difference {:5.1f} %, "
      "inconclusive {:5.1f} % (seed {}, {})\n",
      id, to_string(guest), change, percent(counts, Decision::kWorse),
      percent(counts, Decision::kBetter), percent(counts, Decision::kNoDifference),
      percent(counts, Decision::kInconclusive), seed, comparisons);
  return counts;
}

// All of it is repetition of what the tests of comparisons do.
class ComparisonStudy : public testing::Test {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "nothing but repetition";
  }
};

// The share of comparisons of all primary metrics that are called worse where nothing changed.
double false_alarms(std::uint64_t seed, const Lab& lab) {
  double sum = 0;
  int cases = 0;
  for (const Metric& metric : metrics()) {
    if (!metric.primary()) continue;
    for (const GuestKind guest : kGuestKinds) {
      sum += percent(counted(seed++, lab, metric.id, guest, 0), Decision::kWorse);
      ++cases;
    }
  }
  fmt::print("called worse: {:.2f} % of all\n", sum / cases);
  return sum / cases;
}

TEST_F(ComparisonStudy, OfAQuietLabFindsWhatChangedAndNothingElse) {
  const Lab lab;
  EXPECT_LE(false_alarms(1000, lab), 1);
  EXPECT_GE(percent(counted(2001, lab, "throughput", kLxc, -0.07 * 2211.7), Decision::kWorse), 95);
  EXPECT_GE(percent(counted(2002, lab, "throughput", kVm, -0.07 * 1819.6), Decision::kWorse), 95);
  EXPECT_GE(percent(counted(2003, lab, "memory-idle", kLxc, 80), Decision::kWorse), 95);
  EXPECT_GE(percent(counted(2004, lab, "cpu-idle", kVm, 2), Decision::kWorse), 95);
}

TEST_F(ComparisonStudy, OfANoisyLabTakesEightRunsOrCannotTell) {
  const Lab eight{.boot_percent = 1, .round_percent = 2.5, .base_runs = 8};
  EXPECT_LE(false_alarms(3000, eight), 2);
  const Counts counts = counted(4001, eight, "throughput", kLxc, -0.07 * 2211.7, 4000);
  EXPECT_GE(percent(counts, Decision::kWorse), 95);
  EXPECT_EQ(percent(counts, Decision::kNoDifference), 0);
}

// With fewer than five runs the rounds decide, and boots that differ are taken for a change: that
// is why they are worded so, and why no claim fails by them.
TEST_F(ComparisonStudy, OfTwoBootsByTheirRoundsIsWrongAboutOthers) {
  const Lab one{.boot_percent = 2, .round_percent = 1, .base_runs = 1, .rounds = 10};
  const Counts counts = counted(5001, one, "throughput", kLxc, 0);
  EXPECT_GT(percent(counts, Decision::kWorse), 5);
}

TEST_F(ComparisonStudy, OfThreeRoundsAgainstThreeNeverSaysThatThereIsNoDifference) {
  const Lab three{.round_percent = 0.1, .base_runs = 1, .rounds = 3};
  const Counts counts = counted(6001, three, "throughput", kLxc, 0);
  EXPECT_NEAR(percent(counts, Decision::kInconclusive), 100, 1e-6);
}

}  // namespace
}  // namespace pve_accept
