#pragma once

#include <optional>
#include <span>

#include "support/record/record.h"
#include "support/report/html/element.h"

namespace pve_accept::html {

// What changed since the newest earlier run of the node, and which of it is suspected of each claim
// that is red. None where there is no earlier run.
std::optional<Element> changes_part(const Record& record, std::span<const Record> earlier);

// What an upgrade has changed. None for a run that did not come after one.
std::optional<Element> upgrade_part(const Record& record);

}  // namespace pve_accept::html
