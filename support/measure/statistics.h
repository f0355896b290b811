#pragma once

#include <vector>

#include "support/base/figure.h"

namespace pve_accept {

// All of these throw HarnessError for no values and for values that are not finite: no data, and
// data that is none, never become a figure.
double median(std::vector<double> values);  // of an even number: the mean of the middle two
double mean(const std::vector<double>& values);
double minimum(const std::vector<double>& values);
double maximum(const std::vector<double>& values);
// Sample standard deviation (divisor n - 1); 0 for a single value.
double standard_deviation(const std::vector<double>& values);
// percent between 0 and 100; linear between the closest ranks, so that 50 is the median.
double percentile(std::vector<double> values, double percent);

Figure summarize(const std::vector<double>& values);

}  // namespace pve_accept
