#include "suites/unit/matchers.h"
#include "suites/unit/recorded.h"
#include "suites/unit/sim/lab.h"

namespace pve_accept::sim_testing {
namespace {

constexpr const char* kThin = "node-vm/22-qm-lvmthin.txt";
constexpr const char* kVmBackups = "node-quick/66-vm-backups.txt";

Scenario two_gib_image() {
  Scenario scenario = recorded_node();
  scenario.model.cloud_image.virtual_size = 2147483648;
  return scenario;
}

TEST(SimQm, SaysWhatTheRealToolSaysOnAnEmptyNode) {
  Lab lab(recorded_node());
  expect_as_recorded(
      lab, kEmptyNode,
      {"qm list", "qm status 9000", "qm config 9000", "qm start 9000", "qm destroy 9000 --purge",
       "qm stop 9000", "qm guest cmd 9000 ping", "qm guest exec 9000 -- true",
       "qm shutdown 9000 --timeout 60", "qm disk resize 9000 scsi0 10G", "qm set 9000 --agent 1",
       "qm status 9000 extra"});
}

TEST(SimQm, RefusesWhatTheRealToolRefuses) {
  Lab lab(recorded_node());
  expect_as_recorded(
      lab, kErrors,
      {"qm create 9000 --bogus 1", "qm create 9000 --name 'bad name'",
       "qm create 9000 --scsihw nope", "qm create 9000 --net0 virtio,bridge=vmbr0,foo=1"});
  // What follows was recorded on a VM that has nothing but a card on a bridge that is not there.
  expect_as_recorded(
      lab, kErrors,
      {"qm create 9000 --net0 virtio,bridge=vmbr9",
       "qm create 9000 --name spike-vm --cores 2 --memory 2048 --net0 virtio,bridge=vmbr0 "
       "--scsihw virtio-scsi-single --agent 1 --tags pve-accept --description 'x'",
       "qm list",
       "qm config 9000",
       "qm status 9000",
       "qm status 9000 --verbose",
       "qm set 9000 --scsi0 nosuch:0,import-from=/x.qcow2",
       "qm set 9000 --ide2 local-lvm:cloudinit --boot order=scsi0 --serial0 socket --vga serial0",
       "qm set 9000 --serial0 socket --vga serial0",
       "qm set 9000 --boot order=scsi0",
       "qm disk resize 9000 scsi0 10G",
       "qm set 9000 --sshkeys /root/nope.pub",
       "qm set 9000 --ipconfig0 ip=banana",
       "qm set 9000 --bogus 1",
       "qm set 9000",
       "qm guest cmd 9000 ping",
       "qm guest cmd 9000 bogus",
       "qm guest exec 9000 -- cmd",
       "qm guest exec 9000",
       "qm shutdown 9000 --timeout 60",
       "qm stop 9000",
       "qm destroy 9000 --purge"});
}

TEST(SimQm, IsBuiltAsRecordedOnThinVolumes) {
  Lab lab(two_gib_image());
  expect_as_recorded(
      lab, kThin,
      "qm create 9000 --name spike-vm --cores 2 --memory 2048 --net0 virtio,bridge=vmbr0 --scsihw "
      "virtio-scsi-single --agent 1 --tags pve-accept --description 'x'");
  const CommandResult imported = lab.run(
      "qm set 9000 --scsi0 local-lvm:0,import-from=/var/lib/vz/template/qcow2/"
      "debian-13-genericcloud-amd64.qcow2");
  EXPECT_THAT(imported.out,
              StartsWith("update VM 9000: -scsi0 local-lvm:0,import-from=/var/lib/vz/template/"
                         "qcow2/debian-13-genericcloud-amd64.qcow2\n"
                         "  Logical volume \"vm-9000-disk-0\" created.\n"
                         "  Logical volume pve/vm-9000-disk-0 changed.\n"
                         "transferred 0.0 B of 2.0 GiB (0.00%)\n"));
  EXPECT_THAT(imported.out,
              HasSubstr("scsi0: successfully created disk 'local-lvm:vm-9000-disk-0,size=2G'\n"));
  expect_as_recorded(
      lab, kThin,
      {"qm set 9000 --ide2 local-lvm:cloudinit --boot order=scsi0 --serial0 socket --vga serial0",
       "qm disk resize 9000 scsi0 10G", "qm config 9000", "pvesm list local-lvm", "qm start 9000"});
  expect_as_recorded(lab, "node-vm/25-qm-stop-destroy-vm.txt",
                     {"qm stop 9000", "qm destroy 9000 --purge", "pvesm list local-lvm"});
}

TEST(SimQm, ShrinkingIsToldButCountsAsSuccess) {
  Lab lab;
  lab.create_vm();
  const CommandResult result = lab.run("qm disk resize 9000 scsi0 5G");
  EXPECT_EQ(result.exit_status, 0);
  EXPECT_EQ(result.err, "shrinking disks is not supported\n");
  EXPECT_THAT(lab.run("qm config 9000").out, HasSubstr("size=10G"));
  lab.run("qm disk resize 9000 scsi0 +1G");
  EXPECT_THAT(lab.run("qm config 9000").out, HasSubstr("size=11G"));
}

TEST(SimQm, KeysAreUrlEncoded) {
  Lab lab;
  lab.run("install -m 0600 /dev/stdin /root/spike-pubkey.pub",
          "ssh-ed25519 "
          "AAAAC3NzaC1lZDI1NTE5AAAAIDtGmEm+hZ+1AzFBGYsjv4iw95maLI7A9eHqJHfUnZ2H root@vm\n");
  lab.run("qm create 9000");
  const std::string command =
      "qm set 9000 --ciuser spike --sshkeys /root/spike-pubkey.pub --ipconfig0 ip=dhcp";
  EXPECT_EQ(lab.run(command).out, recorded(kErrors, command).out);
}

TEST(SimQm, TheAgentAnswersOnlyWhenItIsInstalledAndRuns) {
  Lab lab;
  const auto guest = lab.start_vm();
  const CommandResult before = lab.run("qm guest cmd 9000 ping");
  EXPECT_EQ(before.exit_status, 255);
  EXPECT_EQ(before.err, "QEMU guest agent is not running\n");
  EXPECT_EQ(Lab::run_in(*guest, "systemctl start qemu-guest-agent").exit_status, 5);
  Lab::run_in(*guest, "apt-get update -q");
  Lab::run_in(*guest, "apt-get install -y -q qemu-guest-agent");
  EXPECT_EQ(lab.run("qm guest cmd 9000 ping").exit_status, 255);
  EXPECT_EQ(Lab::run_in(*guest, "systemctl start qemu-guest-agent").exit_status, 0);
  EXPECT_EQ(lab.run("qm guest cmd 9000 ping").exit_status, 0);
  EXPECT_EQ(lab.run("qm guest cmd 9000 fsfreeze-status").out, "thawed\n");
  const CommandResult exec = lab.run("qm guest exec 9000 -- true");
  EXPECT_EQ(exec.out,
            recorded("node-quick/32-qm-agent-chroot.txt", "qm guest exec 9000 -- true").out);
  EXPECT_EQ(lab.run("qm guest exec 9000 -- nosuchcmd").exit_status, 29);
}

TEST(SimQm, LaysOutTheAgentsRepliesAsTheRealTool) {
  Lab lab;
  const auto guest = lab.start_vm();
  Lab::install_docker(*guest);
  Lab::run_in(*guest, "systemctl start qemu-guest-agent");
  const std::string real =
      recorded("node-quick/32-qm-agent-chroot.txt", "qm guest cmd 9000 network-get-interfaces").out;
  const std::string ours = lab.run("qm guest cmd 9000 network-get-interfaces").out;
  EXPECT_EQ(std::ranges::count(ours, '\n'), std::ranges::count(real, '\n'));
  EXPECT_EQ(ours.substr(0, 200), real.substr(0, 200));
}

TEST(SimQm, FreezesAsTheRealTool) {
  Lab lab;
  const auto guest = lab.start_vm();
  Lab::run_in(*guest, "apt-get update -q");
  Lab::run_in(*guest, "apt-get install -y -q qemu-guest-agent");
  Lab::run_in(*guest, "systemctl start qemu-guest-agent");
  // Recorded in this order on a guest with another number.
  const std::vector<std::pair<std::string, int>> commands = {
      {"cmd 555 fsfreeze-status", 0},        {"cmd 555 fsfreeze-freeze", 0},
      {"cmd 555 fsfreeze-status", 1},        {"cmd 555 ping", 0},
      {"cmd 555 network-get-interfaces", 0}, {"exec 555 -- true", 0},
      {"cmd 555 fsfreeze-freeze", 1},        {"cmd 555 fsfreeze-thaw", 0},
      {"cmd 555 fsfreeze-status", 2},        {"cmd 555 fsfreeze-thaw", 1}};
  for (const auto& [command, occurrence] : commands) {
    SCOPED_TRACE(command);
    const CommandResult real =
        recorded("node-quick/62-qm-freeze.txt", "qm guest " + command, occurrence);
    std::string same = command;
    const CommandResult ours = lab.run("qm guest " + same.replace(same.find("555"), 3, "9000"));
    EXPECT_EQ(ours.exit_status, real.exit_status);
    EXPECT_EQ(ours.out, real.out);
    EXPECT_EQ(ours.err, real.err);
  }
}

TEST(SimQm, OnlyABootedGuestHearsThePowerButton) {
  Lab lab;
  lab.create_vm();
  lab.run("qm start 9000");
  const CommandResult early = lab.run("qm shutdown 9000 --timeout 3");
  EXPECT_EQ(early.exit_status, 255);
  EXPECT_EQ(early.err, "VM quit/powerdown failed\n");
  lab.pass(60);
  EXPECT_EQ(lab.run("qm shutdown 9000 --timeout 60").exit_status, 0);
  EXPECT_EQ(lab.run("qm status 9000").out, "status: stopped\n");
  const CommandResult again = lab.run("qm shutdown 9000 --timeout 60");
  EXPECT_EQ(again.exit_status, 0);
  EXPECT_EQ(again.err, "VM 9000 not running\n\n");
  EXPECT_EQ(lab.run("qm stop 9000").exit_status, 0);
}

TEST(SimQm, ARunningVmIsNotDestroyed) {
  Lab lab;
  lab.create_vm();
  lab.run("qm start 9000");
  const CommandResult result = lab.run("qm destroy 9000 --purge");
  EXPECT_EQ(result.exit_status, 25);
  EXPECT_EQ(result.err, "VM 9000 is running - destroy failed\n");
  EXPECT_EQ(lab.run("qm start 9000").err, "VM 9000 already running\n");
}

TEST(SimQm, DoesNotStartWithoutKvm) {
  Lab lab(R"({"model":{"node":{"kvm":false}}})");
  lab.create_vm();
  const CommandResult result = lab.run("qm start 9000");
  EXPECT_EQ(result.exit_status, 255);
  EXPECT_THAT(result.err, HasSubstr("KVM virtualisation configured, but not available."));
  EXPECT_EQ(lab.run("qm status 9000").out, "status: stopped\n");
}

TEST(SimQm, ALockedVmIsLeftAlone) {
  Lab lab;
  lab.create_vm();
  lab.run("qm set 9000 --lock backup");
  for (const char* command :
       {"qm start 9000", "qm set 9000 --description z", "qm destroy 9000 --purge"}) {
    const CommandResult result = lab.run(command);
    EXPECT_EQ(result.exit_status, 255) << command;
    EXPECT_EQ(result.err, "VM is locked (backup)\n") << command;
  }
  EXPECT_EQ(lab.run("qm destroy 9000 --skiplock").exit_status, 0);
}

TEST(SimQm, AVmThatIsLockedByABackupAnswersAsTheRealTool) {
  Lab lab(recorded_node());
  for (const char* line :
       {"qm create 711 --memory 128", "qm start 711", "qm set 711 --lock backup"}) {
    EXPECT_EQ(lab.run(line).exit_status, 0) << line;
  }
  constexpr const char* kShutdown = "qm shutdown 711 --timeout 60";
  expect_as_recorded(lab, kVmBackups, {"qm stop 711", kShutdown});
  expect_as_recorded(lab, kVmBackups, "qm start 711", 0);
  lab.run("qm stop 711 --skiplock");
  expect_as_recorded(lab, kVmBackups, "qm start 711", 1);
  expect_as_recorded(lab, kVmBackups, "qm stop 711", 1);
  expect_as_recorded(lab, kVmBackups, kShutdown, 1);
  expect_as_recorded(lab, kVmBackups, {"qm destroy 711 --purge", "qm unlock 711"});
}

TEST(SimQm, WithoutAnImageNothingBoots) {
  Lab lab;
  lab.create_vm();
  lab.run("qm create 9003 --net0 virtio,bridge=vmbr0 --ipconfig0 ip=dhcp");
  lab.run("qm start 9003");
  lab.pass(120);
  EXPECT_THROW(lab.hop("vm", 9003), std::runtime_error);
}

TEST(SimQm, ListsAVmWithoutANameAsTheRealTool) {
  Lab lab(recorded_node());
  lab.run("qm create 9000 --name spike-vm");
  lab.run("qm create 9003 --memory 16");
  EXPECT_EQ(lab.run("qm list").out, recorded("node-quick/56-misc3-chroot.txt", "qm list").out);
}

}  // namespace
}  // namespace pve_accept::sim_testing
