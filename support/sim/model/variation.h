#pragma once

#include "support/sim/model/scenario.h"
#include "support/sim/model/state.h"

namespace pve_accept::sim {

// How far the figures of something lie from the model's, for no cause that anybody could name.
struct Deviation {
  double tps = 1, cpu = 1;  // factors
  double ram_mib = 0;       // added
};

// Of a guest from its start on ("running"), or of a load: drawn when it begins, and the same for as
// long as it lasts. It is what the machine has at that time, what the guest has in this run, and
// what this start or this load has.
Deviation deviation_of(const Scenario& scenario, const State& state, const Activity& activity);

// Of a guest that runs at that time, since its start.
Deviation deviation_of_guest(const Scenario& scenario, const State& state, std::int64_t vmid,
                             Millis at);

// What both guests share, and what the machine shows without any: the luck of its boot, and the
// drift since.
Deviation deviation_of_machine(const Scenario& scenario, const State& state, Millis at);

// The machine's own RAM drifts with it.
double ram_drift_mib(const Scenario& scenario, const State& state, Millis at);

// The number of the boot, and of the run (how often the node's lock was taken), as the scenario
// counts them.
std::int64_t boot_number(const Scenario& scenario, const State& state, Millis at);
std::int64_t run_number(const Scenario& scenario, const State& state, Millis at);

// For noise within a window: another one in another boot or run of the same seed, whose times of
// day are the same.
std::uint64_t noise_seed(const Scenario& scenario);

}  // namespace pve_accept::sim
