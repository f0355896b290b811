#pragma once

#include <optional>
#include <string>

#include "support/sim/engine/call.h"

namespace pve_accept::sim {

// Files that nobody wrote: /proc, /sys, /etc/pve and the like on the node, and the system's own in
// a guest. Empty when there is no such file.
std::optional<std::string> node_file(const Call& call, const std::string& path);
std::optional<std::string> guest_file(const Call& call, const std::string& path);

}  // namespace pve_accept::sim
