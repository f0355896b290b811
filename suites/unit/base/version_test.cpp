#include "support/base/version.h"

#include <gtest/gtest.h>

namespace pve_accept {
namespace {

TEST(VersionOrder, CountsNumbersAsNumbers) {
  EXPECT_TRUE(version_less("13.6-1", "13.10-1"));
  EXPECT_TRUE(version_less("13.6-1", "13.6-2"));
  EXPECT_TRUE(version_less("13.6", "13.6-1"));
  EXPECT_TRUE(version_less("9.9", "10.0"));
  EXPECT_FALSE(version_less("13.10-1", "13.6-1"));
  EXPECT_FALSE(version_less("13.6-1", "13.6-1"));
  EXPECT_FALSE(version_less("13.06-1", "13.6-1"));
}

}  // namespace
}  // namespace pve_accept
