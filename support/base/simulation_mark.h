#pragma once

namespace pve_accept {

// A simulated node has this file, and no other node has: what it measures comes from a model,
// however it is reached.
inline constexpr const char* kSimulationMark = "/etc/pve-accept-simulation";

}  // namespace pve_accept
