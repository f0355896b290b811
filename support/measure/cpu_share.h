#pragma once

#include <algorithm>

#include "support/measure/sample.h"

namespace pve_accept {

// What the CPUs of the node did between two samples, in percent of all of them. The shares add up
// to 100: user is without guest and nice without guest_nice.
struct CpuShare {
  double user = 0;
  double nice = 0;
  double system = 0;
  double iowait = 0;
  double irq = 0;
  double softirq = 0;
  double steal = 0;
  double guest = 0;
  double guest_nice = 0;
  double idle = 0;

  double used() const { return 100.0 - idle; }  // as the Phase 0 spike took it
  // Waiting for a disk is no work. Not below 0, where rounding would put a node that only waits.
  double busy() const { return std::max(0.0, used() - iowait); }
};

// The arithmetic of mpstat for "all", from the line for all CPUs (sysstat 12, get_per_cpu_interval
// in rd_stats.c): percentages of the differences' sum; iowait, which the kernel may count back,
// and user and nice without guest, which may lag behind guest, do not fall below 0.
// Any other counter that went back, and samples between which no tick passed, throw HarnessError.
CpuShare cpu_share(const Sample& before, const Sample& after);

}  // namespace pve_accept
