#include "support/compare/interval.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace pve_accept {
namespace {

// The tables of Student's t.
TEST(TQuantile, IsTheTables) {
  EXPECT_NEAR(t_quantile(4), 2.999, 5e-4);
  EXPECT_NEAR(t_quantile(7), 2.517, 5e-4);
  EXPECT_NEAR(t_quantile(30), 2.147, 5e-4);
}

TEST(PredictionInterval, IsTheFormulas) {
  // mean 10, s = sqrt(2.5); t(4) = 2.998528, sqrt(1 + 1/5) = 1.095445.
  const Interval one = prediction_interval({8, 9, 10, 11, 12}, {13});
  EXPECT_DOUBLE_EQ(one.estimate, 3);
  EXPECT_NEAR(one.low, 3 - 5.19360, 1e-4);
  EXPECT_NEAR(one.high, 3 + 5.19360, 1e-4);
  // Of four new ones: sqrt(1/4 + 1/5) = 0.670820.
  const Interval four = prediction_interval({8, 9, 10, 11, 12}, {12, 13, 13, 14});
  EXPECT_NEAR(four.high - four.estimate, 3.18042, 1e-4);
}

TEST(PredictionInterval, DoesNotEndWithOneRunInTheBase) {
  const Interval interval = prediction_interval({8}, {1, 2, 3});
  EXPECT_EQ(interval.estimate, -6);
  EXPECT_TRUE(std::isinf(interval.low));
  EXPECT_FALSE(interval.excludes_zero());
  EXPECT_FALSE(interval.inside(100));
}

// It covers what it says: the difference is truly 0.
TEST(PredictionInterval, CoversWhatItSays) {
  std::mt19937_64 random(20261);
  std::normal_distribution<double> normal(100, 3);
  int covered = 0;
  constexpr int kDraws = 20000;
  for (int i = 0; i < kDraws; ++i) {
    std::vector<double> base(6);
    for (double& value : base) value = normal(random);
    covered += prediction_interval(base, {normal(random)}).excludes_zero() ? 0 : 1;
  }
  EXPECT_NEAR(covered, kConfidence * kDraws, 4 * std::sqrt(0.04 * 0.96 * kDraws));
}

// Counted over all ways in which m values can stand among n others.
TEST(MannWhitney, IsWhatCountingGives) {
  EXPECT_DOUBLE_EQ(mann_whitney_cdf(3, 3, 0), 1.0 / 20);
  EXPECT_DOUBLE_EQ(mann_whitney_cdf(4, 4, 0), 1.0 / 70);
  EXPECT_DOUBLE_EQ(mann_whitney_cdf(5, 5, 2), 4.0 / 252);
  EXPECT_DOUBLE_EQ(mann_whitney_cdf(5, 5, 3), 7.0 / 252);
  EXPECT_DOUBLE_EQ(mann_whitney_cdf(10, 5, 8), 60.0 / 3003);
  EXPECT_DOUBLE_EQ(mann_whitney_cdf(4, 6, 2), 4.0 / 210);
  EXPECT_DOUBLE_EQ(mann_whitney_cdf(4, 6, 24), 1);
}

// The permeability constants of Hollander and Wolfe (1973), p. 69, for which R's wilcox.test()
// with conf.int = TRUE says 0.305, -0.15 to 0.76 (P(U <= 8) is 0.01998).
TEST(ShiftInterval, IsTheOneOfThePublishedExample) {
  const std::vector<double> at_term = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
  const std::vector<double> early = {1.15, 0.88, 0.90, 0.74, 1.21};
  const Interval interval = shift_interval(early, at_term);
  EXPECT_NEAR(interval.estimate, 0.305, 1e-12);
  EXPECT_NEAR(interval.low, -0.15, 1e-12);
  EXPECT_NEAR(interval.high, 0.76, 1e-12);
}

// Five rounds a side: the third smallest and third largest difference of 25.
TEST(ShiftInterval, IsWhatOrderingGives) {
  const Interval interval = shift_interval({2211.7, 2189.2, 2240.0, 2175.5, 2203.3},
                                           {2055.1, 2101.9, 2030.7, 2088.8, 2069.4});
  EXPECT_NEAR(interval.estimate, -134.1, 1e-9);
  EXPECT_NEAR(interval.low, -181.0, 1e-9);
  EXPECT_NEAR(interval.high, -87.3, 1e-9);
}

TEST(ShiftInterval, IsOfNoConfidenceWithThreeAgainstThree) {
  const Interval three = shift_interval({1, 2, 3}, {1001, 1002, 1003});
  EXPECT_EQ(three.estimate, 1000);
  EXPECT_TRUE(std::isinf(three.low) && std::isinf(three.high));
  // Four a side have one: all differences.
  const Interval four = shift_interval({1, 2, 3, 4}, {11, 12, 13, 14});
  EXPECT_EQ(four.low, 7);
  EXPECT_EQ(four.high, 13);
  EXPECT_TRUE(std::isinf(shift_interval({1, 2, 3}, {1, 2, 3, 4}).low));
  EXPECT_FALSE(std::isinf(shift_interval({1, 2, 3}, {1, 2, 3, 4, 5}).low));
}

TEST(ShiftInterval, IsThereWhereItHasEnds) {
  for (std::size_t base = 1; base <= 6; ++base) {
    for (std::size_t now = 1; now <= 6; ++now) {
      const Interval found = shift_interval(std::vector<double>(base), std::vector<double>(now));
      EXPECT_EQ(has_shift_interval(base, now), std::isfinite(found.low)) << base << ", " << now;
    }
  }
  EXPECT_TRUE(has_shift_interval(4, 4));
  EXPECT_FALSE(has_shift_interval(1, 1));
  EXPECT_FALSE(has_shift_interval(0, 60));
}

TEST(RunsNeeded, AreEnoughAndNoneTooMany) {
  const auto needed = runs_needed(5, 1.0, 2.0);
  ASSERT_TRUE(needed);
  EXPECT_EQ(needed->base, 5U);
  const auto reach = [](std::size_t base, std::size_t now) {
    return t_quantile(static_cast<double>(base - 1)) *
           std::sqrt(1.0 / static_cast<double>(now) + 1.0 / static_cast<double>(base));
  };
  EXPECT_LT(reach(5, needed->now), 2.0);
  EXPECT_GE(reach(5, needed->now - 1), 2.0);
  // The baseline has to grow too where its own share is too much.
  EXPECT_GT(runs_needed(5, 1.0, 0.5)->base, 5U);
  EXPECT_FALSE(runs_needed(5, 1.0, 0.01));
}

TEST(RoundsNeeded, GrowWithTheNoise) {
  EXPECT_EQ(rounds_needed(0.1, 3), 4U);
  EXPECT_GT(*rounds_needed(2, 1), *rounds_needed(2, 2));
  EXPECT_FALSE(rounds_needed(1, 0));
}

// Drawn: a further run that is worse by that much is found in 95 of 100 cases.
TEST(SmallestChange, IsFoundIn95Of100) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal(0, 1);
  const double change = smallest_change(5, 1.0, 0.0);
  EXPECT_GT(change, 3);
  int found = 0;
  constexpr int kDraws = 20000;
  for (int i = 0; i < kDraws; ++i) {
    std::vector<double> base(5);
    for (double& value : base) value = normal(random);
    const Interval interval = prediction_interval(base, {normal(random) + change});
    found += interval.low > 0 ? 1 : 0;
  }
  EXPECT_NEAR(found, 0.95 * kDraws, 5 * std::sqrt(0.05 * 0.95 * kDraws));
  EXPECT_GT(smallest_change(5, 1.0, 10.0), 10);
  EXPECT_LT(smallest_change(8, 1.0, 0.0), change);
}

}  // namespace
}  // namespace pve_accept
