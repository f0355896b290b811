#include <gmock/gmock.h>

#include "support/shell/ssh_shell.h"

namespace pve_accept {
namespace {

TEST(SshTargetTest, TakesAHostAlone) {
  const SshTarget target = parse_ssh_target("pve1");
  EXPECT_EQ(target.host, "pve1");
  EXPECT_EQ(target.user, std::nullopt);
  EXPECT_EQ(target.port, std::nullopt);
  EXPECT_EQ(target.config_file, std::nullopt);
}

TEST(SshTargetTest, TakesUserHostAndPort) {
  const SshTarget target = parse_ssh_target("root@pve1.lab:2222");
  EXPECT_EQ(target.host, "pve1.lab");
  EXPECT_EQ(target.user, "root");
  EXPECT_EQ(target.port, 2222);
}

TEST(SshTargetTest, TakesIpv6InBracketsWithAPort) {
  const SshTarget target = parse_ssh_target("root@[fd00::7]:2222");
  EXPECT_EQ(target.host, "fd00::7");
  EXPECT_EQ(target.port, 2222);
}

TEST(SshTargetTest, TakesIpv6WithoutAPort) {
  EXPECT_EQ(parse_ssh_target("[::1]").host, "::1");
  EXPECT_EQ(parse_ssh_target("fe80::1%eth0").host, "fe80::1%eth0");
  EXPECT_EQ(parse_ssh_target("::1").port, std::nullopt);
}

class SshTargetNonsenseTest : public testing::TestWithParam<std::string> {};

TEST_P(SshTargetNonsenseTest, IsRefusedAndShown) {
  try {
    parse_ssh_target(GetParam());
    FAIL() << "accepted " << GetParam();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("\"" + GetParam() + "\" is not a host"));
  }
}

INSTANTIATE_TEST_SUITE_P(All, SshTargetNonsenseTest,
                         testing::Values("", "@pve1", "root@", "pve1:", "pve1:0", "pve1:65536",
                                         "pve1:22x", "pve1: 22", "pve1:-1", "-oProxyCommand=id",
                                         "pve 1", "a@-b", "pve1\n", "root@[fd00::7", "[fd00::7]x",
                                         "[fd00::7]22", "[pve1]:22", "1:2:3", "[]:22", "[", "[]",
                                         ":22", "p$1", "-l@pve1"));

}  // namespace
}  // namespace pve_accept
