#pragma once

#include "support/sim/engine/call.h"

namespace pve_accept::sim {

// The database of the container that the call runs in; nullptr when no volume holds it.
Database* database_of(Call& call);

// Whether the server in the container accepts connections already.
bool server_answers(const Call& call);

}  // namespace pve_accept::sim
