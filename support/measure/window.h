#pragma once

#include <map>
#include <string>
#include <vector>

#include "support/measure/sample.h"
#include "support/measure/statistics.h"
#include "support/shell/clock.h"

namespace pve_accept {

struct TimedSample {
  Sample sample;
  Clock::Instant arrived;
  bool counts = true;     // false: kept in the record, but enters no figure
  std::string line = {};  // as the sampler printed it
};

// What the sampler saw in a stretch of time: "idle", "load", "baseline".
struct Window {
  std::string name = {};
  Clock::WallTime started = {};  // for the record only
  Clock::Instant began = {};     // the same moment, for the times of the samples
  std::vector<TimedSample> samples = {};
  std::vector<std::string> problems = {};  // why it is not whole; empty when it is
  // Nobody could watch to its end: the connection was lost, the sampler ended, a line cannot be
  // read. What is missing then says nothing about the node.
  bool broke_off = false;
};

// Name -> statistics over the samples that count:
//   ram_used_mib, swapped_mib, cpu_used_percent, cpu_busy_percent, cpu_user_percent,
//   cpu_system_percent, cpu_iowait_percent, cpu_softirq_percent, cpu_guest_percent,
//   cpu_steal_percent,
// and where the samples have them
//   cgroup_current_mib, cgroup_without_cache_mib, process_rss_mib, process_pss_mib,
//   pressure_cpu_percent, pressure_io_percent, pressure_memory_percent: the share of the window's
//   time in which a task waited for it (PSI, "some"), one figure a window; the same of the guest's
//   cgroup as cgroup_pressure_…; none of counters that went back.
// A CPU share belongs to the sample that ends its interval, so the first sample has none.
// Throws HarnessError when too few samples count for a figure, or their counters went back.
using Figures = std::map<std::string, Figure>;
Figures figures(const Window& window);

// The sampler's lines, each with "at_s" (its arrival, seconds since the window's start), "counts",
// "ram_used_mib" and, but for the first, "cpu_used_percent" and "cpu_busy_percent" put in front;
// without those of the CPU where its counters went back.
std::vector<std::string> sample_lines(const Window& window);

}  // namespace pve_accept
