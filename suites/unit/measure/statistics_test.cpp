#include "support/measure/statistics.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/base/error.h"

namespace pve_accept {
namespace {

const std::vector<double> kLxcIdle = {1913, 1914, 1913, 1914, 1913};  // of the Phase 0 spike
const std::vector<double> kLxcLoad = {2149, 2143, 2112, 2086, 2071};

TEST(Statistics, GiveTheSpikesMedians) {
  EXPECT_DOUBLE_EQ(median(kLxcIdle), 1913);
  EXPECT_DOUBLE_EQ(median(kLxcLoad), 2112);
}

TEST(Statistics, TakeTheMeanOfTheMiddleTwo) { EXPECT_DOUBLE_EQ(median({4, 1, 3, 2}), 2.5); }

TEST(Statistics, SummarizeTheLoad) {
  const Figure load = summarize(kLxcLoad);
  EXPECT_EQ(load.n, 5U);
  EXPECT_DOUBLE_EQ(load.median, 2112);
  EXPECT_DOUBLE_EQ(load.mean, 2112.2);
  EXPECT_DOUBLE_EQ(load.min, 2071);
  EXPECT_DOUBLE_EQ(load.max, 2149);
  EXPECT_NEAR(load.stddev, 34.230, 0.001);  // sqrt(4686.8 / 4)
}

TEST(Statistics, GiveASingleValueNoSpread) { EXPECT_DOUBLE_EQ(standard_deviation({7}), 0); }

TEST(Statistics, InterpolatePercentiles) {
  EXPECT_DOUBLE_EQ(percentile({10, 20, 30, 40, 50}, 0), 10);
  EXPECT_DOUBLE_EQ(percentile({10, 20, 30, 40, 50}, 90), 46);
  EXPECT_DOUBLE_EQ(percentile({10, 20, 30, 40, 50}, 100), 50);
  EXPECT_THROW(percentile({1}, 101), HarnessError);
}

TEST(Statistics, RefuseNoData) {
  EXPECT_THROW(median({}), HarnessError);
  EXPECT_THROW(mean({}), HarnessError);
  EXPECT_THROW(minimum({}), HarnessError);
  EXPECT_THROW(maximum({}), HarnessError);
  EXPECT_THROW(standard_deviation({}), HarnessError);
  EXPECT_THROW(summarize({}), HarnessError);
}

TEST(Statistics, RefuseWhatIsNotFinite) {
  EXPECT_THROW(summarize({1, std::numeric_limits<double>::quiet_NaN()}), HarnessError);
  EXPECT_THROW(median({std::numeric_limits<double>::infinity()}), HarnessError);
}

TEST(Statistics, BecomeJson) {
  EXPECT_EQ(write_fields(summarize({1, 3})).dump(),
            R"({"max":3.0,"mean":2.0,"median":2.0,"min":1.0,"n":2,"stddev":1.4142135623730951})");
}

}  // namespace
}  // namespace pve_accept
