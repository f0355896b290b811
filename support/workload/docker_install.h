#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/base/docker_source.h"
#include "support/shell/shell.h"

namespace pve_accept {

inline constexpr std::string_view kDockerRepository = "https://download.docker.com/linux/debian";

struct DockerInstallOptions {
  std::string apt_proxy = {};  // "http://proxy:3142"; empty for none
  std::string debian_mirror =
      {};  // base URL of a mirror of Debian; empty for the guest's own sources
  std::string docker_mirror = {};  // the same for https://download.docker.com/linux/debian
  std::vector<std::string> extra_packages = {};          // "qemu-guest-agent"
  Clock::Duration deadline = std::chrono::seconds(900);  // of each of apt's steps
};

// Installs Docker and Compose from a source, for the guest's own Debian release. Of a preinstalled
// Docker it makes sure that it is there, and apt is only asked for what else is missing: a lab
// without internet has all of it in its images. Throws HarnessError with the first step that fails.
void install_docker(Shell& guest, DockerSource source, const DockerInstallOptions& options = {});

// Upgrades all packages of a guest as its owner would, configuration files as they are. Throws
// HarnessError with the step that fails; packages that cannot be fetched are one.
void upgrade_packages(Shell& guest, Clock::Duration deadline);

// Where the installed version of a package comes from.
struct PackageOrigin {
  std::string version;
  std::string url = {};  // "https://download.docker.com/linux/debian"; empty when no source has it
  std::string suite = {};  // "trixie/stable"
};

// `apt-cache policy PACKAGE`. Throws HarnessError when the package is not installed.
PackageOrigin parse_apt_policy(std::string_view text);

// Origin of the installed Docker engine: docker-ce or docker.io, by the source.
PackageOrigin installed_origin(Shell& guest, DockerSource source);

// The contents of docker.sources (deb822).
std::string docker_sources(std::string_view codename, std::string_view base_url);

}  // namespace pve_accept
