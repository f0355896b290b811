#pragma once

#include <vector>

#include "suites/whole/runs.h"

namespace pve_accept {

// Upgrade checks on the simulated node, with what is to be red after each, and in its report.
std::vector<WholeRun> upgrade_checks();

}  // namespace pve_accept
