#include "support/compare/trend.h"

#include <gtest/gtest.h>

namespace pve_accept {
namespace {

// Counted over all orders.
TEST(MannKendall, IsWhatCountingGives) {
  EXPECT_NEAR(mann_kendall_p(6, 15), 2.0 / 720, 1e-12);
  EXPECT_NEAR(mann_kendall_p(6, -13), 12.0 / 720, 1e-12);
  EXPECT_NEAR(mann_kendall_p(6, 11), 40.0 / 720, 1e-12);
  EXPECT_NEAR(mann_kendall_p(7, 15), 152.0 / 5040, 1e-12);
  EXPECT_NEAR(mann_kendall_p(8, 16), 2460.0 / 40320, 1e-12);
  EXPECT_NEAR(mann_kendall_p(6, 1), 1, 1e-12);
}

TEST(Trend, HasTheMedianSlope) {
  const auto trend = trend_of({10, 12, 14, 16, 18, 20, 100});
  ASSERT_TRUE(trend);
  EXPECT_DOUBLE_EQ(trend->slope, 2);
  EXPECT_LT(trend->p, 0.001);
}

TEST(Trend, IsNoneOfFiveOrOfWhatOnlyWanders) {
  EXPECT_FALSE(trend_of({1, 2, 3, 4, 5}));
  EXPECT_GT(trend_of({3, 1, 4, 2, 5, 1.5})->p, 0.3);
}

TEST(Trend, TakesEqualFiguresForNoDirection) {
  EXPECT_DOUBLE_EQ(trend_of({7, 7, 7, 7, 7, 7})->p, 1);
  EXPECT_DOUBLE_EQ(trend_of({7, 7, 7, 7, 7, 7})->slope, 0);
}

}  // namespace
}  // namespace pve_accept
