#pragma once

#include <cstddef>
#include <vector>

#include "support/base/json.h"

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

struct Statistics {
  std::size_t n = 0;
  double median = 0;
  double mean = 0;
  double min = 0;
  double max = 0;
  double stddev = 0;
};

Statistics summarize(const std::vector<double>& values);

Json to_json(const Statistics& statistics);

}  // namespace pve_accept
