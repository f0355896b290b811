#include "suites/unit/matchers.h"
#include "suites/unit/pve/replies.h"
#include "suites/unit/recorded.h"

namespace pve_accept {
namespace {

using namespace replies;

constexpr const char* kCreateLxc =
    "pct create 9001 local:vztmpl/debian-13-standard_13.6-1_amd64.tar.zst --hostname spike-lxc "
    "--cores 2 --memory 2048 --rootfs local-lvm:10 --net0 name=eth0,bridge=vmbr0,ip=dhcp "
    "--features nesting=1,keyctl=1 --unprivileged 1 --ssh-public-keys /run/pve-accept-r1.pub "
    "--tags pve-accept --description 'pve-accept run r1'";
constexpr const char* kCreateVm =
    "qm create 9000 --name spike-vm --cores 2 --memory 2048 --net0 virtio,bridge=vmbr0 "
    "--scsihw virtio-scsi-single --agent 1 --balloon 0 --tags pve-accept "
    "--description 'pve-accept run r1'";
constexpr const char* kImport =
    "qm set 9000 --scsi0 local-lvm:0,import-from=/var/lib/vz/template/qcow2/debian-13.qcow2";
constexpr const char* kCloudInit =
    "qm set 9000 --ide2 local-lvm:cloudinit --boot order=scsi0 --serial0 socket --vga serial0";
constexpr const char* kResize = "qm disk resize 9000 scsi0 10G";
constexpr const char* kLogin =
    "qm set 9000 --ciuser root --sshkeys /run/pve-accept-r1.pub --ipconfig0 ip=dhcp "
    "--ciupgrade 0";

class GuestCreation : public GuestTest {
 protected:
  // A VM whose every step works, before a test spoils one.
  void all_goes_well() {
    for (const char* line : {kCreateVm, kImport, kCloudInit, kResize, kLogin}) {
      mock.answers(line, prints(""));
    }
    mock.answers(kVmConfigPath, prints_config(kVmConfig));
  }

  std::string trouble_with_lxc() {
    return trouble_of([this] { lxc->create(lxc_spec); });
  }
  std::string trouble_with_vm() {
    return trouble_of([this] { vm->create(vm_spec); });
  }
  const GuestSpec lxc_spec{
      .vmid = Vmid(9001),
      .name = "spike-lxc",
      .image = "local:vztmpl/debian-13-standard_13.6-1_amd64.tar.zst",
      .public_key_file = "/run/pve-accept-r1.pub",
      .description = description_for("r1"),
  };
  const GuestSpec vm_spec{
      .vmid = Vmid(9000),
      .name = "spike-vm",
      .image = "/var/lib/vz/template/qcow2/debian-13.qcow2",
      .public_key_file = "/run/pve-accept-r1.pub",
      .description = description_for("r1"),
  };
};

TEST_F(GuestCreation, OfAContainerIsOneCommand) {
  mock.answers(kCreateLxc, prints(""));
  mock.answers(kConfig, prints_config(kLxcConfig));
  EXPECT_EQ(trouble_with_lxc(), "");
}

TEST_F(GuestCreation, NeverAdoptsWhatExists) {
  mock.answers(kCreateLxc,
               recorded("node-vm/21-pct-more.txt",
                        "pct create 9001 local:vztmpl/"
                        "debian-13-standard_13.1-2_amd64.tar.zst --rootfs local-lvm:10"));
  mock.answers(kConfig, prints_config(kLxcConfig));
  EXPECT_THAT(trouble_with_lxc(), HasSubstr("CT 9001 already exists on node 'pve1'"));
  EXPECT_THAT(trouble_with_lxc(), HasSubstr("never adopted"));
}

TEST_F(GuestCreation, NeverAdoptsWhatExistsEvenWhenTheToolExitsZero) {
  mock.answers(kCreateLxc, prints(""));
  mock.answers(kConfig, prints_config(with(kLxcConfig, "description", "pve-accept run r0\n")));
  EXPECT_THAT(trouble_with_lxc(), HasSubstr("does not show the description 'pve-accept run r1'"));
}

TEST_F(GuestCreation, ThatExitsZeroWithoutAGuestHasFailed) {
  mock.answers(kCreateLxc, prints("unable to create CT 9001 - no space left on device\n"));
  mock.answers(kConfig, kNoGuest);
  const std::string trouble = trouble_with_lxc();
  EXPECT_THAT(trouble, HasSubstr("create container 9001: it does not exist afterwards"));
  EXPECT_THAT(trouble, HasSubstr("no space left on device"));
}

TEST_F(GuestCreation, OfAVmTakesFiveSteps) {
  all_goes_well();
  EXPECT_EQ(trouble_with_vm(), "");
}

TEST_F(GuestCreation, HasTheTimeOfTheSpecification) {
  all_goes_well();
  GuestSpec spec = vm_spec;
  spec.create_deadline = std::chrono::seconds(1234);
  const auto in_time = Field(&Command::deadline, spec.create_deadline);
  EXPECT_CALL(mock.shell, run(AllOf(CommandLine(kImport), in_time))).WillOnce(Return(prints("")));
  vm->create(spec);
  mock.answers(kConfig, prints_config(kLxcConfig));
  spec = lxc_spec;
  spec.create_deadline = std::chrono::seconds(1234);
  EXPECT_CALL(mock.shell, run(AllOf(CommandLine(kCreateLxc), in_time)))
      .WillOnce(Return(prints("")));
  lxc->create(spec);
}

TEST_F(GuestCreation, FindsAVmThatWasTaken) {
  all_goes_well();
  mock.answers(kCreateVm,
               recorded("node-quick/11-parse-errors.txt", "qm create 9000 --name again"));
  EXPECT_THAT(trouble_with_vm(), HasSubstr("VM 9000 already exists on node 'pve1'"));
}

TEST_F(GuestCreation, FindsAnImportThatFailed) {
  all_goes_well();
  mock.answers(kImport,
               recorded("node-quick/53-misc2-chroot.txt",
                        "qm set 9000 --scsi0 local-lvm:0,import-from=/var/lib/vz/template/qcow2/"
                        "nope.qcow2"));
  EXPECT_THAT(trouble_with_vm(), HasSubstr("can't find file"));
}

TEST_F(GuestCreation, FindsAnImportThatLeftNoDisk) {
  all_goes_well();
  Json without = kVmConfig;
  without.erase("scsi0");
  mock.answers(kVmConfigPath, prints_config(without));
  EXPECT_THAT(trouble_with_vm(), HasSubstr("does not show a disk scsi0"));
}

TEST_F(GuestCreation, FindsAResizeThatExitsZeroAndDoesNothing) {
  all_goes_well();
  mock.answers(kResize,
               recorded("node-quick/30-qm-lifecycle-chroot.txt", "qm disk resize 9000 scsi0 5G"));
  mock.answers(kVmConfigPath,
               prints_config(with(kVmConfig, "scsi0", "local-lvm:vm-9000-disk-0,size=3G")));
  const std::string trouble = trouble_with_vm();
  EXPECT_THAT(trouble, HasSubstr("resize the disk of VM 9000"));
  EXPECT_THAT(trouble, HasSubstr("does not show a disk of 10 GiB"));
  EXPECT_THAT(trouble, HasSubstr("shrinking disks is not supported"));
}

TEST_F(GuestCreation, FindsAMissingCloudInitDriveOrKey) {
  all_goes_well();
  mock.answers(kVmConfigPath, prints_config(with(kVmConfig, "ide2", "none,media=cdrom")));
  EXPECT_THAT(trouble_with_vm(), HasSubstr("does not show a cloud-init drive"));
  mock.answers(kVmConfigPath, prints_config(with(kVmConfig, "sshkeys", "")));
  EXPECT_THAT(trouble_with_vm(), HasSubstr("does not show the user root, its key"));
}

}  // namespace
}  // namespace pve_accept
