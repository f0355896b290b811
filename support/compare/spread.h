#pragma once

#include <vector>

namespace pve_accept {

// Figures of runs, as they come: by run, the figures of its rounds.
using ByRun = std::vector<std::vector<double>>;

double average(const std::vector<double>& values);  // NaN of none
// Of the sample, divisor n - 1; 0 of a single value.
double variance(const std::vector<double>& values);
// The average of each.
std::vector<double> averages(const ByRun& runs);
std::vector<double> all_of(const ByRun& runs);
// The pooled variance within the runs; NaN where none has two figures.
double variance_within(const ByRun& runs);

}  // namespace pve_accept
