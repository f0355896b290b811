#include "support/workload/guest_system.h"

#include <fmt/format.h>

#include "suites/unit/matchers.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/workload/scripted_guest.h"

namespace pve_accept {
namespace {

TEST(OsReleaseFile, NamesVersionAndCodename) {
  const OsRelease release =
      parse_os_release(recorded("debian-12-tools.txt", "cat /etc/os-release").out);
  EXPECT_EQ(release.version_id, "12");
  EXPECT_EQ(release.debian_release(), "12");
  EXPECT_EQ(release.version_codename, "bookworm");
}

TEST(OsReleaseFile, WithoutCodenameIsAnError) {
  EXPECT_THROW(parse_os_release("ID=debian\nVERSION_ID=\"13\"\n"), HarnessError);
  EXPECT_THROW(parse_os_release("VERSION_CODENAME=trixie\nVERSION_ID=\"13\"\n"), HarnessError);
  EXPECT_EQ(
      parse_os_release("ID=fedora\nVERSION_ID=13\nVERSION_CODENAME=goddard\n").debian_release(),
      "fedora 13");
  EXPECT_THROW(parse_os_release(""), HarnessError);
  EXPECT_THAT(trouble_of([] { parse_os_release("nonsense\n"); }), HasSubstr("nonsense"));
}

TEST(FailedUnits, AreNamed) {
  EXPECT_THAT(parse_failed_units(in_guest("systemctl --failed --no-legend --plain").out),
              ElementsAre("sys-kernel-config.mount", "sys-kernel-debug.mount",
                          "systemd-networkd-wait-online.service"));
  EXPECT_THAT(parse_failed_units(""), IsEmpty());
}

TEST(FailedUnits, NameALineThatIsNoUnit) {
  EXPECT_THAT(trouble_of([] { parse_failed_units("0 loaded units listed.\n"); }),
              HasSubstr("0 loaded units listed."));
  EXPECT_THROW(parse_failed_units("ssh.service loaded failed\n"), HarnessError);
  EXPECT_THROW(parse_failed_units("ssh loaded failed failed OpenBSD SSH server\n"), HarnessError);
}

TEST(FailedUnits, AreInThatState) {
  EXPECT_THROW(parse_failed_units("ssh.service loaded active running OpenBSD SSH server\n"),
               HarnessError);
}

TEST(AnotherHost, HasAnAddressThatAHostCanHave) {
  for (const char* address : {"146.75.118.132", "192.168.0.1", "2a04:4e42::644", "fe80::1"}) {
    EXPECT_TRUE(is_of_another_host(address)) << address;
  }
  for (const char* address : {"0.0.0.0", "127.0.0.1", "255.255.255.255", "::", "::1", "ff02::1"}) {
    EXPECT_FALSE(is_of_another_host(address)) << address;
  }
  EXPECT_THROW(is_of_another_host("deb.debian.org"), HarnessError);
}

TEST(GuestMemoryFile, HasTheTotal) {
  const GuestMemory memory = parse_guest_memory(recorded("proc.txt", "cat /proc/meminfo").out);
  EXPECT_EQ(memory.total_kib, 24684092);
  EXPECT_EQ(memory.total_mib(), 24105);
}

TEST(GuestMemoryFile, WithoutFiguresIsAnError) {
  EXPECT_THROW(parse_guest_memory(""), HarnessError);
  EXPECT_THROW(parse_guest_memory("MemAvailable: 2097152 kB\n"), HarnessError);
  EXPECT_THROW(parse_guest_memory("MemTotal: x kB\nMemAvailable: 1 kB\n"), HarnessError);
  EXPECT_THROW(parse_guest_memory("MemTotal: 2 GB\n"), HarnessError);
  EXPECT_THROW(parse_guest_memory("MemTotal: 0 kB\n"), HarnessError);
  EXPECT_THROW(parse_guest_memory("MemTotal: 2097152\n"), HarnessError);
}

TEST(CpuInfoFile, HasABlockForEachCpu) {
  EXPECT_EQ(parse_cpus(recorded("proc.txt", "cat /proc/cpuinfo").out), 2);
  for (const char* text : {"", "model name\t: x\n", "Processor : 0\n"}) {
    EXPECT_THROW(parse_cpus(text), HarnessError) << text;
  }
}

TEST(MemoryEventsFile, HasTheKills) {
  EXPECT_EQ(parse_oom_kills(
                recorded("docker-in-lxc.txt", "cat /sys/fs/cgroup/lxc/9001/memory.events").out),
            1);
}

TEST(MemoryEventsFile, WithoutKillsIsAnError) {
  for (const char* text :
       {"", "oom 2\n", "oom_kill\n", "oom_kill x\n", "oom_kill -1\n", "oom_group_kill 0\n"}) {
    EXPECT_THROW(parse_oom_kills(text), HarnessError) << text;
  }
}

TEST(FileSystemReply, IsInBytes) {
  const FileSystemUsage usage =
      parse_df(recorded("proc.txt", "df -B1 --output=source,size,used,avail,pcent,target /").out);
  EXPECT_EQ(usage.used_bytes, 30404714496);
  EXPECT_NEAR(usage.used_gib(), 28.32, 0.01);
}

TEST(DebianVersion, IsOfTheReleaseThatTheSystemNames) {
  const OsRelease trixie{.id = "debian", .version_id = "13", .version_codename = "trixie"};
  require_agreement(trixie, "13.1");
  require_agreement(trixie, "13");
  require_agreement({.id = "ubuntu", .version_id = "26.04", .version_codename = "resolute"},
                    "forky/sid");
  for (const char* other : {"12.11", "1.3", "131.1", ""}) {
    EXPECT_THROW(require_agreement(trixie, other), HarnessError) << other;
  }
}

TEST(FileSystemReply, ThatIsNotOneLineIsAnError) {
  EXPECT_THROW(parse_df(""), HarnessError);
  EXPECT_THROW(parse_df("Filesystem 1B-blocks Used Avail Use% Mounted on\n"), HarnessError);
  EXPECT_THROW(parse_df("header\n/dev/sda1 1 x 1 1% /\n"), HarnessError);
}

TEST(FileSystemReply, SaysOfWhatItIs) {
  const std::string header = "Filesystem 1B-blocks Used Avail Use% Mounted on\n";
  EXPECT_EQ(parse_df(header + "/dev/sda1 100 60 30 67% /\n").source, "/dev/sda1");
  EXPECT_THROW(parse_df(header + "/dev/sda1 100 60 30 67% /var\n"), HarnessError);
  EXPECT_THROW(parse_df(header + "/dev/sda1 100 160 0 100% /\n"), HarnessError);
  EXPECT_THROW(parse_df(header + "/dev/sda1 100 -6 30 67% /\n"), HarnessError);
  EXPECT_THROW(parse_df(header + "/dev/sda1 0 0 0 - /\n"), HarnessError);
  EXPECT_THROW(parse_df("Filesystem 1K-blocks Used Avail Use% Mounted on\n/dev/sda1 9 6 3 6% /\n"),
               HarnessError);
}

TEST(FileSystemReply, FitsTheDiskThatItIsOn) {
  const auto on = [](const char* source, double size_gib) {
    return FileSystemUsage{.source = source,
                           .size_bytes = static_cast<std::int64_t>(size_gib * (1 << 30))}
        .misfit(10, "tank:subvol-9001-disk-0");
  };
  EXPECT_EQ(on("/dev/sda1", 9.7), "");
  EXPECT_EQ(on("rpool/data/subvol-9001-disk-0", 10), "");
  EXPECT_THAT(on("tmpfs", 9.7), HasSubstr("on tmpfs, which is no disk"));
  EXPECT_THAT(on("rpool/data/subvol-9000-disk-0", 10), HasSubstr("no disk"));
  EXPECT_THAT(on("/dev/sda1", 2.9), HasSubstr("of 2.90 GiB, its disk has 10.00 GiB"));
  EXPECT_THAT(on("/dev/sda1", 10.1), HasSubstr("its disk has 10.00 GiB"));
}

// A container sees the node's boot id, which stays; the init of a VM starts at the same tick of
// each boot.
TEST(BootMark, DiffersAfterEachBoot) {
  const auto mark = [](const char* id, const char* started) {
    return parse_boot_mark(
        fmt::format("{}\n1 (systemd (pid 1)) S 0 1 1 0 -1 4194560 14025 1002713 93 2011 21 76 2291 "
                    "745 20 0 1 0 {} 23900160 3382\n",
                    id, started));
  };
  const char* id = "2c5e9f41-0b9c-4d8c-9c3f-5b7f0c6f1a11";
  EXPECT_EQ(mark(id, "25920150"), std::string(id) + " 25920150");
  EXPECT_NE(mark(id, "25920150"), mark(id, "25931000"));
  EXPECT_NE(mark(id, "1"), mark("7d0a4a55-8f7b-4d5e-bb53-3f3d2d8f6c02", "1"));
  EXPECT_THROW(mark("", "1"), HarnessError);
  EXPECT_THROW(mark("2c5e9f41", "1"), HarnessError);
  EXPECT_THROW(mark(id, "x"), HarnessError);
  EXPECT_THROW(parse_boot_mark(""), HarnessError);
}

// Two PID namespaces of one kernel, one after the other, as containers have.
TEST(BootMark, OfAContainerIsAnotherInTheSameBootOfItsKernel) {
  const std::string command = "cat /proc/sys/kernel/random/boot_id /proc/1/stat";
  const auto mark = [&](int nth) {
    return parse_boot_mark(recorded("boot-mark.txt", command, nth).out);
  };
  EXPECT_EQ(mark(0).substr(0, 36), mark(1).substr(0, 36));
  EXPECT_NE(mark(0), mark(1));
}

TEST(SystemdVersion, IsThePackages) {
  EXPECT_EQ(parse_systemd_version(recorded("debian-12-tools.txt", "systemctl --version").out),
            "252.38-1~deb12u1");
  EXPECT_EQ(parse_systemd_version("systemd 257\n"), "257");
  EXPECT_THROW(parse_systemd_version(""), HarnessError);
  EXPECT_THROW(parse_systemd_version("bash: systemctl: command not found"), HarnessError);
}

TEST(PackageVersions, AreThoseOfInstalledPackages) {
  const std::string line =
      "dpkg-query -W -f '${db:Status-Status} ${Package} ${Version}\\n' apparmor libc6 systemd "
      "cloud-init";
  MockGuest guest;
  guest.answers(line, recorded("facts.txt", line));
  const std::map<std::string, std::string> expected = {{"libc6", "2.36-9+deb12u14"},
                                                       {"systemd", "252.39-1~deb12u2"}};
  GuestSystem system(guest.shell);
  EXPECT_EQ(system.package_versions({"apparmor", "libc6", "systemd", "cloud-init"}), expected);
  guest.answers(line, fails(1, "dpkg-query: error: parsing file '/var/lib/dpkg/status'"));
  EXPECT_THROW(system.package_versions({"apparmor", "libc6", "systemd", "cloud-init"}),
               HarnessError);
  EXPECT_THROW(parse_package_versions("installed libc6"), HarnessError);
  EXPECT_THROW(parse_package_versions("bash: line 1: dpkg-query: command not found"), HarnessError);
}

TEST(KernelRelease, IsOneWord) {
  MockGuest guest;
  guest.answers("uname -r", prints("6.12.90+deb13-cloud-amd64\n"));
  EXPECT_EQ(GuestSystem(guest.shell).kernel_release(), "6.12.90+deb13-cloud-amd64");
  guest.answers("uname -r", prints(""));
  EXPECT_THROW(GuestSystem(guest.shell).kernel_release(), HarnessError);
}

TEST(CloudInitReply, TellsWarningsFromFailures) {
  const Json warned = parse_json(
      R"({"status":"done","errors":[],"recoverable_errors":{"WARNING":["no module named x"]}})");
  const CloudInit recovered = parse_cloud_init(warned, 2);
  EXPECT_FALSE(recovered.failed);
  EXPECT_THAT(recovered.errors, IsEmpty());
  const CloudInit broken =
      parse_cloud_init(parse_json(R"({"status":"error","errors":["no datasource"]})"), 1);
  EXPECT_TRUE(broken.failed);
  EXPECT_THAT(broken.errors, ElementsAre("no datasource"));
  EXPECT_FALSE(parse_cloud_init(Json{{"status", "done"}}, 0).failed);
  EXPECT_THROW(parse_cloud_init(Json::object(), 0), HarnessError);
}

class WorkloadGuestSystem : public testing::Test {
 protected:
  MockGuest guest;
  GuestSystem system{guest.shell};
};

TEST_F(WorkloadGuestSystem, MayBootDegraded) {
  guest.answers("systemctl is-system-running --wait", in_guest("systemctl is-system-running"));
  EXPECT_EQ(system.wait_until_booted(), "degraded");
  guest.answers("systemctl is-system-running --wait", fails(1, "Failed to connect to bus\n"));
  EXPECT_THROW(system.wait_until_booted(), HarnessError);
}

// What could not be asked prints nothing too.
TEST_F(WorkloadGuestSystem, BelievesAListThatAgreesWithTheState) {
  const CommandResult list = in_guest("systemctl --failed --no-legend --plain");
  const CommandResult complaint{.err = "Failed to list units: Connection timed out\n"};
  const auto failed = [&](const CommandResult& units, const CommandResult& state) {
    guest.answers("systemctl --failed --no-legend --plain", units);
    guest.answers("systemctl is-system-running", state);
    return system.failed_units();
  };
  EXPECT_EQ(failed(list, fails(1, "", "degraded\n")).size(), 3u);
  EXPECT_THAT(failed(prints(""), prints("running\n")), IsEmpty());
  EXPECT_EQ(failed(list, fails(1, "", "maintenance\n")).size(), 3u);
  EXPECT_THROW(failed(complaint, fails(1, "", "degraded\n")), HarnessError);
  EXPECT_THROW(failed(list, prints("running\n")), HarnessError);
  EXPECT_THROW(failed(list, fails(1, "Failed to connect to bus\n", "unknown\n")), HarnessError);
}

TEST_F(WorkloadGuestSystem, HasARouteOrNot) {
  const std::string route = "ip -j route show default";
  guest.answers(route, recorded("debian-12-tools.txt", route));
  EXPECT_TRUE(system.has_default_route());
  for (const char* none : {"[]\n", R"([{"type":"unreachable","dst":"default","dev":"lo"}])",
                           R"([{"dst":"default","dev":"eth0","flags":["linkdown"]}])"}) {
    guest.answers(route, prints(none));
    EXPECT_FALSE(system.has_default_route()) << none;
  }
  guest.answers(route, prints("[{}]"));
  EXPECT_THROW(system.has_default_route(), HarnessError);
  guest.answers(route, prints(""));
  EXPECT_THROW(system.has_default_route(), HarnessError);
}

TEST_F(WorkloadGuestSystem, ResolvesANameOrNot) {
  guest.answers("getent hosts localhost",
                recorded("debian-12-tools.txt", "getent hosts localhost"));
  EXPECT_FALSE(system.resolves("localhost"));
  guest.answers("getent hosts deb.debian.org",
                prints("2a04:4e42::644  debian.map.fastlydns.net deb.debian.org\n"));
  EXPECT_TRUE(system.resolves("deb.debian.org"));
  guest.answers("getent hosts deb.debian.org", prints("0.0.0.0         deb.debian.org\n"));
  EXPECT_FALSE(system.resolves("deb.debian.org"));
  guest.answers("getent hosts nosuch.invalid",
                recorded("debian-12-tools.txt", "getent hosts nosuch.invalid"));
  EXPECT_FALSE(system.resolves("nosuch.invalid"));
  EXPECT_THROW(system.resolves("other"), HarnessError);  // getent is missing: 127
}

TEST_F(WorkloadGuestSystem, WaitsForCloudInit) {
  const std::string wait = "cloud-init status --wait --format json";
  guest.answers(wait, fails(2, "", R"({"status":"done","recoverable_errors":{}})"));
  EXPECT_FALSE(system.wait_for_cloud_init().failed);
  guest.answers(wait, fails(127, "cloud-init: not found\n"));
  EXPECT_THROW(system.wait_for_cloud_init(), HarnessError);
}

TEST_F(WorkloadGuestSystem, SaysWhatBecameOfAUnit) {
  guest.answers("systemctl is-active docker", fails(3, "", "failed\n"));
  EXPECT_EQ(system.unit_state("docker"), "failed");
  guest.answers("systemctl is-active docker", fails(127, "systemctl: command not found\n"));
  EXPECT_THROW(system.unit_state("docker"), HarnessError);
}

// An exit status says nothing of it.
TEST_F(WorkloadGuestSystem, RestartsAUnitOrSaysThatItDidNot) {
  const std::string show = "systemctl show --property=InvocationID --value docker";
  guest.answers(show, prints("4f1d\n"));
  guest.answers("systemctl restart docker", prints(""));
  EXPECT_THAT(trouble_of([this] { system.restart_unit("docker"); }),
              HasSubstr("it was not started anew"));
  EXPECT_CALL(guest.shell, run(CommandLine("systemctl restart docker")))
      .WillOnce([&](const Command&) {
        guest.answers(show, prints("b07a\n"));
        return fails(1, "Job for docker.service failed.\n");
      });
  EXPECT_EQ(system.restart_unit("docker").exit_status, 1) << "what came of it is another question";
  guest.answers(show, prints("\n"));
  EXPECT_THAT(trouble_of([this] { system.restart_unit("docker"); }), HasSubstr("it never was"));
}

TEST_F(WorkloadGuestSystem, KnowsItsRelease) {
  guest.answers("cat /etc/debian_version", prints("13.1\n"));
  EXPECT_EQ(system.debian_version(), "13.1");
  guest.answers("cat /etc/debian_version", prints("\n"));
  EXPECT_THROW(system.debian_version(), HarnessError);
}

}  // namespace
}  // namespace pve_accept
