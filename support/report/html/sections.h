#pragma once

#include <optional>

#include "support/compare/comparison.h"
#include "support/record/record.h"
#include "support/report/html/element.h"

// The sections of the page that are tables.
namespace pve_accept::html {

// The spike's table (§2), its values beside this run's, with those of before between them where the
// run was compared with any.
Element comparison_section(const Record& record, const std::optional<RunComparison>& beside);
// Every claim in a row.
Element claims_section(const Record& record);
// Of what the run was made, against the spike's; bounds of the lab's own.
Element provenance_section(const Record& record);
Element observations_section(const Record& record);
// What is left on the node, and how long each stage took.
Element teardown_section(const Record& record);

}  // namespace pve_accept::html
