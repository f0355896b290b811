#include "suites/unit/matchers.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/sim/lab.h"

namespace pve_accept::sim_testing {
namespace {

TEST(SimFiles, AreWrittenReadListedAndRemoved) {
  Lab lab;
  EXPECT_EQ(lab.run("install -m 0600 /dev/stdin /run/key.pub", "key\n").exit_status, 0);
  EXPECT_EQ(lab.run("cat /run/key.pub").out, "key\n");
  EXPECT_THAT(lab.run("ls /run").out, HasSubstr("\nkey.pub\n"));
  EXPECT_EQ(lab.run("rm -f /run/key.pub").exit_status, 0);
  const CommandResult gone = lab.run("cat /run/key.pub");
  EXPECT_EQ(gone.exit_status, 1);
  EXPECT_EQ(gone.err, "cat: /run/key.pub: No such file or directory\n");
  EXPECT_EQ(lab.run("rm -f /run/key.pub").exit_status, 0);
  EXPECT_EQ(lab.run("rm /run/key.pub").exit_status, 1);
}

TEST(SimFiles, TheLockIsTakenOnce) {
  Lab lab;
  const std::string take = "dd of=/run/pve-accept.lock conv=excl status=none";
  EXPECT_EQ(lab.run(take, "first\n").exit_status, 0);
  const CommandResult second = lab.run(take, "second\n");
  EXPECT_EQ(second.exit_status, 1);
  EXPECT_EQ(second.err, "dd: failed to open '/run/pve-accept.lock': File exists\n");
  EXPECT_EQ(lab.run("cat /run/pve-accept.lock").out, "first\n");
}

TEST(SimFiles, AScenarioMayHoldTheLock) {
  Lab lab(R"({"model":{"lock":{"run":"r1","owner":"someone","since":"2026-06-07T08:00:00Z"},
                       "files":{"/run/pve-accept-old.pub":"x"}}})");
  EXPECT_EQ(parse_json(lab.run("cat /run/pve-accept.lock").out).at("owner"), "someone");
  EXPECT_THAT(lab.run("ls /run").out, HasSubstr("pve-accept-old.pub\n"));
}

TEST(SimFiles, GuestsHaveTheirOwn) {
  Lab lab;
  const auto guest = lab.start_lxc();
  Lab::run_in(*guest, "install -D -m 0644 /dev/stdin /root/x", "inside\n");
  EXPECT_EQ(lab.run("cat /root/x").exit_status, 1);
  EXPECT_EQ(Lab::run_in(*guest, "cat /root/x").out, "inside\n");
  EXPECT_THAT(Lab::run_in(*guest, "cat /etc/os-release").out,
              HasSubstr("VERSION_CODENAME=trixie\n"));
  EXPECT_THAT(Lab::run_in(*guest, "cat /proc/meminfo").out,
              HasSubstr("MemTotal:        2097152 kB\n"));
}

TEST(SimFiles, AVmSeesLessMemoryThanItWasGiven) {
  Lab lab;
  const auto guest = lab.start_vm();
  EXPECT_THAT(Lab::run_in(*guest, "cat /proc/meminfo").out,
              HasSubstr("MemTotal:        2021376 kB\n"));  // 1974 MiB
}

TEST(SimFiles, ConfigurationsCanBeReadRaw) {
  Lab lab;
  lab.create_lxc();
  const std::string text = lab.run("cat /etc/pve/nodes/sim-node/lxc/9001.conf").out;
  EXPECT_THAT(text, HasSubstr("#x\narch: amd64\n"));
  EXPECT_EQ(lab.run("ls /etc/pve/nodes/sim-node/lxc").out, "9001.conf\n");
  EXPECT_EQ(lab.run("cat /etc/pve/nodes/sim-node/lxc/9002.conf").exit_status, 1);
}

TEST(SimFiles, TheGovernorMayBeMissing) {
  Lab lab(R"({"model":{"node":{"governor":""}}})");
  EXPECT_EQ(lab.run("cat /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor").exit_status, 1);
}

TEST(SimSystem, FailedUnitsAreTheRecordedOnes) {
  Lab lab;
  const auto guest = lab.start_lxc();
  const CommandResult state = Lab::run_in(*guest, "systemctl is-system-running --wait");
  EXPECT_EQ(state.exit_status, 1);
  EXPECT_EQ(state.out, "degraded\n");
  EXPECT_EQ(Lab::run_in(*guest, "systemctl --failed --no-legend --plain").out,
            "sys-kernel-config.mount              loaded failed failed Kernel Configuration File "
            "System\n"
            "sys-kernel-debug.mount               loaded failed failed Kernel Debug File System\n"
            "systemd-networkd-wait-online.service loaded failed failed Wait for Network to be "
            "Configured\n");
}

TEST(SimSystem, ServicesAreShownAsARealNodeDoes) {
  Lab lab(R"({"model":{"node":{"services":{"pvedaemon.service":"inactive"}}}})");
  const std::string show = "systemctl show --property=Id,ActiveState,InvocationID ";
  const std::string blocks = lab.run(show + "lxcfs.service pvedaemon.service").out;
  EXPECT_THAT(blocks, MatchesRegex("Id=lxcfs.service\nActiveState=active\nInvocationID="
                                   "[0-9a-f]+\n\nId=pvedaemon.service\nActiveState="
                                   "inactive\nInvocationID=\n"));
  EXPECT_EQ(lab.run(show + "lxcfs.service pvedaemon.service").out, blocks);
}

TEST(SimSystem, EnvRunsTheCommand) {
  Lab lab;
  EXPECT_EQ(lab.run("env A=b C=d hostname").out, "sim-node\n");
  EXPECT_EQ(lab.run("env A=b frobnicate").exit_status, 127);
}

TEST(SimSystem, WithoutARouteThereIsNone) {
  Lab lab(R"({"model":{"vm":{"default_route":false}}})");
  lab.create_vm();
  lab.run("qm start 9000");
  lab.pass(60);
  EXPECT_EQ(parse_json(lab.run("ip -j neigh show dev vmbr0").out).size(), 1U);
}

}  // namespace
}  // namespace pve_accept::sim_testing
