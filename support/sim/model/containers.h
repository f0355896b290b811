#pragma once

#include <string>

#include "support/sim/engine/call.h"

namespace pve_accept::sim {

// A container starts at `started`; it is healthy some seconds later.
bool is_up(const Container& container, Millis at);
// "created", "running", "exited": as inspect and ps show it.
std::string state_text(const Container& container, Millis at);
// "", "starting", "healthy": as inspect and ps show it.
std::string health(const Container& container, Millis at);

Container* find_container(Guest& guest, const std::string& name_or_id);

// A new container, not started yet.
Container make_container(const Call& call, const std::string& name, const std::string& image);

// Bytes that the container's cgroup allows; 0: no limit.
std::int64_t enforced_limit(const Call& call);

// The kernel kills the process of the container that the call is in. Returns its exit status.
int kill_for_memory(Call& call);

// Pulls what is missing, for as long as that takes. Returns false, after the daemon's error, when
// the registry does not have it or is out of reach.
bool pull(Call& call, const std::string& image);

// "2026-06-07T08:51:12.976000000Z"
std::string iso_time(const State& state, Millis at);

// Inspection documents and listings.
Json inspect_container(const Call& call, const Container& container);
Json docker_info(const Call& call);
Json docker_version(const Call& call);

}  // namespace pve_accept::sim
