#pragma once

#include "support/sim/engine/call.h"

namespace pve_accept::sim {

Json node_status(const Call& call);    // /nodes/N/status
Json node_storages(const Call& call);  // /nodes/N/storage
Json node_networks(const Call& call);  // /nodes/N/network

// MemTotal in the guest, in KiB.
std::int64_t guest_memory_kib(const Call& call, const Guest& guest);

}  // namespace pve_accept::sim
