#pragma once

#include <cstddef>
#include <limits>

#include "support/base/fields.h"

namespace pve_accept {

// A quantity over a stretch of time, by its statistics. What is not known of it is not a number,
// and stays so in every arithmetic: no data never becomes a figure.
struct Figure {
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

  std::size_t n = 0;
  double median = kUnknown;
  double mean = kUnknown;
  double min = kUnknown;
  double max = kUnknown;
  double stddev = kUnknown;  // of the sample, divisor n - 1

  double range() const { return max - min; }
};

template <class Fields>
void visit(Figure& figure, Fields& fields) {
  fields("n", figure.n);
  fields("median", figure.median, null_keeps_default);
  fields("mean", figure.mean, null_keeps_default);
  fields("min", figure.min, null_keeps_default);
  fields("max", figure.max, null_keeps_default);
  fields("stddev", figure.stddev, null_keeps_default);
}

// The difference of two figures, statistic by statistic; of their spread nothing is known.
inline Figure operator-(const Figure& left, const Figure& right) {
  return {.median = left.median - right.median, .mean = left.mean - right.mean};
}

}  // namespace pve_accept
