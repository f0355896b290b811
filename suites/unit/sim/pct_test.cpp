#include "suites/unit/matchers.h"
#include "suites/unit/recorded.h"
#include "suites/unit/sim/lab.h"

namespace pve_accept::sim_testing {
namespace {

constexpr const char* kLifecycle = "node-vm/20-pct-lifecycle.txt";
constexpr const char* kMore = "node-vm/21-pct-more.txt";
constexpr const char* kCreate =
    "pct create 9001 local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst --hostname spike-lxc "
    "--cores 2 --memory 2048 --rootfs local-lvm:10 --net0 name=eth0,bridge=vmbr0,ip=dhcp "
    "--features nesting=1,keyctl=1 --unprivileged 1 --ssh-public-keys /root/k.pub --tags "
    "pve-accept --description 'x' --start 1";

TEST(SimPct, SaysWhatTheRealToolSaysOnAnEmptyNode) {
  Lab lab(recorded_node());
  expect_as_recorded(
      lab, kEmptyNode,
      {"pct list", "pct status 9001", "pct config 9001", "pct start 9001",
       "pct destroy 9001 --purge", "pct exec 9001 -- true", "pct stop 9001", "pct df 9001",
       "pct shutdown 9001 --timeout 60 --forceStop 1", "pct set 9001 --memory 512",
       "pct list --full", "pct status abc", "pct status 99", "pct status"});
}

TEST(SimPct, RefusesWhatTheRealToolRefuses) {
  Lab lab(recorded_node());
  const std::string create = "pct create 9001 local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst";
  for (const char* options :
       {" --bogus 1", " --rootfs nosuchstore:10", " --rootfs local:10",
        " --storage local-lvm --hostname bad_host", " --memory abc", " --memory 8",
        " --ssh-public-keys /root/nope.pub", " --tags 'pve accept;BAD TAG!'",
        " --features nesting=1,bogus=1", " --net0 bridge=vmbr0,ip=dhcp"}) {
    expect_as_recorded(lab, kErrors, create + options);
  }
  expect_as_recorded(lab, kErrors, "pct create");
  expect_as_recorded(lab, kErrors, "pct create 9001");
  expect_as_recorded(lab, kErrors,
                     "pct create 99 local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst");
  EXPECT_EQ(lab.run("pct list").out, "");
}

TEST(SimPct, LivesThroughTheRecordedLife) {
  Lab lab(recorded_node());
  lab.run("install -m 0600 /dev/stdin /root/k.pub", "ssh-ed25519 AAAA x\n");
  const CommandResult created = lab.run(kCreate);
  const CommandResult real = recorded(kLifecycle, kCreate);  // with two lines of that lab's noise
  EXPECT_EQ(created.exit_status, 0);
  EXPECT_THAT(masked(real.out), StartsWith(masked(created.out)));
  expect_as_recorded(lab, kLifecycle,
                     {"pct list", "pct status 9001", "pct config 9001", "pct exec 9001 -- true",
                      "pct start 9001", "pct destroy 9001 --purge", "pvesm list local-lvm"});
}

TEST(SimPct, StopsAndGoesAsRecorded) {
  Lab lab(recorded_node());
  lab.start_lxc();
  const std::string shutdown = "pct shutdown 9001 --timeout 60 --forceStop 1";
  expect_as_recorded(lab, kMore, shutdown);
  for (const char* command : {"pct status 9001", "pct stop 9001", "pct exec 9001 -- true",
                              "pct status 9001 --verbose", "pct list"}) {
    expect_as_recorded(lab, kMore, command, command == std::string("pct list") ? 1 : 0);
  }
  expect_as_recorded(lab, kMore, shutdown, 1);
  expect_as_recorded(lab, kMore, "pct destroy 9001 --purge");
  expect_as_recorded(lab, kMore, "pct list", 2);
  expect_as_recorded(lab, kMore, "pvesm list local-lvm", 1);
}

TEST(SimPct, TakesBackTheVolumeWhenTheTemplateIsMissing) {
  Lab lab(recorded_node());
  expect_as_recorded(lab, kMore, "pct create 9002 local:vztmpl/nope.tar.zst --rootfs local-lvm:1");
  EXPECT_EQ(lab.run("pvesm list local-lvm").out, "Volid Format  Type      Size VMID\n");
}

TEST(SimPct, AMissingBridgeIsFoundAtTheStartOnly) {
  Lab lab(recorded_node());
  expect_as_recorded(
      lab, kMore,
      "pct create 9002 local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst --rootfs local-lvm:1 "
      "--net0 name=eth0,bridge=vmbr9,ip=dhcp --start 1");
  expect_as_recorded(lab, kMore, "pct config 9002");
  expect_as_recorded(lab, kMore, "pct destroy 9002 --purge");
}

TEST(SimPct, NeverTakesAVmidThatIsInUse) {
  Lab lab(recorded_node());
  lab.create_lxc();
  const std::string before = lab.run("pct config 9001").out;
  const CommandResult again = lab.run(
      "pct create 9001 local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst --rootfs "
      "local-lvm:10");
  EXPECT_NE(again.exit_status, 0);
  EXPECT_EQ(again.err, "CT 9001 already exists on node 'pve1'\n");
  EXPECT_EQ(lab.run("pct config 9001").out, before);
  lab.run("qm create 9000 --name spike-vm");
  EXPECT_EQ(lab.run("pct create 9000 local:vztmpl/x.tar.zst --rootfs local-lvm:10").err,
            "VM 9000 already exists on node 'pve1'\n");
}

TEST(SimPct, LocksAndProtectionHold) {
  Lab lab(recorded_node());
  lab.create_lxc();
  lab.run("pct set 9001 --lock backup");
  for (const char* command :
       {"pct start 9001", "pct destroy 9001 --purge", "pct set 9001 --memory 600"}) {
    const CommandResult result = lab.run(command);
    EXPECT_EQ(result.exit_status, 255) << command;
    EXPECT_EQ(result.err, "CT is locked (backup)\n") << command;
  }
  EXPECT_THAT(lab.run("pct list").out, HasSubstr("9001       stopped    backup       spike-lxc"));
  lab.run("pct unlock 9001");
  const CommandResult real = recorded("node-vm/60-conformance.txt", "pct unlock 100");
  EXPECT_EQ(lab.run("pct unlock 9001").exit_status, real.exit_status);
  EXPECT_EQ(lab.run("pct unlock 9001").err, real.err);
  lab.run("pct set 9001 --protection 1");
  EXPECT_EQ(lab.run("pct destroy 9001").err, "can't remove CT 9001 - protection mode enabled\n");
  lab.run("pct set 9001 --protection 0");
  EXPECT_EQ(lab.run("pct destroy 9001").exit_status, 0);
}

TEST(SimPct, ForceDestroysARunningContainer) {
  Lab lab(recorded_node());
  lab.start_lxc();
  EXPECT_EQ(lab.run("pct destroy 9001 --force 1 --purge").out,
            "forced to stop CT 9001 before destroying!\n"
            "  Logical volume \"vm-9001-disk-0\" successfully removed.\n"
            "purging CT 9001 from related configurations..\n");
}

TEST(SimPct, ExecPassesStatusStreamsAndInput) {
  Lab lab;
  lab.start_lxc();
  EXPECT_EQ(lab.run("pct exec 9001 -- cat", "from-stdin\n").out, "from-stdin\n");
  const CommandResult missing = lab.run("pct exec 9001 -- cat /none");
  EXPECT_EQ(missing.exit_status, 1);
  EXPECT_EQ(missing.err, "cat: /none: No such file or directory\n");
  EXPECT_THAT(lab.run("pct exec 9001 ls -la").err, HasSubstr("Unknown option: la"));
}

TEST(SimPct, OptionsGoLast) {
  Lab lab;
  EXPECT_EQ(lab.run("pct destroy --purge 9001").err,
            "400 not enough arguments\npct destroy <vmid> [OPTIONS]\n");
}

TEST(SimPct, UnknownCommandsListTheKnownOnes) {
  Lab lab;
  const CommandResult result = lab.run("pct nosuch");
  EXPECT_EQ(result.exit_status, 255);
  EXPECT_THAT(result.err, StartsWith("ERROR: unknown command 'pct nosuch'\nUSAGE: pct <COMMAND>"));
  EXPECT_THAT(result.err, HasSubstr("       pct create <vmid> <ostemplate> [OPTIONS]\n"));
  EXPECT_TRUE(lab.node().unknown_commands().empty());
}

TEST(SimPct, CreatesIntoOtherStorages) {
  Scenario scenario = recorded_node();
  scenario.model.storages.at(1) = {.storage = "tank",
                                   .type = "zfspool",
                                   .content = "images,rootdir",
                                   .pool = "rpool/data",
                                   .total_kib = 1000000000};
  Lab lab(scenario);
  const CommandResult result = lab.run(
      "pct create 9001 local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst --rootfs tank:10");
  EXPECT_THAT(result.out, Not(HasSubstr("Logical volume")));
  EXPECT_EQ(lab.run("pvesm path tank:subvol-9001-disk-0").out, "/rpool/data/subvol-9001-disk-0\n");
  EXPECT_THAT(
      lab.run("zfs get -Hp -o property,value used,volsize,refquota rpool/data/subvol-9001-disk-0")
          .out,
      HasSubstr("refquota\t10737418240\n"));
}

TEST(SimPct, AddsAVolumeAndTakesItAwayAsTheRealToolDoes) {
  Lab lab;
  lab.create_lxc();
  expect_as_recorded(lab, "node-vm/65-running-container.txt",
                     {"pct set 9001 --mp0 local-lvm:1,mp=/mnt/pve-accept",
                      "pct set 9001 --delete mp0", "pct set 9001 --delete unused0"});
}

}  // namespace
}  // namespace pve_accept::sim_testing
