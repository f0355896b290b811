#pragma once

#include <string>
#include <string_view>

#include "support/compare/interval.h"
#include "support/compare/metric.h"
#include "support/compare/spread.h"

namespace pve_accept {

// From so many runs of a baseline on, the run is the unit: their spread says how much runs differ.
inline constexpr std::size_t kRunsOfBaseline = 5;

enum class Decision {
  kWorse,         // the interval excludes zero, and the estimate is beyond the floor
  kBetter,        // likewise, the other way
  kNoDifference,  // the whole interval lies inside the floor
  kInconclusive,  // none of these
  kNoData,        // a side has no usable figure
};

std::string_view to_string(Decision decision);  // "worse", "no difference", "cannot tell", …

// What the interval stands on.
enum class Regime {
  kRuns,    // each run is one value; what differs from boot to boot is in their spread
  kRounds,  // each round is one value: speaks of these boots alone, and knows nothing of others
};

struct Decided {
  Decision decision = Decision::kNoData;
  Regime regime = Regime::kRounds;
  // In the metric's change_unit().
  Interval interval = {};
  double floor = 0;
  std::string note = {};  // what would settle it, or why there is no data
};

// How a metric is reckoned with: ratios by their logarithms, so that what is true of the one
// direction is true of the other.
ByRun scaled(const Metric& metric, ByRun runs);
// A difference of what is scaled, in the metric's change_unit().
double change_of(const Metric& metric, double scaled_difference);

// The one decision of all. Both sides have figures.
Decided decide(const Metric& metric, double floor, const ByRun& base, const ByRun& now);

// Whether it is certain that the metric did not get worse by more than the floor: the interval's
// worse end is inside it.
bool surely_not_worse(const Metric& metric, const Decided& decided);

}  // namespace pve_accept
