#include "support/pve/canary.h"

#include "suites/unit/matchers.h"
#include "suites/unit/pve/replies.h"
#include "suites/unit/recorded.h"

namespace pve_accept {
namespace {

// By pve-manager's own bin/pveperf.
constexpr const char* kFile = "pveperf.txt";

TEST(Canary, HasTheRatesThatPveperfPrints) {
  const MachineRates rates = parse_pveperf(recorded(kFile, "pveperf /srv/store").out);
  EXPECT_EQ(rates.fsyncs_per_s, 8976.23);
  EXPECT_EQ(rates.regex_per_s, 649897);
  EXPECT_THROW(parse_pveperf("REGEX/SECOND:      many\n"), HarnessError);
  EXPECT_THROW(parse_pveperf("FSYNCS/SECOND:     0.00\n"), HarnessError);
}

TEST(Canary, SaysWhyARateIsMissing) {
  replies::MockNode mock;
  // A disk that cannot be read ends it, a folder that is not there costs a test.
  for (const auto& [path, why] :
       {std::pair("/srv/plain", "unable to open HD '/dev/vda': Operation not permitted"),
        {"/nowhere", "df: /nowhere: No such file or directory"}}) {
    const std::string command = fmt::format("pveperf {}", path);
    mock.answers(command, recorded(kFile, command));
    const auto canary = ask_canary(mock.shell, path);
    ASSERT_TRUE(canary) << path;
    EXPECT_TRUE(canary->rates.regex_per_s) << path;
    EXPECT_FALSE(canary->rates.fsyncs_per_s) << path;
    EXPECT_THAT(canary->trouble, HasSubstr(why));
  }
}

TEST(Canary, IsNoneWhereTheNodeHasNoSuchTool) {
  replies::MockNode mock;
  mock.answers("pveperf /", fails(127, "bash: line 1: pveperf: command not found\n"));
  EXPECT_FALSE(ask_canary(mock.shell, "/"));
}

}  // namespace
}  // namespace pve_accept
