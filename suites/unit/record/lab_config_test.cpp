#include <gtest/gtest.h>

#include "suites/unit/matchers.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/record/record_testing.h"
#include "support/record/lab_fields.h"

namespace pve_accept {
namespace {

LabConfig lab(const char* text) { return LabConfig::parse(parse_json(text), "lab.json"); }

TEST(LabConfig, IsTheSpikesByDefault) {
  const LabConfig config = lab("{}");
  EXPECT_FALSE(config.node);
  EXPECT_EQ(config.storage, "local-lvm");
  EXPECT_EQ(config.bridge, "vmbr0");
  EXPECT_EQ(config.vmids.at(kLxc).vmid, 9001);
  EXPECT_EQ(config.vmids.at(kVm).vmid, 9000);
  EXPECT_EQ(config.memory_mib, 2048);
  EXPECT_EQ(config.docker_source, DockerSource::kOfficial);
  EXPECT_EQ(config.pgbench.duration, std::chrono::seconds(60));
  EXPECT_EQ(config.windows.settle_deadline, std::chrono::seconds(300));
}

TEST(LabConfig, ReadsEveryKey) {
  const LabConfig config = lab(R"({
    "node": "root@pve1:2222", "storage": "tank", "template_storage": "nfs", "bridge": "vmbr1",
    "vmids": {"lxc": "auto", "vm": 123}, "template": "local:vztmpl/debian-13-standard_13.6-1_amd64.tar.zst",
    "cloud_image": "/images/debian.qcow2", "cores": 4, "memory_mib": 4096, "disk_gib": 20,
    "docker_source": "distribution", "apt": {"proxy": "http://cache:3142", "mirror": "https://m/debian"},
    "images": {"source": "load", "directory": "/images"},
    "pgbench": {"scale": 1, "clients": 2, "seconds": 45},
    "windows": {"baseline_s": 10, "idle_s": 11, "load_lead_in_s": 6, "settle_s": 12,
                "settle_deadline_s": 13, "settle_tolerance_mib": 14, "max_ram_spread_mib": 15},
    "timeouts": {"command_s": 31, "create_s": 2, "ready_s": 3, "install_s": 4, "pull_s": 5},
    "resolve_name": "example.org"})");
  EXPECT_EQ(config.node, "root@pve1:2222");
  EXPECT_FALSE(config.vmids.at(kLxc).vmid);
  EXPECT_EQ(config.vmids.at(kVm).vmid, 123);
  EXPECT_EQ(config.docker_source, DockerSource::kDistribution);
  EXPECT_EQ(config.images.source, ImageSource::kLoad);
  EXPECT_EQ(config.windows.settle_tolerance_mib, 14);
  EXPECT_EQ(config.timeouts.pull, std::chrono::seconds(5));
  EXPECT_EQ(write_fields(LabConfig::parse(write_fields(config), "kept")), write_fields(config));
}

TEST(LabConfig, ReadsBackItsDefaults) {
  const Json kept = write_fields(LabConfig{});
  EXPECT_EQ(write_fields(LabConfig::parse(kept, "kept")), kept);
}

struct Mistake {
  const char* name;
  const char* lab;
  const char* complaint;
};

class BadLab : public testing::TestWithParam<Mistake> {};

TEST_P(BadLab, IsRefusedWithItsPath) {
  EXPECT_THAT(message_of<InputError>([] { lab(GetParam().lab); }),
              HasSubstr(std::string("lab.json: ") + GetParam().complaint));
}

constexpr Mistake kMistakes[] = {
    {"NoObject", "[]", "(top level): expected an object"},
    {"UnknownKey", R"({"strage": "local"})", "strage: unknown key; known here: node, storage"},
    {"UnknownKeyInside", R"({"windows": {"idle": 3}})", "windows/idle: unknown key"},
    {"WrongType", R"({"cores": "2"})", "cores: expected a whole number"},
    {"Fraction", R"({"cores": 1.5})", "cores: expected a whole number"},
    {"NoCores", R"({"cores": 0})", "cores: expected a whole number from 1 to 128"},
    {"NoRound", R"({"rounds": 0})", "rounds: expected a whole number from 1 to 100"},
    {"LittleMemory", R"({"memory_mib": 64})", "memory_mib: expected a whole number from 512"},
    {"SmallDisk", R"({"disk_gib": 1})", "disk_gib: expected a whole number from 4"},
    {"VmidTooSmall", R"({"vmids": {"lxc": 99}})", "vmids/lxc: expected a whole number from 100"},
    {"VmidIsAText", R"({"vmids": {"vm": "any"}})", "vmids/vm: expected a VMID"},
    {"VmidsEqual", R"({"vmids": {"lxc": 500, "vm": 500}})", "vmids: both guests have VMID 500"},
    {"NodeWithPassword", R"({"node": "root:pw@pve1"})", "node: expected sim, or [user@]host"},
    {"NodeWithOption", R"({"node": "-oProxyCommand=x"})", "node: expected sim, or [user@]host"},
    {"StorageWithBlank", R"({"storage": "a b"})", "storage: expected the name of a storage"},
    {"StorageWithOption", R"({"storage": "-x"})", "storage: expected the name of a storage"},
    {"LongBridge", R"({"bridge": "vmbr0123456789abc"})", "bridge: expected the name of a bridge"},
    {"Template", R"({"template": "debian-13"})", "template: expected a volume like"},
    {"RelativeImage", R"({"cloud_image": "debian.qcow2"})",
     "cloud_image: expected an absolute path"},
    {"ImageWithOptions", R"({"cloud_image": "/a,format=raw"})",
     "cloud_image: expected an absolute"},
    {"DockerSource", R"({"docker_source": "snap"})",
     "docker_source: expected one of official, distribution, preinstalled, found \"snap\""},
    {"Proxy", R"({"apt": {"proxy": "cache:3142"}})", "apt/proxy: expected a URL"},
    {"ProxyWithPassword", R"({"apt": {"proxy": "http://me:pw@cache"}})",
     "apt/proxy: expected a URL"},
    {"ProxyThatEndsItsQuote", R"({"apt": {"proxy": "http://c:1/\";Dir::Etc \"x"}})",
     "apt/proxy: expected a URL"},
    {"ProxyWithStatement", R"({"apt": {"proxy": "http://c/;x"}})", "apt/proxy: expected a URL"},
    {"ProxyWithComment", R"({"apt": {"proxy": "http://c/#x"}})", "apt/proxy: expected a URL"},
    {"ProxyWithOption", R"({"apt": {"proxy": "-x http://c"}})", "apt/proxy: expected a URL"},
    {"MirrorOfTwoLines", R"({"apt": {"mirror": "http://m/debian\nTrusted: yes"}})",
     "apt/mirror: expected a URL"},
    {"MirrorWithTwoWords", R"({"apt": {"mirror": "http://m/debian http://n"}})",
     "apt/mirror: expected a URL"},
    {"MirrorWithBackslash", R"({"apt": {"mirror": "http://m\\debian"}})",
     "apt/mirror: expected a URL"},
    {"MirrorOnDisk", R"({"apt": {"mirror": "file:/srv/debian"}})", "apt/mirror: expected a URL"},
    {"LessThanTheUsualTime", R"({"timeouts": {"command_s": 29}})",
     "timeouts/command_s: expected a whole number from 30"},
    {"LoadFromNowhere", R"({"images": {"source": "load"}})", "images: 'directory' is missing"},
    {"SettleDeadline", R"({"windows": {"settle_s": 60, "settle_deadline_s": 30}})",
     "(top level): windows/settle_deadline_s (30) is shorter"},
    {"NoTimeToMeasure", R"({"pgbench": {"seconds": 10}, "windows": {"load_lead_in_s": 8}})",
     "(top level): pgbench/seconds (10) leaves no time"},
    {"Password", R"({"password": "x"})",
     "password: no secret belongs in this file; keys come from "
     "the SSH agent or ~/.ssh/config"},
    {"PrivateKeyInside", R"({"apt": {"private_key": "x"}})", "apt/private_key: no secret"},
    {"TokenInList", R"({"nodes": [{"API_TOKEN": "x"}]})", "nodes/0/API_TOKEN: no secret"},
};

INSTANTIATE_TEST_SUITE_P(, BadLab, testing::ValuesIn(kMistakes),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(LabConfig, TakesTheTightestTimes) {
  lab(R"({"windows": {"settle_s": 60, "settle_deadline_s": 60}})");
  lab(R"({"pgbench": {"seconds": 10}, "windows": {"load_lead_in_s": 7}})");
}

TEST(LabConfig, TakesTheUrlsThatLabsHave) {
  for (const char* url :
       {"http://192.168.0.2:3142", "https://deb.example.org/debian/", "http://[fd00::2]:3142/",
        "http://cache/deb.debian.org/debian", "http://nexus:8081/repository/apt-proxy_1~x/"}) {
    const Json document = {{"apt", {{"proxy", url}, {"mirror", url}}}};
    EXPECT_EQ(LabConfig::parse(document, "lab.json").apt.mirror, url);
  }
}

TEST(LabConfig, GivesNoLessTimeThanTheSuiteNeeded) {
  const LabConfig::Timeouts timeouts = lab("{}").timeouts;
  EXPECT_EQ(timeouts.command, std::chrono::seconds(30));
  EXPECT_GE(timeouts.create, std::chrono::seconds(900));
  EXPECT_GE(timeouts.install, std::chrono::seconds(900));
  EXPECT_GE(timeouts.pull, std::chrono::seconds(900));
}

TEST(LabConfig, DoesNotRepeatASecret) {
  EXPECT_THAT(message_of<InputError>([] { lab(R"({"password": "hunter2"})"); }),
              Not(HasSubstr("hunter2")));
}

TEST(LabConfig, NamesAFileThatIsMissing) {
  EXPECT_THAT(message_of<InputError>([] { LabConfig::load("/nonexistent/lab.json"); }),
              HasSubstr("/nonexistent/lab.json: cannot be read"));
}

}  // namespace
}  // namespace pve_accept
