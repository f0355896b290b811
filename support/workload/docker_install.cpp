#include "support/workload/docker_install.h"

#include <fmt/format.h>

#include "support/workload/guest_system.h"
#include "support/workload/network_trouble.h"
#include "support/workload/output.h"

namespace pve_accept {
namespace {

constexpr const char* kDockerRepository = "https://download.docker.com/linux/debian";
constexpr const char* kKeyring = "/etc/apt/keyrings/docker.asc";
constexpr std::chrono::seconds kUpdateDeadline{300};
constexpr std::chrono::seconds kInstallDeadline{900};

using Packages = std::vector<std::string>;

const Packages kOfficialPackages = {"docker-ce", "docker-ce-cli", "containerd.io",
                                    "docker-buildx-plugin", "docker-compose-plugin"};
const Packages kDistributionPackages = {"docker.io", "docker-cli", "docker-compose"};

void step(Shell& guest, const Command& command, std::string_view attempted) {
  const CommandResult result = guest.run(command);
  if (result.exit_status == 0) return;
  HarnessError::Details details = unusable(guest, command, result, attempted).details();
  if (!network_trouble(result.err + "\n" + result.out).empty()) {
    details.hint = "the guest cannot reach the package source: see its route, proxy and DNS";
  }
  throw HarnessError(std::move(details));
}

void write_file(Shell& guest, const std::string& path, const std::string& text) {
  step(guest, {.argv = {"install", "-D", "-m", "0644", "/dev/stdin", path}, .input = text},
       fmt::format("write {} in the guest", path));
}

void update(Shell& guest) {
  step(guest,
       {.argv = {"env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "update", "-q"},
        .deadline = kUpdateDeadline},
       "update the guest's package lists");
}

void install(Shell& guest, const Packages& packages) {
  if (packages.empty()) return;
  Command command = {
      .argv = {"env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-q"},
      .deadline = kInstallDeadline};
  command.argv.insert(command.argv.end(), packages.begin(), packages.end());
  step(guest, command, fmt::format("install {} and more", packages.front()));
}

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
      options.docker_mirror.empty() ? kDockerRepository : options.docker_mirror;
  step(guest, {.argv = {"install", "-d", "-m", "0755", "/etc/apt/keyrings"}},
       "make room for Docker's key");
  std::vector<std::string> fetch = {"curl", "-fsSL", base + "/gpg", "-o", kKeyring};
  if (!options.apt_proxy.empty()) fetch.insert(fetch.begin() + 1, {"-x", options.apt_proxy});
  step(guest, {.argv = std::move(fetch), .deadline = kUpdateDeadline}, "fetch Docker's key");
  write_file(guest, "/etc/apt/sources.list.d/docker.sources", docker_sources(codename, base));
  update(guest);
}

}  // namespace

std::string docker_sources(std::string_view codename, std::string_view base_url) {
  return fmt::format("Types: deb\nURIs: {}\nSuites: {}\nComponents: stable\nSigned-By: {}\n",
                     base_url, codename, kKeyring);
}

void install_docker(Shell& guest, DockerSource source, const DockerInstallOptions& options) {
  if (source == DockerSource::kPreinstalled && options.extra_packages.empty()) return;
  const std::string codename = GuestSystem(guest).os_release().version_codename;
  use_own_sources(guest, options, codename);
  update(guest);
  Packages tools = options.extra_packages;
  if (source == DockerSource::kOfficial) {
    tools.insert(tools.begin(), {"ca-certificates", "curl"});
  } else if (source == DockerSource::kDistribution) {
    tools.insert(tools.begin(), {"curl"});  // the HTTP claim asks with it
  }
  install(guest, tools);
  if (source == DockerSource::kOfficial) {
    add_docker_repository(guest, options, codename);
    install(guest, kOfficialPackages);
  } else if (source == DockerSource::kDistribution) {
    install(guest, kDistributionPackages);
  }
}

PackageOrigin parse_apt_policy(std::string_view text) {
  constexpr std::string_view kInstalled = "Installed:";
  PackageOrigin origin;
  bool in_installed_version = false;
  for (const std::string_view line : workload::lines(text)) {
    const auto words = workload::words(line);
    if (words.empty()) continue;
    if (words[0] == kInstalled && words.size() == 2) origin.version = words[1];
    if (words[0] == "***") {
      in_installed_version = true;
    } else if (in_installed_version && words.size() >= 2 && workload::to_whole(words[0])) {
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
    throw workload::unexpected("`apt-cache policy`", text, "an installed package");
  }
  return origin;
}

PackageOrigin installed_origin(Shell& guest, DockerSource source) {
  const auto ask = [&guest](const char* package) {
    return run_checked(guest, reading({"apt-cache", "policy", package}),
                       "ask where Docker comes from")
        .out;
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
