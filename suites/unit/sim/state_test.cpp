#include <fstream>

#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "suites/unit/mock_shell.h"
#include "suites/unit/sim/lab.h"

namespace pve_accept::sim_testing {
namespace {

using namespace std::chrono_literals;

TEST(SimState, OutlivesTheProcess) {
  Lab lab;
  const auto guest = lab.start_lxc();
  Lab::run_in(*guest, "install -m 0644 /dev/stdin /root/note", "kept\n");
  lab.reopen();
  EXPECT_EQ(lab.run("pct status 9001").out, "status: running\n");
  EXPECT_EQ(Lab::run_in(*lab.hop("lxc", 9001), "cat /root/note").out, "kept\n");
}

TEST(SimState, TimeGoesOn) {
  Lab lab;
  lab.pass(100);
  const auto before = lab.clock().now();
  const auto wall = lab.clock().wall();
  lab.reopen();
  EXPECT_EQ(lab.clock().now(), before);
  EXPECT_EQ(lab.clock().wall(), wall);
  EXPECT_EQ(lab.run("date +%s").out, "1780822300\n");
}

TEST(SimState, TheNodesClockMayBeAhead) {
  Lab lab(R"({"model":{"node":{"clock_ahead_s":90}}})");
  EXPECT_EQ(lab.run("date +%s").out, "1780822290\n");
}

TEST(SimState, ADiskMayBeLeftOfAGuestThatIsGone) {
  Lab lab(R"({"model":{"volumes":[{"name":"vm-9000-disk-0","vmid":9000}]}})");
  EXPECT_THAT(lab.run("pvesm list local-lvm").out, HasSubstr("local-lvm:vm-9000-disk-0"));
  EXPECT_EQ(lab.run("qm list").out, "");
}

TEST(SimState, TheNodeIsHardwareOrAVm) {
  Lab hardware;
  EXPECT_EQ(hardware.run("systemd-detect-virt").exit_status, 1);
  EXPECT_EQ(hardware.run("systemd-detect-virt").out, "none\n");
  EXPECT_EQ(hardware.run("ls /dev/kvm").out, "/dev/kvm\n");
  EXPECT_EQ(hardware.run("id -u").out, "0\n");
  Lab nested(R"({"model":{"node":{"hypervisor":"vmware","kvm":false,"user_id":1000}}})");
  EXPECT_EQ(nested.run("systemd-detect-virt").out, "vmware\n");
  EXPECT_THAT(nested.run("ls /dev/kvm").err, HasSubstr("No such file or directory"));
  EXPECT_EQ(nested.run("id -u").out, "1000\n");
}

constexpr const char* kBootId = "cat /proc/sys/kernel/random/boot_id";

TEST(SimState, ABootHasAnIdThatFollowsFromItsNumber) {
  Lab first, again, second(R"({"model":{"boot":2}})");
  const std::string id = first.run(kBootId).out;
  EXPECT_EQ(id.size(), 37U);
  first.reopen();
  EXPECT_EQ(first.run(kBootId).out, id);
  EXPECT_EQ(again.run(kBootId).out, id);
  EXPECT_NE(second.run(kBootId).out, id);
  EXPECT_EQ(Lab::run_in(*first.start_lxc(), kBootId).out, id) << "the container's kernel is it";
  EXPECT_NE(Lab::run_in(*first.start_vm(), kBootId).out, id);
}

TEST(SimState, TheNodeHasTheKernelsThatItSays) {
  Lab lab(R"({"model":{"node":{"kernels":["7.0.10-1-pve","6.12.90+deb13-amd64"]}}})");
  EXPECT_THAT(lab.run("ls /boot").out,
              HasSubstr("\ninitrd.img-7.0.2-6-pve\nvmlinuz-6.12.90+deb13-amd64\n"
                        "vmlinuz-7.0.10-1-pve\nvmlinuz-7.0.2-6-pve\n"));
  EXPECT_EQ(lab.run("uname -r").out, "7.0.2-6-pve\n");
  EXPECT_THAT(lab.run("pveversion -v").out,
              HasSubstr("\nproxmox-kernel-7.0: 7.0.10-1\nproxmox-kernel-7.0.10-1-pve-signed: "
                        "7.0.10-1\nproxmox-kernel-7.0.2-6-pve-signed: 7.0.2-6\ncorosync: "));
}

TEST(SimState, ForgettingMakesAFreshNode) {
  Lab lab;
  lab.create_lxc();
  SimulatedNode::forget(lab.directory());
  lab.reopen();  // writes its state once more when it closes
  SimulatedNode::forget(lab.directory());
  SimulatedNode fresh(lab.directory(), {});
  EXPECT_EQ(fresh.connect()->run({.argv = {"pct", "list"}}).out, "");
}

TEST(SimState, ADamagedFileIsNamedWithTheRemedy) {
  const TemporaryDirectory directory;
  std::ofstream(directory.path() / "sim-state.json") << "{";
  EXPECT_THAT(message_of<HarnessError>([&] { SimulatedNode node(directory.path(), {}); }),
              AllOf(HasSubstr("sim-state.json"), HasSubstr("remove the file")));
}

TEST(SimUnknown, ACommandThatIsNotThereFailsAsInAShell) {
  Lab lab;
  const CommandResult result = lab.run("frobnicate -x");
  EXPECT_EQ(result.exit_status, 127);
  EXPECT_EQ(result.err, "bash: line 1: frobnicate: command not found\n");
}

TEST(SimUnknown, EveryOneIsRememberedOnceAcrossProcesses) {
  Lab lab;
  lab.run("frobnicate -x");
  lab.run("frobnicate -x");
  const auto guest = lab.start_lxc();
  Lab::run_in(*guest, "qm list");
  lab.reopen();
  EXPECT_THAT(lab.node().unknown_commands(), ElementsAre("node: frobnicate -x", "lxc: qm list"));
}

TEST(SimUnknown, ACommandThatIsNoTextIsRememberedToo) {
  Lab lab;
  EXPECT_EQ(lab.run("caf\xE9").exit_status, 127);
  lab.reopen();
  EXPECT_EQ(lab.run("hostname").exit_status, 0);
}

TEST(SimUnknown, AKnownToolNeverInventsASuccess) {
  Lab lab;
  for (const char* line : {"pvesh get /cluster/resources", "qm migrate 9000 other", "date -u",
                           "systemctl restart pveproxy", "lvs", "perl -e 1", "env -i true",
                           "dd if=/dev/zero", "install -o root a b", "pct snapshot 9001 x"}) {
    EXPECT_EQ(lab.run(line).exit_status, 127) << line;
  }
  EXPECT_EQ(lab.node().unknown_commands().size(), 10U);
}

TEST(SimUnknown, InsideAContainerAndThroughItsTools) {
  Lab lab;
  const auto guest = lab.start_lxc();
  const CommandResult through = lab.run("pct exec 9001 -- nosuchcmd");
  EXPECT_EQ(through.exit_status, 127);
  EXPECT_EQ(through.err,
            "lxc-attach: 9001: ../src/lxc/attach.c: lxc_attach_run_command: 1841 No such file or "
            "directory - Failed to exec \"nosuchcmd\"\n");
  Lab::install_docker(*guest);
  Lab::start_stack(*guest);
  const CommandResult inside = Lab::run_in(*guest, "docker exec spike-db-1 frobnicate");
  EXPECT_EQ(inside.exit_status, 127);
  EXPECT_THAT(inside.out, HasSubstr("executable file not found"));
  EXPECT_THAT(lab.node().unknown_commands(), ElementsAre("lxc: nosuchcmd", "lxc: frobnicate"));
}

}  // namespace
}  // namespace pve_accept::sim_testing
