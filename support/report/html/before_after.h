#pragma once

#include "support/compare/comparison.h"
#include "support/report/html/element.h"

namespace pve_accept::html {

// Two runs, or a baseline and a run, side by side: each figure before and now, and the interval in
// which its change may truly lie, drawn over the floor below which nobody minds.
Element before_and_after(const RunComparison& comparison);

}  // namespace pve_accept::html
