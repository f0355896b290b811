#include "support/pve/node_facts.h"

#include "suites/unit/matchers.h"
#include "suites/unit/mock_host.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/recorded.h"

namespace pve_accept {
namespace {

using testing::Pair;

TEST(RunningMachine, IsOfAVmThatRuns) {
  EXPECT_EQ(parse_running_machine({{"status", "running"}, {"running-machine", "pc-q35-10.1+pve0"}}),
            "pc-q35-10.1+pve0");
  EXPECT_THROW(parse_running_machine({{"status", "stopped"}}), HarnessError);
}

TEST(PveVersionReply, HasReleaseAndVersion) {
  const PveVersion version = parse_version(
      recorded_json("node-quick/40-pvesh-chroot.txt", "pvesh get /version --output-format json"));
  EXPECT_EQ(version.release, "9.2");
  EXPECT_EQ(version.version, "9.2.11");
}

TEST(PveVersionReply, WithoutReleaseIsAnError) {
  EXPECT_THROW(parse_version(Json{{"version", "9.2.2"}}), HarnessError);
  EXPECT_THROW(parse_version(Json(nullptr)), HarnessError);
}

constexpr const char* kServices =
    "systemctl show --property=Id,ActiveState,InvocationID pve-cluster.service pvedaemon.service "
    "pveproxy.service pvestatd.service pvescheduler.service qmeventd.service lxcfs.service";
constexpr const char* kServicesRecorded = "node-vm/60-services-pressure.txt";

TEST(ServiceList, HasEachWithItsStateAndItsLastStart) {
  const auto services = parse_services(recorded(kServicesRecorded, kServices).out);
  EXPECT_EQ(services.size(), 7U);
  EXPECT_EQ(services.at("lxcfs.service").active, "active");
  EXPECT_EQ(services.at("lxcfs.service").invocation, "7ab318c4575441d2bd9349fe8e7bff13");
  EXPECT_EQ(services.at("pvedaemon.service").active, "inactive");
  EXPECT_EQ(services.at("pvedaemon.service").invocation, "");
}

TEST(ServiceList, ShowsARestart) {
  const std::string one = "systemctl show --property=Id,ActiveState,InvocationID qmeventd.service";
  const auto before = parse_services(recorded(kServicesRecorded, kServices).out);
  const auto after = parse_services(recorded(kServicesRecorded, one).out);
  EXPECT_EQ(after.at("qmeventd.service").active, "active");
  EXPECT_NE(after.at("qmeventd.service").invocation, before.at("qmeventd.service").invocation);
}

TEST(ServiceList, RefusesWhatIsNone) {
  EXPECT_THROW(parse_services("Failed to connect to bus\n"), HarnessError);
  EXPECT_THROW(parse_services("Id=lxcfs.service\n"), HarnessError);
  EXPECT_THROW(parse_services("ActiveState=active\n"), HarnessError);
}

// Container and VM, recorded while they ran.
TEST(GuestMemory, IsWhatPveBooksOnIt) {
  const Json lxc =
      recorded_json("node-vm/23-pct-second.txt",
                    "pvesh get /nodes/pve1/lxc/9001/status/current --output-format json");
  EXPECT_DOUBLE_EQ(parse_guest_memory_mib(lxc, GuestKind::kLxc), 31178752 / 1048576.0);
  const Json vm =
      recorded_json("node-quick/40-pvesh-chroot.txt",
                    "pvesh get /nodes/pve1/qemu/9000/status/current --output-format json");
  EXPECT_EQ(parse_guest_memory_mib(vm, GuestKind::kVm), 0);  // the lab's cgroups are make-believe
  EXPECT_THROW(parse_guest_memory_mib(lxc, GuestKind::kVm), HarnessError);
}

// The container of a whole run on a lab: the sampler's last line of the idle window, and then PVE.
TEST(GuestMemory, IsTheCgroupsWithoutPageCache) {
  const char* const file = "node-vm/61-memory-of-a-container.txt";
  const Json cgroup = recorded_json(file,
                                    "perl - --lines 11 --interval-ms 1000 --cgroup "
                                    "/sys/fs/cgroup/lxc/9001 | tail -n 1")
                          .at("cgroup");
  const double ours =
      (cgroup.at("current").get<double>() - cgroup.at("file").get<double>()) / 1048576;
  const Json theirs =
      recorded_json(file, "pvesh get /nodes/pve1/lxc/9001/status/current --output-format json");
  EXPECT_NEAR(parse_guest_memory_mib(theirs, GuestKind::kLxc), ours, 4);
}

TEST(GuestMemory, IsThatOfAGuestThatRuns) {
  EXPECT_THROW(parse_guest_memory_mib(Json{{"status", "stopped"}, {"mem", 0}}, GuestKind::kLxc),
               HarnessError);
  EXPECT_THROW(parse_guest_memory_mib(Json{{"status", "running"}}, GuestKind::kLxc), HarnessError);
  EXPECT_THROW(parse_guest_memory_mib(Json{{"status", "running"}, {"mem", -1}}, GuestKind::kLxc),
               HarnessError);
}

TEST(PackageList, LeavesOutWhatIsNotInstalled) {
  const auto packages = parse_pveversion(
      recorded("node-quick/54-pveversion-dummy-debs-chroot.txt", "pveversion -v").out);
  EXPECT_EQ(packages.at("proxmox-ve"), "9.2.0");
  EXPECT_EQ(packages.at("pve-manager"), "9.2.11");
  EXPECT_EQ(packages.at("lxcfs"), "6.0.4-1+deb13u1");
  EXPECT_EQ(packages.at(kRunningKernel), "6.18.44-lab");
  EXPECT_EQ(packages.count("ceph-fuse"), 0u);
  // proxmox-ve's own line, and that of a package that was removed but not purged.
  const auto rest = parse_pveversion(
      "proxmox-ve: not correctly installed (running kernel: 6.18.44-lab)\n"
      "pve-manager: 9.2.11 (running version: 9.2.11/14a22df35955d97d)\n"
      "proxmox-kernel-6.17: residual config\n");
  EXPECT_THAT(rest,
              ElementsAre(Pair("pve-manager", "9.2.11"), Pair(kRunningKernel, "6.18.44-lab")));
}

TEST(PackageList, NamesALineThatItCannotRead) {
  EXPECT_THAT(trouble_of([] { parse_pveversion("pve-manager: 9.2.2\nno colon here\n"); }),
              HasSubstr("no colon here"));
  EXPECT_THROW(parse_pveversion(""), HarnessError);
  EXPECT_THROW(parse_pveversion("pve-manager: \n"), HarnessError);
  EXPECT_THROW(parse_pveversion(": 9.2.2\n"), HarnessError);
}

TEST(NodeStatusReply, IsInMib) {
  const NodeStatus status = parse_node_status(recorded_json(
      "node-quick/40-pvesh-chroot.txt", "pvesh get /nodes/pve1/status --output-format json"));
  EXPECT_EQ(status.cpu_model, "AMD EPYC");
  EXPECT_EQ(status.cpus, 2);
  EXPECT_EQ(status.memory_total_mib, 25276510208 / 1024 / 1024);
  EXPECT_EQ(status.memory_available_mib, 21077225472 / 1024 / 1024);
  EXPECT_EQ(status.kernel, "6.18.44-lab");
}

TEST(NodeStatusReply, NamesWhatIsMissing) {
  const Json reply = {{"cpuinfo", {{"model", "x"}, {"cpus", 4}}}, {"memory", Json::object()}};
  EXPECT_THAT(trouble_of([&] { parse_node_status(reply); }),
              HasSubstr("memory: 'total' is missing"));
}

TEST(StorageReply, ListsContentAndSpace) {
  const auto storages = parse_storages(recorded_json(
      "node-quick/40-pvesh-chroot.txt", "pvesh get /nodes/pve1/storage --output-format json"));
  ASSERT_EQ(storages.size(), 2u);
  EXPECT_EQ(storages[0].name, "local-lvm");
  EXPECT_EQ(storages[0].type, "dir");
  EXPECT_THAT(storages[0].content, ElementsAre("images", "rootdir"));
  EXPECT_TRUE(storages[0].active);
  EXPECT_EQ(storages[0].available_bytes, 76550553600);
}

TEST(StorageReply, OfAnInactiveStorageHasNoSizes) {
  const auto storages = parse_storages(
      parse_json(R"([{"storage":"nfs","type":"nfs","content":"images","active":0}])"));
  EXPECT_FALSE(storages.at(0).active);
  EXPECT_EQ(storages.at(0).available_bytes, 0);
}

TEST(GuestList, HasBothKinds) {
  Json guests = Json::array();
  for (const Json& entry : recorded_json("node-vm/23-pct-second.txt",
                                         "pvesh get /cluster/resources --output-format json")) {
    if (entry.contains("vmid")) guests.push_back(entry);
  }
  const auto entries = parse_guests(guests);
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].vmid, Vmid(9000));
  EXPECT_EQ(entries[0].kind, GuestKind::kVm);
  EXPECT_EQ(entries[1].kind, GuestKind::kLxc);
  EXPECT_EQ(entries[1].name, "spike-lxc");
  EXPECT_EQ(entries[1].status, "running");
  EXPECT_EQ(entries[1].node, "pve1");
  EXPECT_THAT(entries[1].tags, ElementsAre("pve-accept"));
}

TEST(GuestList, TakesAGuestWhoseNameIsNotKnownYet) {
  const auto entries =
      parse_guests(recorded_json("node-quick/40-pvesh-chroot.txt",
                                 "pvesh get /cluster/resources --type vm --output-format json"));
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].name, "");
  EXPECT_EQ(entries[0].status, "unknown");
}

TEST(GuestList, OfAnEmptyNodeIsEmpty) { EXPECT_THAT(parse_guests(Json::array()), IsEmpty()); }

TEST(GuestList, RefusesAnUnknownKind) {
  EXPECT_THROW(
      parse_guests(parse_json(R"([{"vmid":100,"type":"openvz","node":"n","status":"running"}])")),
      HarnessError);
  EXPECT_THROW(parse_guests(parse_json(R"({"data":[]})")), HarnessError);
}

TEST(VolumeList, NamesTheOwnerWhereThereIsOne) {
  const auto templates = parse_volumes(
      recorded_json("node-quick/40-pvesh-chroot.txt",
                    "pvesh get /nodes/pve1/storage/local/content --output-format json"));
  ASSERT_EQ(templates.size(), 1u);
  EXPECT_EQ(templates[0].volid, "local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst");
  EXPECT_EQ(templates[0].vmid, std::nullopt);
  // PVE prints the number as a string for volumes of a volume group.
  const auto disks =
      parse_volumes(parse_json(R"([{"volid":"local-lvm:vm-9001-disk-0","vmid":"9001"}])"));
  EXPECT_EQ(disks.at(0).vmid, Vmid(9001));
}

TEST(TaskList, NamesTheGuestWhereThereIsOne) {
  const auto tasks =
      parse_tasks(recorded_json("node-quick/40-pvesh-chroot.txt",
                                "pvesh get /nodes/pve1/tasks --limit 2 --output-format json"));
  ASSERT_EQ(tasks.size(), 2U);
  EXPECT_EQ(tasks[0].type, "qmstart");
  EXPECT_EQ(tasks[0].vmid, Vmid(9000));
  for (const char* id : {"", "pve1", "7"}) {
    const auto other = parse_tasks(Json::array({{{"type", "srvreload"}, {"id", id}}}));
    EXPECT_EQ(other.at(0).vmid, std::nullopt) << id;
  }
}

TEST(TaskList, IsNotGuessedFromAnythingElse) {
  EXPECT_THROW(parse_tasks(Json(nullptr)), HarnessError);
  EXPECT_THROW(parse_tasks(Json::array({{{"id", "9000"}}})), HarnessError);
}

TEST(StorageOfDisks, IsActiveAndTakesThem) {
  EXPECT_TRUE(holds_disks({.name = "a", .content = {"rootdir"}, .active = true}));
  EXPECT_TRUE(holds_disks({.name = "a", .content = {"iso", "images"}, .active = true}));
  EXPECT_FALSE(holds_disks({.name = "a", .content = {"images"}, .active = false}));
  EXPECT_FALSE(holds_disks({.name = "a", .content = {"iso", "backup"}, .active = true}));
}

TEST(BridgeList, HasOnlyBridgesAndSaysWhichAreUp) {
  const auto bridges = parse_bridges(parse_json(R"([
      {"iface":"vmbr0","type":"bridge","active":1},
      {"iface":"vmbr1","type":"bridge"},
      {"iface":"vmbr2","type":"OVSBridge","active":1},
      {"iface":"eno1","type":"eth","active":1}])"));
  ASSERT_EQ(bridges.size(), 3u);
  EXPECT_EQ(bridges[0].name, "vmbr0");
  EXPECT_TRUE(bridges[0].active);
  EXPECT_EQ(bridges[1].name, "vmbr1");
  EXPECT_FALSE(bridges[1].active);
  EXPECT_EQ(bridges[2].name, "vmbr2");
}

TEST(ClusterNodeList, KnowsWhichNodeIsOnline) {
  const auto unknown = parse_cluster_nodes(
      recorded_json("node-quick/40-pvesh-chroot.txt", "pvesh get /nodes --output-format json"));
  ASSERT_EQ(unknown.size(), 1u);
  EXPECT_EQ(unknown[0].name, "pve1");
  EXPECT_EQ(unknown[0].status, "unknown");  // its status daemon did not run
  EXPECT_THROW(parse_cluster_nodes(parse_json(R"([{"status":"online"}])")), HarnessError);
}

TEST(Tags, AreSeparatedByAnythingThatPveTakes) {
  EXPECT_THAT(parse_tags("pve-accept;lab,x y"), ElementsAre("pve-accept", "lab", "x", "y"));
  EXPECT_THAT(parse_tags(""), IsEmpty());
}

TEST(Vmid, RefusesWhatPveRefuses) {
  EXPECT_THROW(Vmid(99), InputError);
  EXPECT_THROW(Vmid(1'000'000'000), InputError);
  EXPECT_EQ(fmt::format("{}", Vmid(9001)), "9001");
  EXPECT_LT(Vmid(100), Vmid(101));
}

constexpr const char* kBootId = "60ed5cbb-b5cf-4f7a-af4c-0e1b0a8a3a1e";

TEST(NodeFacts, ABootHasItsIdAndMayHaveAPin) {
  const NodeBoot boot = parse_boot(std::string(kBootId) + "\n");
  EXPECT_EQ(boot.id, kBootId);
  EXPECT_EQ(boot.pinned_kernel, std::nullopt);
  EXPECT_EQ(parse_boot(std::string(kBootId) + "\n7.0.2-6-pve\n").pinned_kernel, "7.0.2-6-pve");
  EXPECT_EQ(parse_boot(std::string(kBootId) + "\n7.0.2-6-pve\n6.17.13-2-pve\n").pinned_kernel,
            "7.0.2-6-pve")
      << "the pin for the next boot alone stands first";
  EXPECT_THROW(parse_boot(""), HarnessError);
  EXPECT_THROW(parse_boot("7.0.2-6-pve\n"), HarnessError);
}

TEST(NodeFacts, TheNextBootStartsThePinnedKernelElseTheNewest) {
  const auto kernels = parse_kernels(
      "System.map-7.0.2-6-pve\nconfig-7.0.2-6-pve\nefi\ngrub\ninitrd.img-7.0.2-6-pve\n"
      "vmlinuz-6.17.13-2-pve\nvmlinuz-7.0.10-1-pve\nvmlinuz-7.0.2-6-pve\n"
      "vmlinuz-7.9.9-1-pve.old\nvmlinuz-8.0.0-1-pve.dpkg-new\n");
  EXPECT_THAT(kernels, ElementsAre("6.17.13-2-pve", "7.0.10-1-pve", "7.0.2-6-pve"));
  EXPECT_EQ(next_kernel({.id = kBootId}, kernels), "7.0.10-1-pve");
  EXPECT_EQ(next_kernel({.id = kBootId, .pinned_kernel = "6.17.13-2-pve"}, kernels),
            "6.17.13-2-pve");
  EXPECT_EQ(next_kernel({.id = kBootId, .pinned_kernel = "5.4.1-1-pve"}, kernels), "7.0.10-1-pve")
      << "it was removed";
  EXPECT_THROW(parse_kernels("grub\ninitrd.img-7.0.2-6-pve\n"), HarnessError);
}

}  // namespace
}  // namespace pve_accept
