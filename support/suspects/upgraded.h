#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "support/record/record.h"
#include "support/suspects/changes.h"

namespace pve_accept {

// A claim that is about the guests that were there before an upgrade, and not the run's own.
bool about_survivors(std::string_view claim);

// Node and guests of a run, with the guests that such a claim is about in place of the run's own:
// as they were looked at after the upgrade, or for `survivor.refreshed-…` after that of their own
// packages. Without windows and verdicts.
Record with_survivors(const Record& record, std::string_view claim);

// Node and guests as the run had them on record that left the guests, where this one came after an
// upgrade. Without windows and verdicts.
std::optional<Record> before_upgrade(const Record& record);

// What is another since: on the node, and in the guests that were left as they were last looked at.
// Nothing where the run did not come after an upgrade.
std::vector<Change> changed_by_upgrade(const Record& record);

}  // namespace pve_accept
