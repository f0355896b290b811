#pragma once

#include "support/sim/engine/call.h"

namespace pve_accept::sim {

inline constexpr int kKilled = 137;  // the exit status: 128 + SIGKILL

// "Configuration file 'nodes/pve1/lxc/9001.conf' does not exist".
std::string no_config(const Model& model, std::int64_t vmid, GuestKind kind);

// The guest of that kind, or a Refusal that says there is none.
Guest& require_guest(const Call& call, std::int64_t vmid, GuestKind kind, int exit_status);

// Refuses when another operation has locked the guest.
void require_unlocked(const Guest& guest);

bool has_bridge(const Call& call, const std::string& name);  // on the node

// Whether the guest that the call is in reaches package servers and registries.
bool reaches_internet(const Call& call);

// Boots the guest, or throws a Refusal that says why it cannot. Takes the time of the start itself;
// the guest is reachable some seconds later.
void start_guest(Call& call, Guest& guest);

// How long work takes that usually takes so many seconds.
Millis paced(const Scenario& scenario, double seconds);

// Docker ends, with its containers, and starts again; it answers after so many seconds.
void restart_docker(Call& call, Guest& guest, double seconds);

// All that runs in the guest ends now.
void stop_guest(State& state, const Scenario& scenario, Guest& guest, Millis at);

// Host RAM moves to the level that fits what the guest runs.
void settle_ram(State& state, const Scenario& scenario, const Guest& guest, Millis at);

// The guest has read so much since its boot that all its memory is in use; a VM then costs all of
// it.
void fill_memory_of(Call& call, Guest& guest);

// The node boots again: its guests are shut down, what is in memory is gone, and the kernel that
// the boot loader chooses runs. Returns when it answers again.
Millis reboot_node(State& state, const Scenario& scenario, Millis at);

// Marks the guest as busy for so long: installing, pulling, booting.
void keep_busy(Call& call, const Guest& guest, double seconds);

// The process of that container ends by a signal; one that does not run is left alone.
void kill_container(Guest& guest, const std::string& name, Millis at);

// The guest's file systems can be written to again.
void thaw(Guest& guest, Millis at);

// pgbench begins and ends.
void start_load(Call& call, const Guest& guest, double seconds);
void end_of_load(State& state, const Scenario& scenario, const Activity& load);

}  // namespace pve_accept::sim
