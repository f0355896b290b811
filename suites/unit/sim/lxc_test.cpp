#include "suites/unit/matchers.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/recorded.h"
#include "suites/unit/sim/lab.h"

namespace pve_accept::sim_testing {
namespace {

constexpr const char* kInfo = "lxc-info -n 9001 -s -p";

TEST(SimLxc, SaysOfAContainerThatWasNeverStartedWhatTheRealToolSays) {
  Lab lab;
  expect_as_recorded(lab, "lxc-tools.txt", {kInfo, "nsenter -t 999999 --net -- ip --json a"});
  lab.create_lxc();
  expect_as_recorded(lab, "lxc-tools.txt", {kInfo});
}

TEST(SimLxc, HasTheLimitsInForceThatARealOneHas) {
  Lab lab;
  lab.start_lxc();
  expect_as_recorded(
      lab, "node-vm/64-limits-in-force.txt",
      {"cat /sys/fs/cgroup/lxc/9001/memory.max", "cat /sys/fs/cgroup/lxc/9001/cpu.max"});
}

TEST(SimLxc, TellsStateProcessAndAddresses) {
  Lab lab;
  lab.start_lxc();
  EXPECT_EQ(lab.run(kInfo).out, "State:          RUNNING\nPID:            1000\n");
  const Json interfaces = parse_json(lab.run("nsenter -t 1000 --net -- ip --json a").out);
  const Json real =
      recorded_json("node-vm/60-conformance.txt", "nsenter -t 21437 --net -- ip --json a");
  ASSERT_EQ(interfaces.size(), 2U);
  const auto layout = [](Json shown) {
    for (Json& value : shown) value = nullptr;
    return shown;
  };
  for (const std::size_t card : {0U, 1U}) {
    EXPECT_EQ(layout(interfaces.at(card)), layout(real.at(card)));
    for (const std::size_t address : {0U, 1U}) {
      EXPECT_EQ(layout(interfaces.at(card).at("addr_info").at(address)),
                layout(real.at(card).at("addr_info").at(address)));
    }
  }
  EXPECT_THAT(interfaces.at(1).at("addr_info").at(0).at("local"), HasSubstr("192.168.0."));
  EXPECT_THAT(lab.run("cat /proc/1000/root/etc/ssh/ssh_host_ed25519_key.pub").out,
              HasSubstr("ssh-ed25519 AAAA"));
  lab.run("pct stop 9001");
  EXPECT_EQ(lab.run(kInfo).out, "State:          STOPPED\n");
  EXPECT_EQ(lab.run("cat /proc/1000/root/etc/ssh/ssh_host_ed25519_key.pub").exit_status, 1);
}

TEST(SimQm, AVmThatRunsHasAProcessThatNamesItsFile) {
  Lab lab;
  EXPECT_EQ(lab.run("cat /var/run/qemu-server/9000.pid").exit_status, 1);
  lab.start_vm();
  EXPECT_EQ(lab.run("cat /var/run/qemu-server/9000.pid").out, "1000\n");
  const std::string line = lab.run("cat /proc/1000/cmdline").out;
  EXPECT_THAT(line, HasSubstr(std::string("\0-pidfile\0/var/run/qemu-server/9000.pid\0", 40)));
  lab.run("qm stop 9000");
  EXPECT_EQ(lab.run("cat /var/run/qemu-server/9000.pid").exit_status, 1);
}

TEST(SimFiles, TheClusterFileSystemHasAFolderForTheNode) {
  Lab lab;
  lab.create_lxc();
  const std::string paths = lab.run("find /etc/pve/nodes -maxdepth 3").out;
  EXPECT_THAT(paths, HasSubstr("\n/etc/pve/nodes/sim-node\n"));
  EXPECT_THAT(paths, HasSubstr("\n/etc/pve/nodes/sim-node/lxc/9001.conf\n"));
  EXPECT_THAT(paths, HasSubstr("\n/etc/pve/nodes/sim-node/qemu-server\n"));
}

}  // namespace
}  // namespace pve_accept::sim_testing
