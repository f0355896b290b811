#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "support/base/fields.h"

namespace pve_accept {

// One line of the sampler: the node's counters at one moment. What the node does not have, or what
// was not asked for, is empty.
struct Sample {
  // The "cpu" line of /proc/stat in ticks since boot, all CPUs together. As the kernel has it,
  // guest is part of user and guest_nice part of nice.
  struct CpuTicks {
    std::int64_t user = 0;
    std::int64_t nice = 0;
    std::int64_t system = 0;
    std::int64_t idle = 0;
    std::int64_t iowait = 0;
    std::int64_t irq = 0;
    std::int64_t softirq = 0;
    std::int64_t steal = 0;
    std::int64_t guest = 0;
    std::int64_t guest_nice = 0;
  };
  struct Arc {  // of ZFS
    std::int64_t size_bytes = 0;
    std::int64_t c_min_bytes = 0;
  };
  struct Pressure {  // "some" totals of PSI
    std::int64_t cpu_us = 0;
    std::int64_t io_us = 0;
    std::int64_t memory_us = 0;
  };
  struct Cgroup {  // memory.current, memory.stat, cpu.stat, memory.events, *.pressure
    std::int64_t current_bytes = 0;
    std::int64_t anon_bytes = 0;
    std::int64_t file_bytes = 0;
    std::int64_t kernel_bytes = 0;
    std::int64_t usage_us = 0;
    std::int64_t oom = 0;
    std::int64_t oom_kill = 0;
    std::int64_t high = 0;
    std::int64_t max = 0;
    std::optional<Pressure> pressure = {};
  };
  struct Process {
    std::int64_t rss_kib = 0;
    std::optional<std::int64_t> pss_kib = {};  // now and then only: it is costly to read
  };

  struct Memory {  // MemTotal, MemAvailable, SwapTotal - SwapFree
    std::int64_t total_kib = 0;
    std::int64_t available_kib = 0;
    std::int64_t swapped_kib = 0;
  };

  double t_s = 0;  // seconds since 1970 by the node's clock
  Memory memory = {};
  CpuTicks cpu = {};
  std::optional<Arc> arc = {};
  std::optional<Pressure> pressure = {};
  std::optional<std::int64_t> ksm_pages_sharing = {};
  std::optional<Cgroup> cgroup = {};
  std::optional<Process> process = {};
};

// Throws HarnessError that shows the line and what was expected of it.
Sample parse_sample(std::string_view line);

// Host RAM used: MemTotal - MemAvailable. ZFS's ARC is not in MemAvailable (openzfs#10255) although
// it gives way, so on ZFS what it holds above its minimum counts as available. May be negative or
// above the total when the counters are nonsense: check_plausibility says so.
double ram_used_mib(const Sample& sample);

// The layout of the sampler's line. Counters: one above the range reads as a negative one.
template <class Fields>
void visit(Sample& sample, Fields& fields);

// The ten counters of the line as a list.
void read_field(const JsonCursor& place, Sample::CpuTicks& ticks);
Json write_field(const Sample::CpuTicks& ticks);

}  // namespace pve_accept
