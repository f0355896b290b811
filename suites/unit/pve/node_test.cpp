#include "support/pve/node.h"

#include "suites/unit/matchers.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/pve/replies.h"
#include "suites/unit/recorded.h"

namespace pve_accept {
namespace {

using namespace replies;

constexpr const char* kFind = "find /etc/pve/nodes -maxdepth 3";
constexpr const char* kResources = "pvesh get /cluster/resources --type vm --output-format json";

class PveNode : public testing::Test {
 protected:
  MockNode mock;
  Node node = Node::connect(mock.shell);
};

TEST_F(PveNode, IsNamedAsItsHost) {
  EXPECT_EQ(node.name(), "pve1");
  mock.answers("hostname", prints("pve1.lab.example.org\n"));
  EXPECT_EQ(Node::connect(mock.shell).name(), "pve1");
  mock.answers("hostname", prints(""));
  EXPECT_THROW(Node::connect(mock.shell), HarnessError);
}

TEST_F(PveNode, KnowsWhoTheUserIs) {
  mock.answers("id -u", prints("1000\n"));
  EXPECT_EQ(node.user_id(), 1000);
  mock.answers("id -u", prints(""));
  EXPECT_THROW(node.user_id(), HarnessError);
}

TEST_F(PveNode, HasKvmOrNot) {
  mock.answers("ls /dev/kvm", prints("/dev/kvm\n"));
  EXPECT_TRUE(node.has_kvm());
  mock.answers("ls /dev/kvm",
               fails(2, "ls: cannot access '/dev/kvm': No such file or directory\n"));
  EXPECT_FALSE(node.has_kvm());
  mock.answers("ls /dev/kvm", fails(2, "ls: cannot access '/dev/kvm': Permission denied\n"));
  EXPECT_THROW(node.has_kvm(), HarnessError);
}

TEST_F(PveNode, ShowsTheFirstLinesOfThoseFilesThatThereAre) {
  const std::string line =
      "grep -sH '' /proc/sys/vm/swappiness /nosuch /sys/kernel/mm/transparent_hugepage/enabled "
      "/sys/devices/system/clocksource/clocksource0/current_clocksource "
      "/sys/module/iptable_raw/initstate /sys/module/kvm/parameters/halt_poll_ns";
  const std::vector<std::string> files = {
      "/proc/sys/vm/swappiness",
      "/nosuch",
      "/sys/kernel/mm/transparent_hugepage/enabled",
      "/sys/devices/system/clocksource/clocksource0/current_clocksource",
      "/sys/module/iptable_raw/initstate",
      "/sys/module/kvm/parameters/halt_poll_ns"};
  mock.answers(line, recorded("facts.txt", line));
  const auto lines = node.first_lines(files);
  EXPECT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines.at(files[0]), "60");
  EXPECT_EQ(lines.at(files[2]), "always [madvise] never");
  mock.answers(line, prints("/proc/sys/vm/swap:60\n"));
  EXPECT_THROW(node.first_lines(files), HarnessError);
  mock.answers(line, fails(2, ""));
  EXPECT_THROW(node.first_lines(files), HarnessError);
  mock.answers(line, fails(127, "bash: line 1: grep: command not found"));
  EXPECT_THROW(node.first_lines(files), HarnessError);
}

TEST_F(PveNode, IsHardwareOrRunsUnderAHypervisor) {
  mock.answers("systemd-detect-virt", fails(1, "", "none\n"));
  EXPECT_EQ(node.hypervisor(), std::nullopt);
  mock.answers("systemd-detect-virt", prints("kvm\n"));
  EXPECT_EQ(node.hypervisor(), "kvm");
  mock.answers("systemd-detect-virt", prints(""));
  EXPECT_THROW(node.hypervisor(), HarnessError);
  mock.answers("systemd-detect-virt", fails(127, "command not found"));
  EXPECT_THROW(node.hypervisor(), HarnessError);
}

TEST_F(PveNode, HasTheStateOfEveryServiceThatIsAskedFor) {
  const std::string command =
      "systemctl show --property=Id,ActiveState,InvocationID pve-cluster.service "
      "pvedaemon.service pveproxy.service pvestatd.service pvescheduler.service qmeventd.service "
      "lxcfs.service";
  const CommandResult all = recorded("node-vm/60-services-pressure.txt", command);
  mock.answers(command, all);
  EXPECT_EQ(node.services().size(), kNodeServices.size());
  mock.answers(command, prints(all.out.substr(0, all.out.find("Id=lxcfs"))));
  EXPECT_THAT(trouble_of([&] { node.services(); }), HasSubstr("does not show lxcfs.service"));
  mock.answers(command, prints(""));
  EXPECT_THROW(node.services(), HarnessError);
}

TEST_F(PveNode, KnowsItsBootAndItsKernels) {
  const std::string cat =
      "cat /proc/sys/kernel/random/boot_id /etc/kernel/next-boot-pin /etc/kernel/proxmox-boot-pin";
  const std::string id = "60ed5cbb-b5cf-4f7a-af4c-0e1b0a8a3a1e";
  mock.answers(cat, fails(1, "cat: /etc/kernel/next-boot-pin: No such file or directory\n",
                          id + "\n6.17.13-2-pve\n"));
  EXPECT_EQ(node.boot().id, id);
  EXPECT_EQ(node.boot().pinned_kernel, "6.17.13-2-pve");
  mock.answers(cat, fails(1, "cat: /etc/kernel/next-boot-pin: Permission denied\n", id + "\n"));
  EXPECT_THROW(node.boot(), HarnessError);
  mock.answers("ls /boot", prints("vmlinuz-6.17.13-2-pve\n"));
  EXPECT_EQ(node.kernels(), std::vector<std::string>{"6.17.13-2-pve"});
  mock.answers("ls /boot", fails(2, "ls: cannot open directory '/boot': Permission denied\n"));
  EXPECT_THROW(node.kernels(), HarnessError);
}

TEST_F(PveNode, MayHaveNoCpuGovernor) {
  const std::string cat = "cat /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor";
  mock.answers(cat, prints("performance\n"));
  EXPECT_EQ(node.cpu_governor(), "performance");
  mock.answers(cat, fails(1, "cat: ...: No such file or directory\n"));
  EXPECT_EQ(node.cpu_governor(), std::nullopt);
  mock.answers(cat, fails(1, "cat: ...: Permission denied\n"));
  EXPECT_THROW(node.cpu_governor(), HarnessError);
}

// Documentation/admin-guide/mm/ksm.rst
TEST_F(PveNode, TellsTheStatesOfKsmApart) {
  for (const auto& [written, state] : std::map<std::string, std::string>{
           {"0\n", "off"}, {"1\n", "running"}, {"2\n", "off, its pages unmerged"}}) {
    mock.answers("cat /sys/kernel/mm/ksm/run", prints(written));
    EXPECT_EQ(node.ksm(), state);
  }
  for (const char* none : {"", "3\n", "-1\n", "on\n"}) {
    mock.answers("cat /sys/kernel/mm/ksm/run", prints(none));
    EXPECT_THROW(node.ksm(), HarnessError) << none;
  }
}

TEST_F(PveNode, KnowsASimulatedNodeByItsMark) {
  mock.answers("cat /etc/pve-accept-simulation", prints("a model\n"));
  EXPECT_TRUE(node.simulated());
  mock.answers(
      "cat /etc/pve-accept-simulation",
      CommandResult{1, "", "cat: /etc/pve-accept-simulation: No such file or directory\n"});
  EXPECT_FALSE(node.simulated());
  mock.answers("cat /etc/pve-accept-simulation", CommandResult{1, "", "cat: Permission denied\n"});
  EXPECT_THROW(node.simulated(), HarnessError);
}

TEST_F(PveNode, KnowsTheTimeAndAFreeVmid) {
  mock.answers("date +%s", prints("1780822200\n"));
  EXPECT_EQ(node.epoch_seconds(), 1780822200);
  mock.answers("pvesh get /cluster/nextid",
               recorded("node-quick/40-pvesh-chroot.txt", "pvesh get /cluster/nextid"));
  EXPECT_EQ(node.next_free_vmid(), Vmid(100));
  mock.answers("pvesh get /cluster/nextid", prints("\"123\"\n"));
  EXPECT_EQ(node.next_free_vmid(), Vmid(123));
  mock.answers("pvesh get /cluster/nextid", prints("none\n"));
  EXPECT_THROW(node.next_free_vmid(), HarnessError);
}

TEST_F(PveNode, ReadsAGuestsConfigurationOnItsOwnNode) {
  const GuestFile vm{Vmid(100), GuestKind::kVm, "pve2"};
  mock.answers("cat /etc/pve/nodes/pve2/qemu-server/100.conf", prints("cores: 2\n"));
  EXPECT_EQ(node.raw_config(vm), "cores: 2\n");
  mock.answers("cat /etc/pve/nodes/pve2/qemu-server/100.conf", prints("\n"));
  EXPECT_THAT(trouble_of([&] { node.raw_config(vm); }), HasSubstr("100.conf is empty"));
  const GuestFile lxc{Vmid(101), GuestKind::kLxc, "pve1"};
  EXPECT_THAT(trouble_of([&] { node.raw_config(lxc); }),
              HasSubstr("/etc/pve/nodes/pve1/lxc/101.conf"));
}

// Where the cluster file system is not there, nothing is known of what it holds.
TEST_F(PveNode, TakesAConfigurationForMissingOnlyWhereItsFolderIsThere) {
  const GuestFile guest{Vmid(9001), GuestKind::kLxc, "pve1"};
  mock.answers(kConfig, kNoGuest);
  EXPECT_EQ(node.find_raw_config(guest), std::nullopt);
  mock.has_files({"lxc/9001.conf"});
  EXPECT_THROW(node.find_raw_config(guest), HarnessError);
  mock.answers(kFind, prints("/etc/pve/nodes\n"));
  EXPECT_THAT(trouble_of([&] { node.find_raw_config(guest); }),
              HasSubstr("it does not show the node pve1"));
  mock.answers(kFind, fails(1, "find: '/etc/pve/nodes': No such file or directory\n"));
  EXPECT_THAT(trouble_of([&] { node.find_raw_config(guest); }), HasSubstr("No such file"));
}

TEST_F(PveNode, ListsGuestsOnlyWhenTheirFilesSayTheSame) {
  const Json guest = {{"vmid", 9001}, {"type", "lxc"}, {"node", "pve1"}, {"status", "running"}};
  mock.answers(kResources, prints_json(Json::array({guest})));
  mock.has_files({"lxc/9001.conf"});
  EXPECT_EQ(node.guests().size(), 1U);
  mock.answers(kResources, prints("[]"));
  EXPECT_THAT(trouble_of([&] { node.guests(); }),
              HasSubstr("Proxmox VE lists [], and its cluster file system has "
                        "[/etc/pve/nodes/pve1/lxc/9001.conf]"));
  mock.has_files({});
  EXPECT_EQ(node.guests().size(), 0U);
}

// A guest may come between the two looks.
TEST_F(PveNode, LooksForGuestsAgain) {
  const Json guest = {{"vmid", 9001}, {"type", "lxc"}, {"node", "pve1"}, {"status", "running"}};
  EXPECT_CALL(mock.shell, run(CommandLine(kResources)))
      .WillOnce(Return(prints("[]")))
      .WillOnce(Return(prints_json(Json::array({guest}))));
  mock.has_files({"lxc/9001.conf"});
  EXPECT_EQ(node.guests().size(), 1U);
}

TEST(GuestFiles, AreThoseOfEveryNode) {
  const auto files = parse_guest_files(
      "/etc/pve/nodes\n/etc/pve/nodes/pve1\n/etc/pve/nodes/pve1/lxc\n"
      "/etc/pve/nodes/pve1/lxc/9001.conf\n/etc/pve/nodes/pve1/lxc/x.conf\n"
      "/etc/pve/nodes/pve1/priv/9002.conf\n/etc/pve/nodes/pve2/qemu-server/9000.conf\n");
  EXPECT_THAT(files, ElementsAre(GuestFile{Vmid(9001), GuestKind::kLxc, "pve1"},
                                 GuestFile{Vmid(9000), GuestKind::kVm, "pve2"}));
  EXPECT_EQ(files[1].path(), "/etc/pve/nodes/pve2/qemu-server/9000.conf");
  EXPECT_THROW(parse_guest_files("find: something\n"), HarnessError);
}

TEST_F(PveNode, FindsAVolume) {
  const std::string volid = "local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst";
  mock.answers("pvesm path " + volid,
               recorded("node-quick/50-misc-env-chroot.txt", "pvesm path " + volid));
  EXPECT_EQ(node.volume_path(volid),
            "/var/lib/vz/template/cache/debian-13-standard_13.1-2_amd64.tar.zst");
  mock.answers("pvesm path local-lvm:nope",
               recorded("node-quick/50-misc-env-chroot.txt", "pvesm path local-lvm:nope"));
  EXPECT_THAT(trouble_of([&] { node.volume_path("local-lvm:nope"); }),
              HasSubstr("unable to parse directory volume name 'nope'"));
}

TEST_F(PveNode, ListsStorageDefinitionsInTheOrderOfTheirNames) {
  mock.answers(get("/storage"), prints_json(parse_json(
                                    R"([{"storage":"local-lvm","type":"lvmthin"},
                                        {"storage":"local","type":"dir"}])")));
  EXPECT_EQ(node.storage_definitions().at(0).at("storage"), "local");
  mock.answers(get("/storage"), prints_json(parse_json(R"([{"type":"dir"}])")));
  EXPECT_THROW(node.storage_definitions(), HarnessError);
}

TEST_F(PveNode, ThatDoesNotAnswerIsAnError) {
  mock.answers("pvesh get /cluster/resources --type vm --output-format json",
               fails(255, "ipcc_send_rec[1] failed: Connection refused\n"));
  EXPECT_THAT(trouble_of([&] { node.guests(); }),
              AllOf(HasSubstr("ipcc_send_rec[1] failed"),
                    HasSubstr("Hint: the cluster file system is down: systemctl restart")));
  mock.answers(get("/nodes"), fails(127, "bash: line 1: pvesh: command not found\n"));
  EXPECT_THAT(trouble_of([&] { node.cluster_nodes(); }),
              HasSubstr("Hint: is this host a Proxmox VE node?"));
  mock.answers(get("/nodes"), fails(2, "something else\n"));
  EXPECT_THAT(trouble_of([&] { node.cluster_nodes(); }), Not(HasSubstr("Hint")));
  mock.answers(get("/version"), prints(""));
  EXPECT_THROW(node.version(), HarnessError);
}

}  // namespace
}  // namespace pve_accept
