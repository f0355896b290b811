// An upgrade of the simulated node: its packages, its kernel at the next boot, and the guests that
// were there before.

#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "suites/unit/sim/lab.h"
#include "support/base/error.h"
#include "support/sim/model/scenario.h"

namespace pve_accept::sim_testing {
namespace {

constexpr const char* kUpgrade = R"({"upgrade": {
  "model": {"node": {"kernel": "7.0.10-1-pve", "packages": {"lxc-pve": "7.0.1-1"}},
            "lxc": {"docker": {"version": "29.6.1", "runc": "1.3.6"}}},
  "rules": [{"target": "node", "command": "^hostname", "stdout": "upgraded\n"}]}})";

TEST(SimUpgrade, TakesAFullUpgradeOfTheNodesPackages) {
  Lab lab(kUpgrade);
  EXPECT_THAT(lab.run("pveversion -v").out, Not(HasSubstr("7.0.1-1")));
  EXPECT_EQ(lab.run("hostname").out, "sim-node\n");
  const CommandResult done = lab.run("apt-get -y dist-upgrade");
  EXPECT_EQ(done.exit_status, 0);
  EXPECT_THAT(done.out, HasSubstr("The following NEW packages will be installed:\n"
                                  "  proxmox-kernel-7.0.10-1-pve-signed\n"));
  EXPECT_THAT(done.out, HasSubstr("\n1 upgraded, 1 newly installed, 0 to remove"));
  EXPECT_THAT(done.out, HasSubstr("Setting up lxc-pve (7.0.1-1) ...\n"));
  EXPECT_THAT(lab.run("pveversion -v").out, HasSubstr("\nlxc-pve: 7.0.1-1\n"));
  EXPECT_EQ(lab.run("hostname").out, "upgraded\n");
  EXPECT_THAT(lab.run("apt-get -y dist-upgrade").out, HasSubstr("\n0 upgraded, 0 newly installed"));
}

TEST(SimUpgrade, OutlivesTheProcess) {
  Lab lab(kUpgrade);
  lab.run("apt-get -y dist-upgrade");
  lab.reopen();
  EXPECT_EQ(lab.run("hostname").out, "upgraded\n");
}

TEST(SimUpgrade, LeavesTheRunningKernelUntilTheNextBoot) {
  Lab lab(kUpgrade);
  const std::string before = lab.run("uname -r").out;
  lab.run("apt-get -y dist-upgrade");
  EXPECT_EQ(lab.run("uname -r").out, before);
  EXPECT_THAT(lab.run("ls /boot").out, HasSubstr("vmlinuz-7.0.10-1-pve\n"));
}

TEST(SimUpgrade, LeavesTheGuestsThatWereThereUntilTheyAreUpgradedThemselves) {
  Lab lab(kUpgrade);
  const auto guest = lab.start_all();
  const auto in = [&](const std::string& line) { return Lab::run_in(*guest, line); };
  const std::string docker = "docker version --format '{{json .}}'";
  lab.run("apt-get -y dist-upgrade");
  EXPECT_THAT(in(docker).out, HasSubstr("29.5.3"));
  const CommandResult done = in("apt-get upgrade --with-new-pkgs -y -q -o A::B=--force-confold");
  EXPECT_EQ(done.exit_status, 0);
  EXPECT_THAT(done.out, HasSubstr("upgraded:\n  containerd.io docker-ce docker-ce-cli\n"));
  EXPECT_THAT(done.out, HasSubstr("Unpacking docker-ce (29.6.1) over (29.5.3) ...\n"));
  EXPECT_THAT(in(docker).out, HasSubstr("29.6.1"));
  EXPECT_THAT(in("apt-get upgrade -y -q").out, HasSubstr("\n0 upgraded"));
}

TEST(SimUpgrade, IsOfAGuestThatIsMadeAfterIt) {
  Lab lab(kUpgrade);
  lab.run("apt-get -y dist-upgrade");
  const auto guest = lab.start_all();
  EXPECT_THAT(Lab::run_in(*guest, "docker version --format '{{json .}}'").out, HasSubstr("29.6.1"));
}

TEST(SimUpgrade, IsNoneWithoutAScenarioThatHasOne) {
  Lab lab;
  EXPECT_THAT(lab.run("apt-get -y dist-upgrade").out, HasSubstr("\n0 upgraded"));
}

TEST(SimUpgrade, NamesThePlaceOfAMistake) {
  const auto mistake = [](const char* text) {
    return message_of<InputError>(
        [&] { parse_scenario(parse_strict_json(text, "up.json"), "up.json"); });
  };
  EXPECT_THAT(mistake(R"({"upgrade": {"seed": 1}})"), HasSubstr("up.json: upgrade"));
  EXPECT_THAT(mistake(R"({"upgrade": {"model": {"node": {"kernal": "7"}}}})"),
              HasSubstr("upgrade/model/node"));
  EXPECT_THAT(mistake(R"({"upgrade": {"faults": ["docker.exec.nothing@lxc"]}})"),
              HasSubstr("there is no fault 'docker.exec.nothing'"));
}

TEST(SimRules, EndWithTheCommandThatTheyGoUntil) {
  Lab lab(R"({"rules": [{"command": "^hostname", "until": "^uname", "stdout": "other\n"}]})");
  EXPECT_EQ(lab.run("hostname").out, "other\n");
  lab.reopen();
  EXPECT_EQ(lab.run("hostname").out, "other\n");
  lab.run("uname -r");
  lab.reopen();
  EXPECT_EQ(lab.run("hostname").out, "sim-node\n");
}

}  // namespace
}  // namespace pve_accept::sim_testing
