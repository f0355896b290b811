#include "support/suspects/debian_version.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>

namespace pve_accept {
namespace {

// What the order turns on: epochs, tildes, letters and other characters, numbers beyond any
// integer, leading zeros, revisions that are missing; and versions of the packages that we compare.
constexpr std::array kVersions = {"0",
                                  "0~",
                                  "0~~",
                                  "0:0",
                                  "1.0",
                                  "1.0~rc1-1",
                                  "1.0-1~",
                                  "1.0-1",
                                  "1.0a-1",
                                  "1.00-01",
                                  "1.10",
                                  "99999999999999999999.1",
                                  "100000000000000000000",
                                  "6.0.5-1",
                                  "6.0.5-2",
                                  "7.0.0-1~rc3+1",
                                  "7.0.0-1",
                                  "9.0.9",
                                  "9.0.23",
                                  "10.2.1-1",
                                  "5:29.5.3-1~debian.13~trixie",
                                  "5:29.5.3-1~debian.12~bookworm",
                                  "29.5.3",
                                  "257.9-1~deb13u1"};

// The order of every two of them, the earlier one of the list on the left, by dpkg itself.
std::string by_dpkg() {
  std::string script = "set --";
  for (const char* version : kVersions) script += fmt::format(" '{}'", version);
  script +=
      "; while [ $# -gt 1 ]; do a=$1; shift; for b; do dpkg --compare-versions \"$a\" lt \"$b\" && "
      "printf '<' || { dpkg --compare-versions \"$a\" eq \"$b\" && printf '=' || printf '>'; }; "
      "done; done";
  std::string output;
  FILE* pipe = ::popen(script.c_str(), "r");
  if (pipe == nullptr) return output;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
  return ::pclose(pipe) == 0 ? output : output + " (dpkg failed)";
}

TEST(DebianVersion, OrdersAsDpkgDoes) {
  const std::string expected = by_dpkg();
  ASSERT_EQ(expected.size(), kVersions.size() * (kVersions.size() - 1) / 2) << expected;
  std::size_t at = 0;
  for (std::size_t i = 0; i < kVersions.size(); ++i) {
    for (std::size_t j = i + 1; j < kVersions.size(); ++j) {
      const auto order = compare_debian_versions(kVersions.at(i), kVersions.at(j));
      const char ours = order < 0 ? '<' : order > 0 ? '>' : '=';
      EXPECT_EQ(ours, expected[at++]) << kVersions.at(i) << " and " << kVersions.at(j);
      const auto reversed = compare_debian_versions(kVersions.at(j), kVersions.at(i));
      EXPECT_EQ(order<0, reversed> 0);
    }
  }
}

TEST(DebianVersion, ComparesWhateverItIsGiven) {
  EXPECT_EQ(compare_debian_versions("", ""), std::strong_ordering::equal);
  EXPECT_TRUE(compare_debian_versions("", "1") < 0);
  EXPECT_TRUE(compare_debian_versions("unknown", "unknown1") < 0);
  EXPECT_TRUE(compare_debian_versions("1", "\xff") < 0);
}

}  // namespace
}  // namespace pve_accept
