#include <gmock/gmock.h>

#include "suites/unit/pve/replies.h"
#include "suites/unit/recorded.h"
#include "support/pve/config_values.h"
#include "support/pve/confinement.h"

namespace pve_accept {
namespace {

using namespace replies;

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class GuestClaims : public GuestTest {
 protected:
  GuestClaims() {
    lxc_config(kLxcConfig);
    vm_config(kVmConfig);
    mock.answers(kStatus, kRunning);
    mock.answers("cat /proc/3516/uid_map", prints("         0     100000      65536\n"));
    mock.answers("cat /proc/3516/attr/current",
                 prints("lxc-9001_</var/lib/lxc>//&:lxc-9001_<-var-lib-lxc>:unconfined "));
    inside.answers("cat /proc/self/uid_map", prints("         0     100000      65536\n"));
    inside.answers("systemd-detect-virt", prints("kvm\n"));
  }

  void lxc_config(const Json& config) { mock.answers(kConfig, prints_config(config)); }
  void vm_config(const Json& config) { mock.answers(kVmConfigPath, prints_config(config)); }
  std::vector<std::string> lxc_differences() {
    return lxc->differences_from({.vmid = Vmid(9001), .name = "spike-lxc"});
  }
  std::vector<std::string> vm_differences() {
    return vm->differences_from({.vmid = Vmid(9000), .name = "spike-vm"});
  }
  std::vector<std::string> lxc_gaps() { return lxc->gaps_in_confinement(inside.shell); }
  std::vector<std::string> vm_gaps() { return vm->gaps_in_confinement(inside.shell); }

  MockHost inside{"guest"};
};

TEST_F(GuestClaims, AsSpecifiedMeansNoDifference) {
  EXPECT_THAT(lxc_differences(), IsEmpty());
  EXPECT_THAT(vm_differences(), IsEmpty());
}

TEST_F(GuestClaims, EveryFieldOfAContainerCanDiffer) {
  const std::vector<std::pair<std::string, Json>> spoilt = {
      {"cores", 1},
      {"memory", 4096},
      {"hostname", "x"},
      {"rootfs", "local-lvm:vm-9001-disk-0,size=8G"},
      {"unprivileged", 0},
      {"net0", "name=eth0,bridge=vmbr1,hwaddr=BC:24:11:24:C6:70"},
      {"features", "nesting=1"}};
  for (const auto& [key, value] : spoilt) {
    lxc_config(with(kLxcConfig, key, value));
    EXPECT_EQ(lxc_differences().size(), 1u) << key;
  }
  lxc_config(with(kLxcConfig, "cores", 1));
  EXPECT_THAT(lxc_differences(), ElementsAre("cores: 1 instead of 2"));
  Json bare = kLxcConfig;
  bare.erase("features");
  bare["rootfs"] = "local:9001/vm-9001-disk-0.raw,size=8G";
  lxc_config(bare);
  EXPECT_THAT(lxc_differences(),
              ElementsAre("storage: local instead of local-lvm", "disk: 8 GiB instead of 10 GiB",
                          "nesting: nothing instead of 1", "keyctl: nothing instead of 1"));
}

TEST_F(GuestClaims, EveryFieldOfAVmCanDiffer) {
  const std::vector<std::pair<std::string, Json>> spoilt = {
      {"cores", 1},
      {"sockets", 2},
      {"memory", "1024"},
      {"name", "x"},
      {"scsi0", "local-lvm:vm-9000-disk-0,size=3G"},
      {"net0", "e1000=BC:24:11:49:3A:E2,bridge=vmbr0"},
      {"agent", "0"},
      {"scsihw", "lsi"},
      {"ide2", "none,media=cdrom"}};
  for (const auto& [key, value] : spoilt) {
    vm_config(with(kVmConfig, key, value));
    EXPECT_EQ(vm_differences().size(), 1u) << key;
  }
  vm_config(with(kVmConfig, "agent", "enabled=1,fstrim_cloned_disks=1"));
  EXPECT_THAT(vm_differences(), IsEmpty());
}

// PVE writes the parts of a value in an order of its own.
TEST_F(GuestClaims, OrderOfAValuesPartsIsNoDifference) {
  lxc_config(with(with(kLxcConfig, "features", "keyctl=1,nesting=1"), "net0",
                  "bridge=vmbr0,hwaddr=BC:24:11:24:C6:70,ip=dhcp,name=eth0,type=veth"));
  EXPECT_THAT(lxc_differences(), IsEmpty());
  vm_config(with(kVmConfig, "net0", "bridge=vmbr0,firewall=1,virtio=BC:24:11:49:3A:E2"));
  EXPECT_THAT(vm_differences(), IsEmpty());
  EXPECT_EQ(mac_address(with(kVmConfig, "net0", "bridge=vmbr0,virtio=BC:24:11:49:3A:E2")),
            "bc:24:11:49:3a:e2");
}

TEST_F(GuestClaims, ConfinedMeansNoGap) {
  EXPECT_THAT(lxc_gaps(), IsEmpty());
  EXPECT_THAT(vm_gaps(), IsEmpty());
}

TEST_F(GuestClaims, ContainerWithoutAppArmorHasAGap) {
  mock.answers("cat /proc/3516/attr/current", prints("unconfined\n"));
  EXPECT_THAT(lxc_gaps(), ElementsAre("AppArmor does not confine it: unconfined"));
}

TEST_F(GuestClaims, OverrideOfAppArmorIsAGap) {
  lxc_config(with(kLxcConfig, "lxc", Json::parse(R"([["lxc.apparmor.profile","unconfined"],
                                  ["lxc.mount.entry","/dev/null sys/module/apparmor/parameters/enabled none bind 0 0"],
                                  ["lxc.mount.entry","/srv srv none bind 0 0"]])")));
  EXPECT_THAT(lxc_gaps(), ElementsAre("lxc.apparmor.profile: unconfined",
                                      HasSubstr("lxc.mount.entry: /dev/null sys/module/apparmor")));
}

TEST_F(GuestClaims, PrivilegeAndMknodAreGaps) {
  lxc_config(with(with(kLxcConfig, "unprivileged", 0), "features", "nesting=1,keyctl=1,mknod=1"));
  mock.answers("cat /proc/3516/uid_map", prints("         0          0 4294967295\n"));
  inside.answers("cat /proc/self/uid_map", prints("         0          0 4294967295\n"));
  EXPECT_THAT(lxc_gaps(), ElementsAre("the container is privileged", "features: mknod=1",
                                      "root is root outside too, as the node sees it",
                                      "root is root outside too, as the container sees it"));
}

TEST_F(GuestClaims, StoppedContainerCannotBeJudged) {
  mock.answers(kStatus, kStopped);
  EXPECT_THROW(lxc_gaps(), HarnessError);
}

TEST_F(GuestClaims, EmulatedVmHasGaps) {
  vm_config(with(kVmConfig, "kvm", 0));
  inside.answers("systemd-detect-virt", prints("qemu\n"));
  EXPECT_THAT(vm_gaps(), ElementsAre("kvm: 0", "the VM runs under qemu, not under kvm"));
  inside.answers("systemd-detect-virt", fails(127, "not found"));
  EXPECT_THROW(vm_gaps(), HarnessError);
}

TEST(AppArmorLabel, ConfinesUnlessItSaysOtherwise) {
  const auto confines = [](const char* text) { return parse_apparmor_label(text).confines(); };
  EXPECT_TRUE(confines("lxc-9001_</var/lib/lxc>//&:lxc-9001_<-var-lib-lxc>:unconfined "));
  EXPECT_TRUE(confines("lxc-container-default-cgns (enforce)\n"));
  EXPECT_TRUE(confines(":lxc-9001_<-var-lib-lxc>:unconfined//&lxc-9001_</var/lib/lxc> (enforce)"));
  EXPECT_FALSE(confines("unconfined\n"));
  EXPECT_FALSE(confines("lxc-container-default-cgns (complain)\n"));
  EXPECT_FALSE(confines(":lxc-9001_<-var-lib-lxc>:unconfined"));
  EXPECT_EQ(parse_apparmor_label("generated (enforce)").profile, "generated");
  EXPECT_THROW(parse_apparmor_label(" \n"), HarnessError);
}

TEST(UidMap, TellsWhoRootIs) {
  EXPECT_EQ(root_uid("         0     100000      65536\n"), 100000);
  EXPECT_EQ(root_uid("         0          0 4294967295\n"), 0);
  EXPECT_EQ(root_uid("      1000       1000          1\n         0     100000       1000\n"),
            100000);
  EXPECT_THROW(root_uid(""), HarnessError);
  EXPECT_THROW(root_uid("      1000       1000          1\n"), HarnessError);
  EXPECT_THROW(root_uid("0 x 1\n"), HarnessError);
}

}  // namespace
}  // namespace pve_accept
