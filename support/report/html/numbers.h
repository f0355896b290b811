#pragma once

#include <optional>
#include <string>

#include "support/record/claim_result.h"

namespace pve_accept::html {

// A figure to three significant digits, and to the whole number where it has more: "0.291", "39.6",
// "2057"; "–" for none.
std::string figure_text(std::optional<double> figure, const std::optional<std::string>& unit = {});

// What a claim measured. A figure that is not allowed has all its digits: rounded, it might read as
// one that is.
std::string measured_figure(const ClaimResult& claim);

// Seconds as somebody would say them: "45 s", "12 min", "1 h 5 min".
std::string duration_text(double seconds);

// "2026-06-07 09:30:00 UTC" of "2026-06-07T09:30:00Z"; what is no such time stays as it is.
std::string time_text(const std::string& rfc3339);

}  // namespace pve_accept::html
