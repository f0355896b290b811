#include "suites/unit/matchers.h"
#include "suites/unit/sim/lab.h"

namespace pve_accept::sim_testing {
namespace {

using namespace std::chrono_literals;

Command reader(int vmid = 9000, const std::string& seconds = "900") {
  return {
      .argv = {"perl", "-", "/var/run/qemu-server/" + std::to_string(vmid) + ".serial0", seconds},
      .input = "script",
      .deadline = 1000s};
}

// All that has come until now.
std::string drained(Process& process) {
  std::string text;
  while (const auto line = process.next_line(0s)) text += line->text + "\n";
  return text;
}

TEST(SimSerialConsole, ShowsTheBootAsItHappens) {
  Lab lab;
  lab.create_vm();
  lab.run("qm start 9000");
  const auto console = lab.shell().start(reader());
  EXPECT_EQ(drained(*console), "");
  lab.pass(10);
  EXPECT_THAT(drained(*console), HasSubstr("Linux version 6.12"));
  lab.pass(26);
  const std::string up = drained(*console);
  EXPECT_THAT(up, HasSubstr("ssh.service"));
  EXPECT_THAT(up, Not(HasSubstr("HOST KEY")));
  EXPECT_EQ(Lab::run_in(*lab.hop("vm", 9000), "true").exit_status, 0);  // sshd is up first
  lab.pass(4);
  EXPECT_THAT(drained(*console), HasSubstr("-----BEGIN SSH HOST KEY KEYS-----\r\n" +
                                           lab.host_key(9000).substr(0, 80)));
}

TEST(SimSerialConsole, PrintsTheKeysOnceInTheLifeOfAMachine) {
  Lab lab;
  lab.start_vm();
  lab.run("qm stop 9000");
  lab.run("qm start 9000");
  const auto console = lab.shell().start(reader());
  lab.pass(60);
  const std::string text = drained(*console);
  EXPECT_THAT(text, HasSubstr("ssh.service"));
  EXPECT_THAT(text, Not(HasSubstr("HOST KEY")));
}

TEST(SimSerialConsole, KeepsNothingForWhoComesLater) {
  Lab lab;
  lab.start_vm();
  const auto console = lab.shell().start(reader());
  lab.pass(60);
  EXPECT_EQ(drained(*console), "");
  EXPECT_FALSE(console->ended());
}

TEST(SimSerialConsole, EndsWithItsTime) {
  Lab lab;
  lab.create_vm();
  lab.run("qm start 9000");
  const auto console = lab.shell().start(reader(9000, "20"));
  lab.pass(60);
  EXPECT_THAT(drained(*console), Not(HasSubstr("ssh.service")));
  EXPECT_TRUE(console->ended());
  EXPECT_EQ(console->finish().exit_status, 142);
}

TEST(SimSerialConsole, IsThereWhileAVmRunsThatHasOne) {
  Lab lab;
  const auto refused = [&](int vmid) {
    const CommandResult result = lab.shell().run(reader(vmid));
    return result.exit_status == 2 && result.err == "connect to /var/run/qemu-server/" +
                                                        std::to_string(vmid) +
                                                        ".serial0: No such file or directory\n";
  };
  EXPECT_TRUE(refused(9000));  // no such VM
  lab.create_vm();
  EXPECT_TRUE(refused(9000));  // stopped
  lab.start_lxc();
  EXPECT_TRUE(refused(9001));  // a container
  lab.run("qm set 9000 --delete serial0");
  lab.run("qm start 9000");
  EXPECT_TRUE(refused(9000));
}

TEST(SimSerialConsole, OfAVmThatDoesNotBootStaysEmpty) {
  Lab lab;
  lab.create_vm();
  lab.run("qm set 9000 --delete boot");
  lab.run("qm start 9000");
  const auto console = lab.shell().start(reader());
  lab.pass(120);
  EXPECT_EQ(drained(*console), "");
}

TEST(SimSerialConsole, WithoutCloudInitTellsNoKeys) {
  Lab lab;
  lab.create_vm();
  lab.run("qm set 9000 --delete ide2");
  lab.run("qm start 9000");
  const auto console = lab.shell().start(reader());
  lab.pass(120);
  EXPECT_THAT(drained(*console), Not(HasSubstr("HOST KEY")));
}

TEST(SimSerialConsole, FollowsTheRulesOfAScenario) {
  Lab lab(R"({"rules":[{"command":"serial0","replace":{"pattern":"BEGIN","with":"BEGAN"}}]})");
  lab.create_vm();
  lab.run("qm start 9000");
  const auto console = lab.shell().start(reader());
  lab.pass(60);
  EXPECT_THAT(drained(*console), HasSubstr("-----BEGAN SSH HOST KEY KEYS-----"));
}

TEST(SimSerialConsole, OtherWaysToReadItAreUnknown) {
  Lab lab;
  lab.create_vm();
  lab.run("qm start 9000");
  for (const char* line :
       {"perl - /var/run/qemu-server/x.serial0 900",
        "perl - /var/run/qemu-server/9000.serial0 soon", "perl - /etc/passwd 900",
        "perl -e /var/run/qemu-server/9000.serial0 9"}) {
    EXPECT_EQ(lab.run(line, "script").exit_status, 127) << line;
  }
  EXPECT_EQ(lab.run("perl - /var/run/qemu-server/9000.serial0 900").exit_status, 127);
}

}  // namespace
}  // namespace pve_accept::sim_testing
