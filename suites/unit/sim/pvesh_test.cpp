#include <set>

#include "suites/unit/matchers.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/recorded.h"
#include "suites/unit/sim/lab.h"

namespace pve_accept::sim_testing {
namespace {

constexpr const char* kReal = "node-quick/40-pvesh-chroot.txt";

Json get(Lab& lab, const std::string& path, const std::string& options = {}) {
  const CommandResult result = lab.run("pvesh get " + path + options + " --output-format json");
  EXPECT_EQ(result.exit_status, 0) << path << result.err;
  return parse_json(result.out);
}

std::set<std::string> keys(const Json& object) {
  std::set<std::string> names;
  for (const auto& [key, value] : object.items()) names.insert(key);
  return names;
}

TEST(SimPvesh, TellsTheVersion) {
  Lab lab;
  EXPECT_EQ(get(lab, "/version").at("release"), "9.2");
  EXPECT_EQ(keys(get(lab, "/version")),
            keys(recorded_json(kReal, "pvesh get /version --output-format json")));
}

TEST(SimPvesh, RepliesHaveTheRealFields) {
  Lab lab(recorded_node());
  lab.create_vm();
  lab.run("qm start 9000");
  for (const char* path : {"/nodes/pve1/qemu/9000/status/current", "/nodes/pve1/storage",
                           "/nodes/pve1/storage/local/content"}) {
    Json real = recorded_json(kReal, std::string("pvesh get ") + path + " --output-format json");
    Json ours = get(lab, path);
    if (real.is_array()) real = real.at(0), ours = ours.at(0);
    for (const std::string& key : keys(real)) {
      if (key == "clipboard") continue;
      ASSERT_TRUE(ours.contains(key)) << path << " " << key;
      EXPECT_EQ(ours.at(key).is_number(), real.at(key).is_number()) << path << " " << key;
    }
  }
}

TEST(SimPvesh, ConfigurationHasTheRealTypes) {
  Lab lab(recorded_node());
  lab.create_vm();
  const Json config = get(lab, "/nodes/pve1/qemu/9000/config");
  EXPECT_EQ(config.at("memory"), "2048");
  EXPECT_EQ(config.at("cores"), 2);
  EXPECT_EQ(config.at("agent"), "1");
  EXPECT_EQ(config.at("description"), "x");
  lab.create_lxc();
  const Json lxc = get(lab, "/nodes/pve1/lxc/9001/config");
  EXPECT_EQ(lxc.at("memory"), 2048);
  EXPECT_EQ(lxc.at("unprivileged"), 1);
}

TEST(SimPvesh, RawKeysOfContainersAreListed) {
  Lab lab(R"({"model":{"lxc":{"raw_config":{"lxc.apparmor.profile":"unconfined"}}}})");
  lab.start_lxc();
  const Json config = get(lab, "/nodes/sim-node/lxc/9001/config");
  EXPECT_EQ(config.at("lxc"), parse_json(R"([["lxc.apparmor.profile","unconfined"]])"));
  const std::string pid = get(lab, "/nodes/sim-node/lxc/9001/status/current").at("pid").dump();
  EXPECT_EQ(lab.run("cat /proc/" + pid + "/attr/current").out, "unconfined\n");
}

TEST(SimPvesh, AContainerIsConfinedAndMapped) {
  Lab lab;
  lab.start_lxc();
  const std::string pid = get(lab, "/nodes/sim-node/lxc/9001/status/current").at("pid").dump();
  EXPECT_THAT(lab.run("cat /proc/" + pid + "/attr/current").out, HasSubstr("lxc-9001_"));
  EXPECT_EQ(lab.run("cat /proc/" + pid + "/uid_map").out, "         0     100000      65536\n");
}

TEST(SimPvesh, ListsGuestsOfBothKinds) {
  Lab lab(R"({"model":{"guests":[{"vmid":101,"kind":"vm","name":"theirs","tags":"prod"}]}})");
  lab.create_lxc();
  lab.pass(10);
  const Json list = get(lab, "/cluster/resources", " --type vm");
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list.at(0).at("tags"), "prod");
  EXPECT_EQ(list.at(0).at("type"), "qemu");
  EXPECT_EQ(list.at(1).at("vmid"), 9001);
  EXPECT_EQ(list.at(1).at("status"), "stopped");
  EXPECT_EQ(lab.run("pvesh get /cluster/nextid").out, "100\n");
}

TEST(SimPvesh, ListsWhatPvestatdSawAtItsLastLook) {
  Lab lab;
  const auto listed = [&] { return get(lab, "/cluster/resources", " --type vm").at(0); };
  lab.create_lxc();
  const Json real = recorded_json("node-quick/40-pvesh-chroot.txt",
                                  "pvesh get /cluster/resources --type vm --output-format json");
  EXPECT_EQ(real.at(0).at("status"), "unknown");
  EXPECT_EQ(listed().at("status"), "unknown");
  EXPECT_EQ(keys(listed()), keys(real.at(0)));
  lab.pass(10);
  EXPECT_EQ(listed().at("status"), "stopped");
  lab.run("pct start 9001");
  EXPECT_EQ(listed().at("status"), "stopped");
  lab.pass(10);
  EXPECT_EQ(listed().at("status"), "running");
}

// By $PVE_MACHINE_VERSION of qemu-server's own Machine.pm.
TEST(SimPvesh, AVmRunsTheNewestMachineOfQemuAndQemuServer) {
  const auto machine_with = [](const char* qemu, const char* qemu_server) {
    Lab lab(fmt::format(
        R"({{"model":{{"node":{{"packages":{{"pve-qemu-kvm":"{}","qemu-server":"{}"}}}}}}}})", qemu,
        qemu_server));
    lab.start_vm();
    return get(lab, "/nodes/sim-node/qemu/9000/status/current").at("running-machine");
  };
  EXPECT_EQ(machine_with("11.0.0-3", "9.1.15"), "pc-i440fx-11.0+pve0");
  EXPECT_EQ(machine_with("11.0.0-3", "9.1.18"), "pc-i440fx-11.0+pve1");
  EXPECT_EQ(machine_with("11.0.2-1", "9.2.6"), "pc-i440fx-11.0+pve2");
  EXPECT_EQ(machine_with("10.0.2-4", "9.0.19"), "pc-i440fx-10.0+pve0");
  EXPECT_EQ(machine_with("10.0.2-4", "9.1.15"), "pc-i440fx-10.0+pve1");
}

TEST(SimPvesh, InterfacesOfAContainerLookAsTheyDoThere) {
  Lab lab;
  lab.start_lxc();
  const Json interfaces = get(lab, "/nodes/sim-node/lxc/9001/interfaces");
  EXPECT_EQ(interfaces.at(0),
            parse_json(R"({"hardware-address":"00:00:00:00:00:00","hwaddr":"00:00:00:00:00:00",
              "inet":"127.0.0.1/8","inet6":"::1/128","ip-addresses":[
                {"ip-address":"127.0.0.1","ip-address-type":"inet","prefix":"8"},
                {"ip-address":"::1","ip-address-type":"inet6","prefix":"128"}],"name":"lo"})"));
  EXPECT_EQ(keys(interfaces.at(1)), keys(interfaces.at(0)));
}

TEST(SimPvesh, ListsTheTasksThatAreAtWork) {
  Lab lab(R"({"model":{"tasks":[{"type":"vzcreate","vmid":9001,"ends_s":30}]}})");
  const Json at_work = get(lab, "/nodes/sim-node/tasks", " --source active");
  Json real = recorded_json(kReal, "pvesh get /nodes/pve1/tasks --limit 2 --output-format json");
  real.at(0).erase("endtime");  // it has not ended
  ASSERT_EQ(at_work.size(), 1U);
  EXPECT_EQ(keys(at_work.at(0)), keys(real.at(0)));
  EXPECT_EQ(at_work.at(0).at("id"), "9001");
  EXPECT_EQ(at_work.at(0).at("status"), "RUNNING");
  lab.pass(30);
  EXPECT_EQ(get(lab, "/nodes/sim-node/tasks", " --source active"), Json::array());
}

TEST(SimPvesh, AnUnfinishedGuestHasNothingButItsLock) {
  Lab lab(R"({"model":{"guests":[{"vmid":9001,"kind":"lxc","unfinished":true}]}})");
  EXPECT_EQ(keys(get(lab, "/nodes/sim-node/lxc/9001/config")),
            (std::set<std::string>{"digest", "lock"}));
  EXPECT_EQ(lab.run("pct destroy 9001 --purge").err, "CT is locked (create)\n");
  EXPECT_EQ(lab.run("pct unlock 9001").exit_status, 0);
  EXPECT_EQ(lab.run("pct destroy 9001 --purge").exit_status, 0);
  EXPECT_EQ(get(lab, "/cluster/resources", " --type vm"), Json::array());
}

TEST(SimPvesh, FailsAsTheRealTool) {
  Lab lab(recorded_node());
  lab.run("qm create 9000 --agent 1");
  for (const char* line :
       {"pvesh get /nodes/pve1/lxc/9999/status/current --output-format json",
        "pvesh get /nodes/nope/status --output-format json", "pvesh get /nope"}) {
    const CommandResult real = recorded(kReal, line), ours = lab.run(line);
    EXPECT_EQ(ours.exit_status, real.exit_status) << line;
    EXPECT_EQ(ours.err, real.err) << line;
  }
}

TEST(SimStorage, StatusAndListsAreLaidOutAsTheRealOnes) {
  Scenario scenario = recorded_node();
  scenario.model.storages.at(0).total_kib = 20466256;
  scenario.model.storages.at(0).used_kib = 1406764;
  scenario.model.storages.at(1).total_kib = 27262976;
  Lab lab(scenario);
  const std::string file = "node-vm/10-empty-node.txt";
  expect_as_recorded(lab, file,
                     {"pvesm status --storage local-lvm", "pvesm status --storage nope",
                      "pvesm list local-lvm", "pvesm list nope"});
  const std::string list = lab.run("pvesm list local").out;
  EXPECT_EQ(list, recorded("node-vm/20-pct-lifecycle.txt", "pvesm list local").out);
  EXPECT_EQ(lab.run("pveam list local").out,
            recorded("node-vm/20-pct-lifecycle.txt", "pveam list local").out);
}

TEST(SimStorage, AVolumeThatNoConfigurationNamesOutlivesTheGuest) {
  Lab lab(R"({"model":{"volumes":[{"name":"vm-9001-disk-7","vmid":9001}]}})");
  lab.create_lxc();
  lab.run("pct destroy 9001 --purge");
  const std::string path = "/nodes/sim-node/storage/local-lvm/content";
  ASSERT_EQ(get(lab, path).size(), 1U);
  const CommandResult freed = lab.run("pvesm free local-lvm:vm-9001-disk-7");
  EXPECT_EQ(freed.exit_status, 0);
  EXPECT_EQ(freed.out,
            "  Logical volume \"vm-9001-disk-7\" successfully removed.\n"
            "Removed volume 'local-lvm:vm-9001-disk-7'\n");
  EXPECT_EQ(get(lab, path), Json::array());
}

TEST(SimStorage, FreeRefusesWhatItCannotParse) {
  Lab lab;
  EXPECT_EQ(lab.run("pvesm free nope:vm-1-disk-0").err, "storage 'nope' does not exist\n");
  EXPECT_EQ(lab.run("pvesm free vm-1-disk-0").exit_status, 255);
  EXPECT_EQ(lab.run("pvesm free local:vm-1-disk-0").err,
            recorded("node-quick/50-misc-env-chroot.txt", "pvesm free local-lvm:vm-1-disk-0").err);
}

TEST(SimStorage, AnUnknownTemplateIsNotDownloaded) {
  Lab lab;
  const std::string line = "pveam download local debian-13-standard_12.0-1_amd64.tar.zst";
  const CommandResult result = lab.run(line);
  EXPECT_EQ(result.exit_status, 255);
  EXPECT_EQ(result.err, recorded("node-quick/52-pveam-real-index.txt",
                                 "pveam download local debian-13-standard_13.1-2_amd64.tar.zst")
                            .err);
}

TEST(SimStorage, TheIndexPublishesTheSumOfTheTemplate) {
  Lab lab;
  const std::string path =
      lab.run("pvesm path local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst").out;
  const std::string sum =
      lab.run("sha512sum " + path.substr(0, path.size() - 1)).out.substr(0, 128);
  const std::string index = lab.run("cat /var/lib/pve-manager/apl-info/download.proxmox.com").out;
  EXPECT_THAT(index, HasSubstr("\nPackage: debian-13-standard\nVersion: 13.1-2\nType: lxc\n"));
  EXPECT_THAT(index, HasSubstr("sha512sum: " + sum));
  Lab bad(R"({"model":{"templates":[
      {"file":"debian-13-standard_13.1-2_amd64.tar.zst","size":1,"sha512sum":"00"}]}})");
  EXPECT_THAT(bad.run("sha512sum " + path.substr(0, path.size() - 1)).out, HasSubstr("00  /var"));
}

TEST(SimImages, InfoAndCheckAreLaidOutAsTheRealOnes) {
  Scenario scenario;
  scenario.model.cloud_image.path = "a.qcow2";
  Lab lab(scenario);
  const Json real = recorded_json("qemu-img-10.txt", "qemu-img info --output=json a.qcow2");
  const Json ours = parse_json(lab.run("qemu-img info --output=json a.qcow2").out);
  EXPECT_EQ(keys(ours), keys(real));
  EXPECT_EQ(ours.at("format-specific"), real.at("format-specific"));
  EXPECT_EQ(keys(parse_json(lab.run("qemu-img check --output=json a.qcow2").out)),
            keys(recorded_json("node-quick/60-conformance.txt",
                               "qemu-img check --output=json /var/lib/vz/template/qcow2/"
                               "debian-13-genericcloud-amd64.qcow2")));
  EXPECT_EQ(lab.run("qemu-img info --output=json missing.qcow2").err,
            recorded("qemu-img-10.txt", "qemu-img info missing.qcow2").err);
}

TEST(SimImages, ADamagedImageIsFound) {
  Lab lab(R"({"model":{"cloud_image":{"corruptions":3}}})");
  const CommandResult result = lab.run(
      "qemu-img check --output=json /var/lib/vz/template/qcow2/"
      "debian-13-genericcloud-amd64.qcow2");
  EXPECT_EQ(result.exit_status, 2);
  EXPECT_EQ(parse_json(result.out).at("corruptions"), 3);
}

TEST(SimNode, PackagesAreTheSpikes) {
  Lab lab;
  const std::string text = lab.run("pveversion -v").out;
  for (const char* line :
       {"proxmox-ve: 9.2.0 (running kernel: 7.0.2-6-pve)\n", "proxmox-kernel-7.0: 7.0.2-6\n",
        "pve-manager: 9.2.2 (running version: 9.2.2/", "pve-qemu-kvm: 11.0.0-3\n",
        "lxcfs: 7.0.0-pve1\n", "criu: 4.1.1-1\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_EQ(lab.run("pveversion extra").exit_status, 255);
}

TEST(SimNode, KernelMessagesAreFoundByTimeAndPattern) {
  Lab lab(R"({"model":{"node":{"kernel_messages":["audit: apparmor=\"DENIED\" x", "eth0 up"]}}})");
  const std::string all = "journalctl -k -o json --quiet --no-pager --since @1780822200 -g ";
  const CommandResult before = lab.run(all + "DENIED");
  EXPECT_EQ(before.exit_status, 1);
  EXPECT_EQ(before.out, "");
  lab.start_lxc();
  const CommandResult after = lab.run(all + "DENIED");
  EXPECT_EQ(after.exit_status, 0);
  EXPECT_THAT(parse_json(after.out).at("MESSAGE").get<std::string>(), HasSubstr("DENIED"));
  EXPECT_EQ(lab.run(all + "Denied").exit_status, 1);  // a capital letter: case counts
  EXPECT_EQ(
      lab.run("journalctl -k -o json --quiet --no-pager --since @1780999999 -g DENIED").exit_status,
      1);
}

}  // namespace
}  // namespace pve_accept::sim_testing
