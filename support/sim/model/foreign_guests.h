#pragma once

#include "support/sim/model/scenario.h"
#include "support/sim/model/state.h"

namespace pve_accept::sim {

// Guests that are not the suite's: there before its first command, running or not, and some that
// somebody starts and stops while it is at work.
void add_foreign_guest(State& state, const Scenario& scenario, const Model::ForeignGuest& model);

// Starts and stops those whose time has come. What they take of the node follows the clock by
// itself, also where nobody gives a command meanwhile.
void attend_foreign_guests(State& state, const Scenario& scenario, Millis now);

}  // namespace pve_accept::sim
