#pragma once

namespace pve_accept {

// Where a guest's Docker comes from.
enum class DockerSource {
  kOfficial,      // download.docker.com
  kDistribution,  // Debian's own packages
  kPreinstalled,  // nothing is installed: template and cloud image have it
};

}  // namespace pve_accept
