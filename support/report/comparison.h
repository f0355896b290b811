#pragma once

#include "support/compare/comparison.h"
#include "support/record/record.h"
#include "support/report/table.h"

namespace pve_accept {

// The comparison table of the spike's findings (§2): the values of two runs side by side, with the
// verdict of the claims of `run` behind each row. With what the run was compared with, the values
// of its baseline stand between the two.
Table comparison_table(const Record& reference, const Record& run,
                       const RunComparison* beside = nullptr);

}  // namespace pve_accept
