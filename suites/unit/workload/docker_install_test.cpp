#include "support/workload/docker_install.h"

#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "suites/unit/workload/scripted_guest.h"

namespace pve_accept {
namespace {

TEST(AptPolicy, NamesTheSourceOfTheInstalledVersion) {
  const PackageOrigin origin =
      parse_apt_policy(recorded("apt-policy.txt", "apt-cache policy libc6").out);
  EXPECT_EQ(origin.version, "2.36-9+deb12u14");
  EXPECT_EQ(origin.url, "http://deb.debian.org/debian");
  EXPECT_EQ(origin.suite, "bookworm/main");
}

TEST(AptPolicy, OfAVersionThatNoSourceHasNamesNone) {
  const PackageOrigin origin =
      parse_apt_policy(recorded("apt-policy.txt", "apt-cache policy curl").out);
  EXPECT_EQ(origin.version, "7.88.1-10+deb12u14");
  EXPECT_EQ(origin.url, "");
}

TEST(AptPolicy, OfDockersOwnRepositoryNamesItsChannel) {
  const PackageOrigin origin = parse_apt_policy(
      "docker-ce:\n"
      "  Installed: 5:29.5.3-1~debian.13~trixie\n"
      "  Candidate: 5:29.5.3-1~debian.13~trixie\n"
      "  Version table:\n"
      " *** 5:29.5.3-1~debian.13~trixie 500\n"
      "        500 https://download.docker.com/linux/debian trixie/stable amd64 Packages\n"
      "        100 /var/lib/dpkg/status\n");
  EXPECT_EQ(origin.url, "https://download.docker.com/linux/debian");
  EXPECT_EQ(origin.suite, "trixie/stable");
}

TEST(AptPolicy, OfAPackageThatIsNotInstalledIsAnError) {
  EXPECT_THROW(parse_apt_policy(recorded("apt-policy.txt", "apt-cache policy docker-ce").out),
               HarnessError);
  EXPECT_THROW(parse_apt_policy(recorded("apt-policy.txt", "apt-cache policy nosuchpackage").out),
               HarnessError);
}

class WorkloadInstall : public testing::Test {
 protected:
  // Notes every command and lets it succeed.
  WorkloadInstall() {
    ON_CALL(guest.shell, run(_)).WillByDefault([this](const Command& command) {
      lines.push_back(command_line(command.argv));
      if (!command.input.empty()) inputs.push_back(command.input);
      if (lines.back().find("apt-get") != std::string::npos) deadlines.push_back(command.deadline);
      if (lines.back().starts_with("dpkg-query")) {
        return recorded("dpkg-query.txt", dpkg_record);
      }
      const bool release = lines.back() == "cat /etc/os-release";
      return prints(release ? "ID=debian\nVERSION_ID=\"13\"\nVERSION_CODENAME=trixie\n" : "");
    });
  }

  MockGuest guest;
  std::vector<std::string> lines;
  std::vector<std::string> inputs;
  std::vector<Clock::Duration> deadlines;  // of apt-get
  const std::string dpkg_record =
      "dpkg-query -W -f '${db:Status-Status} ${Package}\\n' ca-certificates curl nosuch-a";
};

TEST_F(WorkloadInstall, FromDockersRepository) {
  install_docker(guest.shell, DockerSource::kOfficial, {.extra_packages = {"qemu-guest-agent"}});
  EXPECT_THAT(
      lines,
      ElementsAre(
          "cat /etc/os-release", "env DEBIAN_FRONTEND=noninteractive apt-get update -q",
          "env DEBIAN_FRONTEND=noninteractive apt-get install -y -q ca-certificates curl "
          "qemu-guest-agent",
          "install -d -m 0755 /etc/apt/keyrings",
          "curl -fsSL https://download.docker.com/linux/debian/gpg -o /etc/apt/keyrings/docker.asc",
          "install -D -m 0644 /dev/stdin /etc/apt/sources.list.d/docker.sources",
          "env DEBIAN_FRONTEND=noninteractive apt-get update -q",
          "env DEBIAN_FRONTEND=noninteractive apt-get install -y -q docker-ce docker-ce-cli "
          "containerd.io docker-buildx-plugin docker-compose-plugin"));
  EXPECT_THAT(inputs, ElementsAre(HasSubstr("Suites: trixie\n")));
}

TEST_F(WorkloadInstall, FromTheDistribution) {
  install_docker(guest.shell, DockerSource::kDistribution);
  EXPECT_EQ(lines.back(),
            "env DEBIAN_FRONTEND=noninteractive apt-get install -y -q docker.io docker-cli "
            "docker-compose");
}

TEST_F(WorkloadInstall, OfAPreparedImageOnlyLooks) {
  install_docker(guest.shell, DockerSource::kPreinstalled, {.extra_packages = {"ca-certificates"}});
  EXPECT_THAT(lines, ElementsAre("docker compose version --short",
                                 "dpkg-query -W -f '${db:Status-Status} ${Package}\\n' curl "
                                 "ca-certificates"));
}

TEST_F(WorkloadInstall, OfAPreparedImageAddsOnlyWhatIsMissing) {
  install_docker(guest.shell, DockerSource::kPreinstalled,
                 {.extra_packages = {"qemu-guest-agent"}});
  EXPECT_EQ(lines.back(),
            "env DEBIAN_FRONTEND=noninteractive apt-get install -y -q qemu-guest-agent");
}

TEST_F(WorkloadInstall, OfAPreparedImageWithoutDockerIsAnError) {
  EXPECT_CALL(guest.shell, run(CommandLine("docker compose version --short")))
      .WillOnce(Return(fails(127, "bash: line 1: docker: command not found\n")))
      .WillOnce(Return(fails(1, "docker: 'compose' is not a docker command.\n")));
  const auto trouble = [this] {
    return trouble_of([this] { install_docker(guest.shell, DockerSource::kPreinstalled); });
  };
  EXPECT_THAT(trouble(), AllOf(HasSubstr("the guest has no Docker"),
                               HasSubstr("put Docker and its Compose plugin into the")));
  EXPECT_THAT(trouble(), HasSubstr("the guest's Docker has no Compose plugin"));
}

TEST_F(WorkloadInstall, OfAPreparedImageDoesNotGuessWhatIsMissing) {
  EXPECT_CALL(guest.shell, run(CommandLineHas("dpkg-query")))
      .WillOnce(Return(fails(2, "dpkg-query: error: failed to open package info file\n")));
  EXPECT_THAT(trouble_of([this] { install_docker(guest.shell, DockerSource::kPreinstalled); }),
              HasSubstr("failed to open package info file"));
}

TEST_F(WorkloadInstall, GivesAptTheTimeOfTheLab) {
  install_docker(guest.shell, DockerSource::kOfficial, {.deadline = std::chrono::seconds(77)});
  EXPECT_THAT(deadlines, SizeIs(4));
  EXPECT_THAT(deadlines, testing::Each(std::chrono::seconds(77)));
}

TEST_F(WorkloadInstall, GoesThroughAProxyAndAMirror) {
  install_docker(guest.shell, DockerSource::kOfficial,
                 {.apt_proxy = "http://proxy:3142", .debian_mirror = "http://mirror/debian"});
  EXPECT_THAT(lines, Contains(HasSubstr("curl -x http://proxy:3142 -fsSL")));
  EXPECT_THAT(inputs, Contains(HasSubstr("Acquire::http::Proxy \"http://proxy:3142\";")));
  EXPECT_THAT(inputs, Contains(HasSubstr("URIs: http://mirror/debian\n"
                                         "Suites: trixie trixie-updates\n")));
}

TEST_F(WorkloadInstall, StopsAtTheStepThatFails) {
  EXPECT_CALL(guest.shell, run(CommandLineHas("apt-get update")))
      .WillOnce(Return(fails(100, "Temporary failure resolving 'deb.debian.org'\n")));
  EXPECT_CALL(guest.shell, run(CommandLineHas("apt-get install"))).Times(0);
  const std::string trouble =
      trouble_of([this] { install_docker(guest.shell, DockerSource::kOfficial); });
  EXPECT_THAT(trouble, HasSubstr("update the guest's package lists"));
  EXPECT_THAT(trouble, HasSubstr("Hint: the guest cannot reach the package source"));
}

// apt-get update warns of lists that it cannot fetch, and exits 0.
TEST_F(WorkloadInstall, BlamesTheNetworkForPackagesThatNoListKnows) {
  EXPECT_CALL(guest.shell, run(CommandLineHas("apt-get update")))
      .WillOnce(Return(CommandResult{
          .err = "W: Failed to fetch http://deb.debian.org/debian/dists/trixie/InRelease  "
                 "Temporary failure resolving 'deb.debian.org'\n"}));
  EXPECT_CALL(guest.shell, run(CommandLineHas("apt-get install")))
      .WillOnce(Return(fails(100, "E: Unable to locate package curl\n")));
  EXPECT_THAT(trouble_of([this] { install_docker(guest.shell, DockerSource::kDistribution); }),
              AllOf(HasSubstr("install curl"), HasSubstr("Temporary failure resolving"),
                    HasSubstr("Hint: the guest cannot reach the package source")));
}

TEST(InstalledDocker, IsLookedUpByItsSource) {
  MockGuest guest;
  CommandResult theirs = recorded("apt-policy.txt", "apt-cache policy libc6");
  theirs.out.replace(0, std::string("libc6").size(), "docker.io");
  guest.answers("apt-cache policy docker-ce",
                recorded("apt-policy.txt", "apt-cache policy docker-ce"));
  guest.answers("apt-cache policy docker.io", theirs);
  EXPECT_EQ(installed_origin(guest.shell, DockerSource::kDistribution).suite, "bookworm/main");
  EXPECT_EQ(installed_origin(guest.shell, DockerSource::kPreinstalled).suite, "bookworm/main");
  EXPECT_THROW(installed_origin(guest.shell, DockerSource::kOfficial), HarnessError);
  guest.answers("apt-cache policy docker.io", recorded("apt-policy.txt", "apt-cache policy curl"));
  EXPECT_THROW(installed_origin(guest.shell, DockerSource::kDistribution), HarnessError);
}

TEST_F(WorkloadInstall, UpgradesAllPackagesAndKeepsTheirConfiguration) {
  upgrade_packages(guest.shell, std::chrono::seconds(77));
  EXPECT_THAT(
      lines,
      ElementsAre("env DEBIAN_FRONTEND=noninteractive apt-get update -q",
                  "env DEBIAN_FRONTEND=noninteractive apt-get upgrade --with-new-pkgs -y "
                  "-q -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold"));
  EXPECT_THAT(deadlines, testing::Each(Clock::Duration(std::chrono::seconds(77))));
}

TEST_F(WorkloadInstall, DoesNotCallAGuestUpgradedThatReachesNoSource) {
  EXPECT_CALL(guest.shell, run(_))
      .WillOnce(Return(CommandResult{
          .err = "W: Failed to fetch http://deb.debian.org/debian/dists/trixie/InRelease  "
                 "Temporary failure resolving 'deb.debian.org'\n"}));
  EXPECT_THAT(
      message_of<HarnessError>([&] { upgrade_packages(guest.shell, std::chrono::seconds(77)); }),
      AllOf(HasSubstr("upgrade the guest's packages"), HasSubstr("Temporary failure resolving")));
}

}  // namespace
}  // namespace pve_accept
