#pragma once

#include <optional>
#include <string>

#include "support/sim/engine/call.h"

namespace pve_accept::sim {

Json node_status(const Call& call);    // /nodes/N/status
Json node_storages(const Call& call);  // /nodes/N/storage
Json node_networks(const Call& call);  // /nodes/N/network

// Files that nobody wrote: /proc, /sys, /etc/pve and the like on the node, and the system's own in
// a guest. Empty when there is no such file.
std::optional<std::string> node_file(const Call& call, const std::string& path);
std::optional<std::string> guest_file(const Call& call, const std::string& path);

// MemTotal in the guest, in KiB.
std::int64_t guest_memory_kib(const Call& call, const Guest& guest);

}  // namespace pve_accept::sim
