#pragma once

#include "support/sim/engine/call.h"

namespace pve_accept::sim {

int qm_create(Call& call);
int qm_set(Call& call);
int qm_resize(Call& call);
int qm_agent(Call& call);
int qm_guest_exec(Call& call);

// The agent's answer to network-get-interfaces.
Json agent_interfaces(const Call& call, const Guest& guest);
// Refuses as `qm guest` does when the agent does not answer; takes the seconds that it waits.
void require_agent(Call& call, const Guest& guest);

}  // namespace pve_accept::sim
