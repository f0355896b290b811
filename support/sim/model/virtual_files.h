#pragma once

#include <optional>
#include <string>

#include "support/sim/engine/call.h"

namespace pve_accept::sim {

// Files that nobody wrote: /proc, /sys, /etc/pve and the like on the node, and the system's own in
// a guest. Empty when there is no such file.
std::optional<std::string> node_file(const Call& call, const std::string& path);
std::optional<std::string> guest_file(const Call& call, const std::string& path);

// Where "/proc/PID/ns/net" and its like lead, of the node's init or of a guest's process.
std::optional<std::string> namespace_link(const Call& call, const std::string& path);

std::string cgroup_of(const Guest& guest);  // its directory on the node, as PVE names it

}  // namespace pve_accept::sim
