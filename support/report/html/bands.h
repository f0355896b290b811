#pragma once

#include <optional>

#include "support/record/record.h"
#include "support/report/html/element.h"

namespace pve_accept::html {

// What a numeric claim measured, as a point in the band of what is allowed, with the reference
// below it. None for a claim with another kind of bound, or without a figure.
std::optional<Element> band(const ClaimResult& claim);

// All measured claims in their bands, one row a claim, both guests beside one another.
Element bands_section(const Record& record);

}  // namespace pve_accept::html
