#include "support/workload/docker_install.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "support/base/contains.h"
#include "support/base/reply.h"
#include "support/workload/guest_system.h"
#include "support/workload/network_trouble.h"

namespace pve_accept {
namespace {

constexpr const char* kKeyring = "/etc/apt/keyrings/docker.asc";
constexpr std::chrono::seconds kLookDeadline{60};

using Packages = std::vector<std::string>;

const Packages kOfficialPackages = {"docker-ce", "docker-ce-cli", "containerd.io",
                                    "docker-buildx-plugin", "docker-compose-plugin"};
const Packages kDistributionPackages = {"docker.io", "docker-cli", "docker-compose"};

constexpr const char* kOutOfReach =
    "the guest cannot reach the package source: see its route, proxy and DNS; in a lab without "
    "internet all packages are in the images, and docker_source is preinstalled";

// Runs a step of the installation; `trouble` is what an earlier one said about the network.
CommandResult step(Shell& guest, const Command& command, std::string_view attempted,
                   std::string_view trouble = {}) {
  CommandResult result = guest.run(command);
  if (result.exit_status == 0) return result;
  HarnessError::Details details = unusable(guest, command, result, attempted, trouble).details();
  const bool network = !trouble.empty() || !network_trouble(result.err + "\n" + result.out).empty();
  if (network) details.hint = kOutOfReach;
  throw HarnessError(std::move(details));
}

void write_file(Shell& guest, const std::string& path, const std::string& text) {
  step(guest, {.argv = {"install", "-D", "-m", "0644", "/dev/stdin", path}, .input = text},
       fmt::format("write {} in the guest", path));
}

// apt-get in a guest.
class Apt {
 public:
  Apt(Shell& guest, Clock::Duration deadline) : guest_(guest), deadline_(deadline) {}

  // Lists that cannot be fetched are only a warning to apt-get, which then knows no package.
  void update() {
    const CommandResult result =
        step(guest_, apt_get({"update", "-q"}), "update the guest's package lists");
    trouble_ = network_trouble(result.err + "\n" + result.out);
  }

  // Without the options dpkg asks somebody who is not there, and gives up.
  void upgrade() {
    const auto* const what = "upgrade the guest's packages";
    if (!trouble_.empty()) {
      throw HarnessError(HarnessError::Details{
          .attempted = what, .where = guest_.name(), .problem = trouble_, .hint = kOutOfReach});
    }
    step(guest_,
         apt_get({"upgrade", "--with-new-pkgs", "-y", "-q", "-o", "Dpkg::Options::=--force-confdef",
                  "-o", "Dpkg::Options::=--force-confold"}),
         what);
  }

  void install(const Packages& packages) {
    if (packages.empty()) return;
    Packages arguments = {"install", "-y", "-q"};
    std::ranges::copy(packages, std::back_inserter(arguments));
    step(guest_, apt_get(arguments), fmt::format("install {}", fmt::join(packages, ", ")),
         trouble_);
  }

 private:
  Command apt_get(const std::vector<std::string>& arguments) const {
    Command command = {.argv = {"env", "DEBIAN_FRONTEND=noninteractive", "apt-get"},
                       .deadline = deadline_};
    std::ranges::copy(arguments, std::back_inserter(command.argv));
    return command;
  }

  Shell& guest_;
  Clock::Duration deadline_;
  std::string trouble_;
};

void use_own_sources(Shell& guest, const DockerInstallOptions& options,
                     const std::string& codename) {
  if (!options.apt_proxy.empty()) {
    write_file(guest, "/etc/apt/apt.conf.d/00pve-accept-proxy",
               fmt::format("Acquire::http::Proxy \"{0}\";\nAcquire::https::Proxy \"{0}\";\n",
                           options.apt_proxy));
  }
  if (options.debian_mirror.empty()) return;
  write_file(guest, "/etc/apt/sources.list", "");
  write_file(guest, "/etc/apt/sources.list.d/debian.sources",
             fmt::format("Types: deb\nURIs: {0}\nSuites: {1} {1}-updates\nComponents: main\n"
                         "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n",
                         options.debian_mirror, codename));
}

void add_docker_repository(Shell& guest, const DockerInstallOptions& options,
                           const std::string& codename) {
  const std::string base =
      options.docker_mirror.empty() ? std::string(kDockerRepository) : options.docker_mirror;
  step(guest, {.argv = {"install", "-d", "-m", "0755", "/etc/apt/keyrings"}},
       "make room for Docker's key");
  std::vector<std::string> fetch = {"curl", "-fsSL", base + "/gpg", "-o", kKeyring};
  if (!options.apt_proxy.empty()) fetch.insert(fetch.begin() + 1, {"-x", options.apt_proxy});
  step(guest, {.argv = std::move(fetch), .deadline = options.deadline}, "fetch Docker's key");
  write_file(guest, "/etc/apt/sources.list.d/docker.sources", docker_sources(codename, base));
}

// Those of the packages that the guest does not have.
Packages missing_of(Shell& guest, const Packages& packages) {
  Command ask = reading({"dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\\n"});
  std::ranges::copy(packages, std::back_inserter(ask.argv));
  const CommandResult result = guest.run(ask);
  // Exits 1 when it does not know one of them.
  if (result.exit_status > 1) throw unusable(guest, ask, result, "ask which packages are there");
  const auto lines = text::lines(result.out);
  Packages missing;
  std::ranges::remove_copy_if(
      packages, std::back_inserter(missing),
      [&](const std::string& package) { return contains(lines, "installed " + package); });
  return missing;
}

// Without asking the daemon: whether that works is for the claims to say.
void require_docker(Shell& guest) {
  const Command command = reading({"docker", "compose", "version", "--short"}, kLookDeadline);
  const CommandResult result = guest.run(command);
  if (result.exit_status == 0) return;
  constexpr int kNotFound = 127;
  HarnessError::Details details =
      unusable(guest, command, result, "find the preinstalled Docker",
               result.exit_status == kNotFound ? "the guest has no Docker"
                                               : "the guest's Docker has no Compose plugin")
          .details();
  details.hint =
      "docker_source is preinstalled: put Docker and its Compose plugin into the template and the "
      "cloud image, or set it to official or distribution";
  throw HarnessError(std::move(details));
}

}  // namespace

std::string docker_sources(std::string_view codename, std::string_view base_url) {
  return fmt::format("Types: deb\nURIs: {}\nSuites: {}\nComponents: stable\nSigned-By: {}\n",
                     base_url, codename, kKeyring);
}

void install_docker(Shell& guest, DockerSource source, const DockerInstallOptions& options) {
  Packages tools = {"curl"};  // the HTTP claim asks with it
  if (source == DockerSource::kOfficial) tools.insert(tools.begin(), "ca-certificates");
  std::ranges::copy(options.extra_packages, std::back_inserter(tools));
  if (source == DockerSource::kPreinstalled) {
    require_docker(guest);
    tools = missing_of(guest, tools);
    if (tools.empty()) return;
  }
  const std::string codename = GuestSystem(guest).os_release().version_codename;
  Apt apt(guest, options.deadline);
  use_own_sources(guest, options, codename);
  apt.update();
  apt.install(tools);
  if (source == DockerSource::kOfficial) {
    add_docker_repository(guest, options, codename);
    apt.update();
    apt.install(kOfficialPackages);
  } else if (source == DockerSource::kDistribution) {
    apt.install(kDistributionPackages);
  }
}

void upgrade_packages(Shell& guest, Clock::Duration deadline) {
  Apt apt(guest, deadline);
  apt.update();
  apt.upgrade();
}

PackageOrigin parse_apt_policy(std::string_view text) {
  constexpr std::string_view kInstalled = "Installed:";
  PackageOrigin origin;
  bool in_installed_version = false;
  for (const std::string_view line : text::lines(text)) {
    const auto words = text::words(line);
    if (words.empty()) continue;
    if (words[0] == kInstalled && words.size() == 2) origin.version = words[1];
    if (words[0] == "***") {
      in_installed_version = true;
    } else if (in_installed_version && words.size() >= 2 && text::to_whole(words[0])) {
      // "500 https://download.docker.com/linux/debian trixie/stable amd64 Packages"; the package's
      // own entry, "100 /var/lib/dpkg/status", names no source.
      if (words.size() < 3) continue;
      origin.url = words[1];
      origin.suite = words[2];
      break;
    } else {
      in_installed_version = false;
    }
  }
  if (origin.version.empty() || origin.version == "(none)") {
    throw text::unexpected("`apt-cache policy`", text, "an installed package");
  }
  return origin;
}

PackageOrigin installed_origin(Shell& guest, DockerSource source) {
  const auto ask = [&guest](const std::string& package) {
    std::string policy =
        run_checked(guest, reading({"apt-cache", "policy", package}), "ask where Docker comes from")
            .out;
    if (!policy.starts_with(package + ":")) {
      throw text::unexpected("`apt-cache policy`", policy, "what it has of " + package);
    }
    return policy;
  };
  if (source == DockerSource::kDistribution) return parse_apt_policy(ask("docker.io"));
  if (source == DockerSource::kOfficial) return parse_apt_policy(ask("docker-ce"));
  // A prepared image may have either.
  try {
    return parse_apt_policy(ask("docker-ce"));
  } catch (const HarnessError&) {
    return parse_apt_policy(ask("docker.io"));
  }
}

}  // namespace pve_accept
