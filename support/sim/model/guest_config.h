#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/sim/engine/call.h"

namespace pve_accept::sim {

// The guests of a kind, or all, by vmid.
std::vector<const Guest*> sorted_guests(const State& state, std::optional<GuestKind> kind = {});

std::string config_listing(const Guest& guest);          // as `pct config` and `qm config` print it
std::string config_file(const Guest& guest);             // as it stands under /etc/pve
Json config_json(const Call& call, const Guest& guest);  // as pvesh does
Json current_status(const Call& call, const Guest& guest);  // …/status/current

// The root file system as the guest sees it, in bytes.
struct FileSystem {
  std::string source;
  std::int64_t size = 0, used = 0, available = 0;
};
FileSystem root_file_system(const Call& call, const Guest& guest);

// "9.7G", "486.5M": as `pct df` writes sizes.
std::string short_size(std::int64_t bytes);

// The bytes that a guest's disk was given.
std::int64_t disk_size(const Guest& guest);

}  // namespace pve_accept::sim
