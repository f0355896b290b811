#pragma once

#include <string>
#include <string_view>

namespace pve_accept::sim {

// An image that the registry of the simulated world has.
struct Image {
  std::string name;     // "postgres:17"
  double mib;           // unpacked
  double pull_s;        // time to pull it
  std::string command;  // as `docker ps` shows it
  std::string id;       // "sha256:…", shortened to 12 digits
};

// The image by its name, nullptr when the registry has none of that name.
const Image* find_image(std::string_view name);
double image_mib(std::string_view name);

// What Docker's packages, a container's own layer, a fresh database and a unit of pgbench's scale
// take on disk.
inline constexpr double kDockerPackagesMib = 430;
inline constexpr double kContainerMib = 0.1;
inline constexpr double kDatabaseMib = 47;
inline constexpr double kPgbenchScaleMib = 16;

// The stack with its images, its volume and pgbench's tables at scale 10.
double stack_mib();

}  // namespace pve_accept::sim
