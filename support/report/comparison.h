#pragma once

#include "support/base/json.h"
#include "support/report/table.h"

namespace pve_accept {

// The spike's comparison table (findings, §2): its values and this run's, side by side, with the
// verdict of the claims behind each row.
Table comparison_table(const Json& record);

}  // namespace pve_accept
