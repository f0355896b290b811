#pragma once

#include "support/sim/model/scenario.h"
#include "support/sim/model/state.h"

namespace pve_accept::sim {

// A node as the scenario describes it, before the first command.
State initial_state(const Scenario& scenario);

}  // namespace pve_accept::sim
