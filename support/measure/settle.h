#pragma once

#include "support/measure/sampler.h"

namespace pve_accept {

struct SettleLimits {
  int window_samples = 15;                               // compared with as many before
  double tolerance_mib = 10;                             // a fall that is no fall
  Clock::Duration deadline = std::chrono::seconds(300);  // at least two windows long
};

struct Settled {
  bool settled = false;
  double took_s = 0;
  double drift_mib = 0;     // the fall from the last window but one to the last; negative: it rose
  double ram_used_mib = 0;  // median of the last window
};

// Waits until RAM used has stopped falling: until the median of the last samples is not lower than
// that of as many before by more than the tolerance. A node that still falls at the deadline is
// returned as not settled with its drift: the caller decides. Reads one running sampler and never
// sleeps. Throws HarnessError when the sampler fails or the limits make no sense.
Settled settle(Sampler& sampler, const SettleLimits& limits = {});

}  // namespace pve_accept
