#pragma once

#include "support/sim/engine/call.h"

namespace pve_accept::sim {

// What a backup of the guest reads and a restore writes.
double backed_up_mib(const Call& call, const Guest& guest);
inline constexpr double kBackupMibPerS = 400;

}  // namespace pve_accept::sim
