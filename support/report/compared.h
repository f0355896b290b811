#pragma once

#include <string>
#include <vector>

#include "support/compare/comparison.h"
#include "support/compare/history.h"
#include "support/compare/noise.h"

// How comparisons of runs read on a terminal.
namespace pve_accept {

std::string changes_text(const RunComparison& comparison);

std::string noise_text(const Baseline& runs, const std::vector<MetricNoise>& noise);

std::string history_text(const History& history);

}  // namespace pve_accept
