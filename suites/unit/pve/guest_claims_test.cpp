#include <fmt/format.h>

#include "suites/unit/matchers.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/pve/replies.h"
#include "suites/unit/recorded.h"
#include "support/pve/config_values.h"
#include "support/pve/confinement.h"

namespace pve_accept {
namespace {

using namespace replies;

constexpr const char* kMap = "         0     100000      65536\n";

// Of /proc/PID/status what is read.
std::string status(int user, int pid = 3516, int seccomp = 2) {
  return fmt::format("Name:\tsystemd\nPid:\t{1}\nUid:\t{0}\t{0}\t{0}\t{0}\nSeccomp:\t{2}\n", user,
                     pid, seccomp);
}

class GuestClaims : public GuestTest {
 protected:
  GuestClaims() {
    lxc_config(kLxcConfig);
    vm_config(kVmConfig);
    mock.answers(kStatus, kRunning);
    mock.answers(kVmStatus, kVmRunning);
    for (const char* map : {"uid_map", "gid_map"}) {
      mock.answers(fmt::format("cat /proc/3516/{}", map), prints(kMap));
    }
    mock.answers("cat /proc/3516/status", prints(status(100000)));
    links("net:[4026532771]");
    limit("lxc/9001/memory.max", "2147483648");
    limit("lxc/9001/cpu.max", "max 100000");
    limit("qemu.slice/9000.scope/memory.max", "max");
    limit("qemu.slice/9000.scope/cpu.max", "max 100000");
    mock.answers("cat /proc/3516/attr/current",
                 prints("lxc-9001_</var/lib/lxc>//&:lxc-9001_<-var-lib-lxc>:unconfined "));
    inside.answers("cat /proc/self/uid_map", prints(kMap));
    inside.answers("systemd-detect-virt", prints("kvm\n"));
  }

  void limit(const std::string& file, const std::string& text) {
    mock.answers("cat /sys/fs/cgroup/" + file, prints(text + "\n"));
  }
  // Of the node's init and of the container's, which has these instead of the node's own.
  void links(const std::string& net, const std::string& user = "user:[4026532768]") {
    std::string names, links;
    for (const char* process : {"1", "3516"}) {
      for (const std::string name : {"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"}) {
        const bool is_node = std::string_view(process) == "1";
        names += fmt::format(" /proc/{}/ns/{}", process, name);
        links += is_node          ? name + ":[4026531835]"
                 : name == "net"  ? net
                 : name == "user" ? user
                                  : name + ":[4026532700]";
        links += "\n";
      }
    }
    mock.answers("readlink" + names, prints(links));
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
      {"swap", 0},
      {"hostname", "x"},
      {"ostype", "unmanaged"},
      {"rootfs", "local-lvm:vm-9001-disk-0,size=8G"},
      {"rootfs", "local-lvm:vm-9001-disk-0,ro=1,size=10G"},
      {"unprivileged", 0},
      {"net0", "name=eth0,bridge=vmbr1,hwaddr=BC:24:11:24:C6:70,ip=dhcp,type=veth"},
      {"net0", "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:24:C6:70,ip=dhcp,type=veth,rate=5"},
      {"features", "nesting=1"},
      {"features", "nesting=1,keyctl=1,fuse=1"}};
  for (const auto& [key, value] : spoilt) {
    lxc_config(with(kLxcConfig, key, value));
    EXPECT_THAT(lxc_differences(), ElementsAre(StartsWith(key))) << value;
  }
  lxc_config(with(kLxcConfig, "cores", 1));
  EXPECT_THAT(lxc_differences(), ElementsAre("cores: 1 instead of 2"));
  Json bare = kLxcConfig;
  bare.erase("features");
  bare["rootfs"] = "local:9001/vm-9001-disk-0.raw,size=8G";
  lxc_config(bare);
  EXPECT_THAT(
      lxc_differences(),
      ElementsAre("features keyctl: nothing instead of 1", "features nesting: nothing instead of 1",
                  "rootfs size: 8G instead of 10G",
                  "rootfs volume: local:9001/vm-9001-disk-0.raw instead of local-lvm:*"));
}

TEST_F(GuestClaims, EveryFieldOfAVmCanDiffer) {
  const std::vector<std::pair<std::string, Json>> spoilt = {
      {"cores", 1},
      {"sockets", 2},
      {"memory", "1024"},
      {"balloon", 1024},
      {"name", "x"},
      {"scsi0", "local-lvm:vm-9000-disk-0,size=3G"},
      {"net0", "virtio=BC:24:11:49:3A:E2,bridge=vmbr0,firewall=1"},
      {"agent", "0"},
      {"scsihw", "lsi"},
      {"ide2", "local-lvm:vm-9000-disk-1,media=cdrom"}};
  for (const auto& [key, value] : spoilt) {
    vm_config(with(kVmConfig, key, value));
    EXPECT_THAT(vm_differences(), ElementsAre(StartsWith(key))) << value;
  }
  vm_config(with(kVmConfig, "net0", "e1000=BC:24:11:49:3A:E2,bridge=vmbr0"));
  EXPECT_THAT(vm_differences(),
              ElementsAre("net0 virtio: nothing instead of *",
                          "net0 e1000: BC:24:11:49:3A:E2, which nobody asked for"));
  for (const char* agent : {"enabled=1,fstrim_cloned_disks=1", "1,fstrim_cloned_disks=1"}) {
    vm_config(with(kVmConfig, "agent", agent));
    EXPECT_THAT(vm_differences(), IsEmpty());
  }
}

// Whatever it is: what is not known is not harmless.
TEST_F(GuestClaims, WhatNobodyAskedForIsADifference) {
  const std::vector<std::pair<std::string, Json>> added = {{"cpulimit", 1},
                                                           {"cpuunits", 50},
                                                           {"net1", "name=eth1,bridge=vmbr0"},
                                                           {"onboot", 1},
                                                           {"mp0", "/,mp=/host"},
                                                           {"dev0", "/dev/kvm"},
                                                           {"lock", "backup"},
                                                           {"hookscript", "local:snippets/x.pl"},
                                                           {"args", "-s"},
                                                           {"hostpci0", "0000:01:00.0"},
                                                           {"cpu", "host"},
                                                           {"something-new", 1}};
  for (const auto& [key, value] : added) {
    const auto complaint =
        ElementsAre(AllOf(StartsWith(key + ": "), EndsWith(", which nobody asked for")));
    lxc_config(with(kLxcConfig, key, value));
    EXPECT_THAT(lxc_differences(), complaint);
    vm_config(with(kVmConfig, key, value));
    EXPECT_THAT(vm_differences(), complaint);
  }
  lxc_config(with(kLxcConfig, "lxc", parse_json(R"([["lxc.cgroup2.memory.max","1G"]])")));
  EXPECT_THAT(lxc_differences(), ElementsAre("lxc.cgroup2.memory.max: 1G, which nobody asked for"));
  mock.answers(kConfig, prints(config_file(kLxcConfig) + "\n[pve:pending]\nmemory: 512\n"));
  EXPECT_THAT(lxc_differences(), ElementsAre("[pve:pending]: a section, which nobody asked for"));
}

TEST_F(GuestClaims, LimitsInForceCountWhateverTheConfigurationSays) {
  limit("lxc/9001/memory.max", "1073741824");
  limit("qemu.slice/9000.scope/cpu.max", "50000 100000");
  EXPECT_THAT(lxc_differences(),
              ElementsAre("memory.max in force: 1073741824 instead of 2147483648"));
  EXPECT_THAT(vm_differences(),
              ElementsAre("cpu.max in force: 50000 100000 instead of max 100000"));
  const CommandResult none = {.exit_status = 1, .err = "cat: x: No such file or directory\n"};
  mock.answers("cat /sys/fs/cgroup/qemu.slice/9000.scope/cpu.max", none);
  EXPECT_THAT(vm_differences(), IsEmpty());
  mock.answers("cat /sys/fs/cgroup/lxc/9001/memory.max", none);
  EXPECT_THAT(lxc_differences(), ElementsAre("memory.max in force: nothing instead of 2147483648"));
  mock.answers(kStatus, kStopped);  // of one that has ended nothing is in force
  EXPECT_THROW(lxc_differences(), HarnessError);
  mock.answers(kStatus, kRunning);
  for (const char* bad : {"", "much", "max 100000"}) {
    limit("lxc/9001/memory.max", bad);
    EXPECT_THROW(lxc_differences(), HarnessError) << bad;
  }
}

TEST_F(GuestClaims, LimitOfTheCpuHasTwoFields) {
  for (const char* none : {"max", "max 100000 1", "100000 often"}) {
    limit("lxc/9001/cpu.max", none);
    EXPECT_THROW(lxc_differences(), HarnessError) << none;
  }
}

// What the tools of a real node printed of guests that they made as asked, without what the spike
// did otherwise.
TEST_F(GuestClaims, RecordedConfigurationsAreAsSpecified) {
  mock.answers(kConfig, recorded("node-vm/20-pct-lifecycle.txt", "pct config 9001"));
  EXPECT_THAT(lxc_differences(), IsEmpty());
  CommandResult reply = recorded("node-quick/30-qm-lifecycle-chroot.txt", "qm config 9000");
  reply.out += "balloon: 0\nciupgrade: 0\n";
  mock.answers(kVmConfigPath, reply);
  EXPECT_THAT(vm_differences(), ElementsAre("ciuser: spike instead of root"));
}

// PVE writes the parts of a value in an order of its own.
TEST_F(GuestClaims, OrderOfAValuesPartsIsNoDifference) {
  lxc_config(with(with(kLxcConfig, "features", "keyctl=1,nesting=1"), "net0",
                  "bridge=vmbr0,hwaddr=BC:24:11:24:C6:70,ip=dhcp,name=eth0,type=veth"));
  EXPECT_THAT(lxc_differences(), IsEmpty());
  vm_config(with(kVmConfig, "net0", "bridge=vmbr0,firewall=0,virtio=BC:24:11:49:3A:E2"));
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

TEST_F(GuestClaims, EveryRawSettingThatIsNotKnownToBeHarmlessIsAGap) {
  for (const char* raw :
       {R"(["lxc.apparmor.profile","unconfined"])",
        R"(["lxc.mount.entry","/dev/null sys/module/apparmor/parameters/enabled none bind 0 0"])",
        R"(["lxc.mount.entry","/ host none bind 0 0"])", R"(["lxc.mount.auto","sys:rw"])",
        R"(["lxc.net.0.type","none"])", R"(["lxc.idmap","u 0 0 65536"])",
        R"(["lxc.include","/root/more.conf"])", R"(["lxc.cgroup2.devices.allow","a"])",
        R"(["lxc.new","1"])"}) {
    lxc_config(with(kLxcConfig, "lxc", Json::array({parse_json(raw)})));
    EXPECT_THAT(lxc_gaps(), ElementsAre(StartsWith("lxc."))) << raw;
  }
  for (const char* raw : {"lxc.cgroup2.memory.max", "lxc.prlimit.nofile", "lxc.environment"}) {
    lxc_config(with(kLxcConfig, "lxc", Json::array({{raw, "1"}})));
    EXPECT_THAT(lxc_gaps(), IsEmpty()) << raw;
  }
}

TEST_F(GuestClaims, WaysToTheNodeAreGaps) {
  for (const auto& [key, value] : std::map<std::string, std::string>{
           {"mp0", "/,mp=/host"}, {"dev0", "path=/dev/kvm"}, {"features", "fuse=1"}}) {
    lxc_config(with(kLxcConfig, key, value));
    EXPECT_THAT(lxc_gaps(), ElementsAre(StartsWith(key)));
  }
  lxc_config(with(kLxcConfig, "mp0", "local-lvm:vm-9001-disk-1,mp=/srv,size=1G"));
  EXPECT_THAT(lxc_gaps(), IsEmpty());
  for (const auto& [key, value] : std::map<std::string, std::string>{{"args", "-s"},
                                                                     {"hostpci0", "0000:01:00.0"},
                                                                     {"usb1", "host=1-2"},
                                                                     {"virtiofs0", "shared"},
                                                                     {"serial1", "/dev/ttyS0"},
                                                                     {"scsi1", "/dev/sdb"}}) {
    vm_config(with(kVmConfig, key, value));
    EXPECT_THAT(vm_gaps(), ElementsAre(key + ": " + value));
  }
}

TEST_F(GuestClaims, PrivilegeAndMknodAreGaps) {
  lxc_config(with(with(kLxcConfig, "unprivileged", 0), "features", "nesting=1,keyctl=1,mknod=1"));
  for (const char* map : {"uid_map", "gid_map"}) {
    mock.answers(fmt::format("cat /proc/3516/{}", map),
                 prints("         0          0 4294967295\n"));
  }
  inside.answers("cat /proc/self/uid_map", prints("         0          0 4294967295\n"));
  links("net:[4026532771]", "user:[4026531835]");
  EXPECT_THAT(
      lxc_gaps(),
      ElementsAre("the container is privileged", "features: mknod=1",
                  "uid_map: 0 0 4294967295 instead of 0 100000 65536, as the node sees it",
                  "gid_map: 0 0 4294967295 instead of 0 100000 65536, as the node sees it",
                  "uid_map: 0 0 4294967295 instead of 0 100000 65536, as the container sees it",
                  "it is in the node's own user namespace"));
}

TEST_F(GuestClaims, WhatIsInForceCountsWhateverTheConfigurationSays) {
  mock.answers("cat /proc/3516/gid_map", prints("0 100000 65536\n70000 44 1\n"));
  EXPECT_THAT(lxc_gaps(), ElementsAre(HasSubstr("gid_map: 0 100000 65536; 70000 44 1 instead")));
  mock.answers("cat /proc/3516/gid_map", prints(kMap));
  links("net:[4026531835]");
  EXPECT_THAT(lxc_gaps(), ElementsAre("it is in the node's own net namespace"));
  links("net:[4026532771]");
  mock.answers("cat /proc/3516/status", prints(status(100000, 3516, 0)));
  EXPECT_THAT(lxc_gaps(), ElementsAre("no seccomp filter is in force"));
  mock.answers("cat /proc/3516/status", prints(status(0)));
  EXPECT_THAT(lxc_gaps(), ElementsAre("its init runs as 0, 0, 0, 0 of the node"));
}

TEST_F(GuestClaims, StatusOfAnotherProcessIsNoAnswer) {
  for (const std::string& text : {status(100000, 3517), std::string("Name:\tsystemd\n"),
                                  std::string("Pid:\t3516\nUid:\t100000\nSeccomp:\t2\n")}) {
    mock.answers("cat /proc/3516/status", prints(text));
    EXPECT_THROW(lxc_gaps(), HarnessError) << text;
  }
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
  const auto confines = [](const char* text) {
    return parse_apparmor_label(text).confines("9001");
  };
  EXPECT_TRUE(confines("lxc-9001_</var/lib/lxc>//&:lxc-9001_<-var-lib-lxc>:unconfined "));
  EXPECT_TRUE(confines("lxc-container-default-cgns (enforce)\n"));
  EXPECT_TRUE(confines(":lxc-9001_<-var-lib-lxc>:unconfined//&lxc-9001_</var/lib/lxc> (enforce)"));
  EXPECT_FALSE(confines("unconfined\n"));
  EXPECT_FALSE(confines("lxc-container-default-cgns (complain)\n"));
  EXPECT_FALSE(confines(":lxc-9001_<-var-lib-lxc>:unconfined"));
  EXPECT_FALSE(confines("unconfined (enforce)\n"));
  EXPECT_FALSE(confines("lxc-container-default-cgns (unconfined)\n"));
  EXPECT_FALSE(confines("lxc-9001_</var/lib/lxc> (mixed)\n"));
  EXPECT_FALSE(confines("kernel\n"));
  EXPECT_EQ(parse_apparmor_label("generated (enforce)").profile, "generated");
  EXPECT_THROW(parse_apparmor_label(" \n"), HarnessError);
}

TEST(IdMap, IsReadWhole) {
  EXPECT_EQ(id_map(kMap), "0 100000 65536");
  EXPECT_EQ(id_map("      1000       1000          1\n         0     100000       1000\n"),
            "1000 1000 1; 0 100000 1000");
  EXPECT_THROW(id_map(""), HarnessError);
  EXPECT_THROW(id_map("0 x 1\n"), HarnessError);
  EXPECT_THROW(id_map("0 100000\n"), HarnessError);
}

TEST(Namespaces, AreThoseOfTwoProcesses) {
  EXPECT_THROW(shared_namespaces(""), HarnessError);
  std::string links;
  for (int k = 0; k < 14; ++k) links += "net:[4026531840]\n";
  EXPECT_THROW(shared_namespaces(links), HarnessError);
}

}  // namespace
}  // namespace pve_accept
