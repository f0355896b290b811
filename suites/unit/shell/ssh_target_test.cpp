#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "support/shell/ssh_shell.h"

namespace pve_accept {
namespace {

TEST(SshTargetTest, TakesUserHostAndPort) {
  const struct {
    const char* text;
    std::optional<std::string> user;
    std::string host;
    std::optional<int> port;
  } targets[] = {
      {"pve1", std::nullopt, "pve1", std::nullopt},
      {"root@pve1.lab:2222", "root", "pve1.lab", 2222},
      {"root@[fd00::7]:2222", "root", "fd00::7", 2222},
      {"[::1]", std::nullopt, "::1", std::nullopt},
      {"::1", std::nullopt, "::1", std::nullopt},
      {"fe80::1%eth0", std::nullopt, "fe80::1%eth0", std::nullopt},
  };
  for (const auto& expected : targets) {
    const SshTarget target = parse_ssh_target(expected.text);
    EXPECT_EQ(target.user, expected.user) << expected.text;
    EXPECT_EQ(target.host, expected.host) << expected.text;
    EXPECT_EQ(target.port, expected.port) << expected.text;
    EXPECT_EQ(target.config_file, std::nullopt) << expected.text;
  }
}

class SshTargetNonsenseTest : public testing::TestWithParam<std::string> {};

TEST_P(SshTargetNonsenseTest, IsRefusedAndShown) {
  EXPECT_THAT(message_of<InputError>([&] { parse_ssh_target(GetParam()); }),
              HasSubstr("\"" + GetParam() + "\" is not a host"));
}

INSTANTIATE_TEST_SUITE_P(All, SshTargetNonsenseTest,
                         testing::Values("", "@pve1", "root@", "pve1:", "pve1:0", "pve1:65536",
                                         "pve1:22x", "pve1: 22", "pve1:-1", "-oProxyCommand=id",
                                         "pve 1", "a@-b", "pve1\n", "root@[fd00::7", "[fd00::7]x",
                                         "[fd00::7]22", "[pve1]:22", "1:2:3", "[]:22", "[", "[]",
                                         ":22", "p$1", "-l@pve1"));

}  // namespace
}  // namespace pve_accept
