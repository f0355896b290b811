#include "support/measure/plausibility.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "support/base/error.h"
#include "support/base/units.h"
#include "support/measure/cpu_share.h"
#include "support/measure/window.h"

namespace pve_accept {
namespace {

constexpr int kGapIntervals = 3;
constexpr double kMemoryTolerance = 0.01;

// Collects problems, each kind once: sixty samples with one fault are one problem.
class Check {
 public:
  Check(const Window& window, const PlausibilityLimits& limits)
      : window_(window), limits_(limits) {}

  Plausibility run() && {
    count_samples();
    check_memory();
    check_ksm();
    check_times();
    check_cpu();
    check_part("cgroup", limits_.expects_cgroup,
               [](const Sample& sample) { return sample.cgroup.has_value(); });
    check_part("process", limits_.expects_process,
               [](const Sample& sample) { return sample.process.has_value(); });
    return std::move(result_);
  }

 private:
  void problem(const std::string& text) {
    result_.problems.push_back("measurement not usable: " + text);
  }

  std::string at(const TimedSample& timed) const {
    return fmt::format("{:.1f} s into window {}", to_seconds(timed.arrived - window_.began),
                       window_.name);
  }

  void count_samples() {
    int intervals = 0;
    for (std::size_t i = 0; i < window_.samples.size(); ++i) {
      if (!window_.samples[i].counts) continue;
      counting_.push_back(&window_.samples[i]);
      if (i > 0) ++intervals;
    }
    if (intervals < limits_.min_intervals || intervals == 0) {
      problem(fmt::format("{} samples count in window {}, at least {} are needed", intervals,
                          window_.name, std::max(1, limits_.min_intervals)));
    }
  }

  void check_memory() {
    if (window_.samples.empty()) return;
    const std::int64_t total_kib = window_.samples.front().sample.memory.total_kib;
    const auto changed = std::ranges::find_if(window_.samples, [&](const TimedSample& timed) {
      return timed.sample.memory.total_kib != total_kib;
    });
    if (changed != window_.samples.end()) {
      problem(fmt::format("MemTotal changed from {} to {} KiB {}", total_kib,
                          changed->sample.memory.total_kib, at(*changed)));
    }
    const auto known_mib = static_cast<double>(limits_.memory_mib.value_or(total_kib / 1024));
    if (std::abs(mib(total_kib * 1024) - known_mib) > kMemoryTolerance * known_mib + 1) {
      problem(fmt::format("MemTotal is {:.0f} MiB in window {}, the node has {:.0f} MiB",
                          mib(total_kib * 1024), window_.name, known_mib));
    }
    for (const TimedSample& timed : window_.samples) {
      if (const std::string fault = memory_fault(timed.sample); !fault.empty()) {
        problem(fault + " " + at(timed));
        return;
      }
    }
    check_ram_spread();
    check_swap();
  }

  // What goes to the swap leaves the RAM in use: whoever was swapped out looks cheap.
  void check_swap() {
    if (counting_.empty()) return;
    const auto swapped_mib = [](const TimedSample* timed) {
      return mib(timed->sample.memory.swapped_kib * 1024);
    };
    const double grown_mib = swapped_mib(counting_.back()) - swapped_mib(counting_.front());
    if (grown_mib <= kMaxSwapGrowthMib) return;
    problem(fmt::format("{:.0f} MiB went to the swap in window {}, at most {:.0f} MiB is allowed",
                        grown_mib, window_.name, kMaxSwapGrowthMib));
  }

  static std::string memory_fault(const Sample& sample) {
    const double used_mib = ram_used_mib(sample);
    const double total_mib = mib(sample.memory.total_kib * 1024);
    if (!std::isfinite(used_mib)) return "RAM used is not a number";
    if (used_mib < 0) return fmt::format("RAM used is negative ({:.0f} MiB)", used_mib);
    if (used_mib > total_mib) {
      return fmt::format("RAM used ({:.0f} MiB) is above MemTotal ({:.0f} MiB)", used_mib,
                         total_mib);
    }
    const double booked_mib = std::max(sample.cgroup ? mib(sample.cgroup->current_bytes) : 0,
                                       sample.process ? mib(sample.process->rss_kib * 1024) : 0);
    if (booked_mib > total_mib) {
      return fmt::format("what is booked on the guest ({:.0f} MiB) is above MemTotal ({:.0f} MiB)",
                         booked_mib, total_mib);
    }
    if (const auto& cgroup = sample.cgroup; cgroup && cgroup->file_bytes > cgroup->current_bytes) {
      return fmt::format("the cgroup's page cache ({} bytes) is above its whole memory ({} bytes)",
                         cgroup->file_bytes, cgroup->current_bytes);
    }
    if (const auto& process = sample.process; process && process->pss_kib > process->rss_kib) {
      return fmt::format("the process's share of its pages (PSS, {} KiB) is above all of them ({})",
                         *process->pss_kib, process->rss_kib);
    }
    return "";
  }

  void check_ram_spread() {
    if (counting_.empty()) return;
    std::vector<double> used_mib;
    for (const TimedSample* timed : counting_) used_mib.push_back(ram_used_mib(timed->sample));
    const double spread_mib = maximum(used_mib) - minimum(used_mib);
    // Written so that a limit that is no number is a problem too.
    if (!(spread_mib <= limits_.max_ram_spread_mib)) {
      problem(
          fmt::format("RAM used varied by {:.0f} MiB in window {}, at most {:.0f} MiB is "
                      "allowed",
                      spread_mib, window_.name, limits_.max_ram_spread_mib));
    }
  }

  void check_ksm() {
    if (counting_.empty()) return;
    const auto shared = [](const TimedSample* timed) { return timed->sample.ksm_pages_sharing; };
    const auto first = shared(counting_.front());
    for (const TimedSample* timed : counting_) {
      if (shared(timed) == first) continue;
      const auto text = [](const auto& pages) {
        return pages ? std::to_string(*pages) : std::string("unknown");
      };
      problem(fmt::format("KSM was at work: pages_sharing changed from {} to {} {}", text(first),
                          text(shared(timed)), at(*timed)));
      return;
    }
  }

  void check_times() {
    const double longest_s = kGapIntervals * to_seconds(limits_.interval);
    for (std::size_t i = 1; i < window_.samples.size(); ++i) {
      const TimedSample& timed = window_.samples[i];
      const double passed_s = timed.sample.t_s - window_.samples[i - 1].sample.t_s;
      if (!(passed_s > 0)) {
        problem(fmt::format("the node's clock went back or stood still ({:.3f} s) {}", passed_s,
                            at(timed)));
        return;
      }
      if (passed_s > longest_s) {
        problem(fmt::format("a gap of {:.1f} s between two samples {}, at most {:.1f} s is allowed",
                            passed_s, at(timed), longest_s));
        return;
      }
    }
    check_pace();
  }

  // A window is as long as its samples are many, by the node's clock and by ours: else it was
  // sampled faster than asked for, or what arrives was seen at another time.
  void check_pace() {
    if (window_.samples.size() < 2) return;
    const TimedSample& first = window_.samples.front();
    const TimedSample& last = window_.samples.back();
    const auto intervals = static_cast<double>(window_.samples.size() - 1);
    const double least_s = (intervals - 1) * to_seconds(limits_.interval);
    const double seen_s = last.sample.t_s - first.sample.t_s;
    const double arrived_s = to_seconds(last.arrived - first.arrived);
    if (seen_s < least_s) {
      problem(fmt::format("the {} samples of window {} are from {:.1f} s, too little for them",
                          window_.samples.size(), window_.name, seen_s));
    }
    if (std::abs(seen_s - arrived_s) > kGapIntervals * to_seconds(limits_.interval)) {
      problem(
          fmt::format("the samples of window {} are from {:.1f} s by the node's clock and "
                      "arrived within {:.1f} s",
                      window_.name, seen_s, arrived_s));
    }
  }

  void check_cpu() {
    double steal_percent = 0;
    for (std::size_t i = 1; i < window_.samples.size(); ++i) {
      const TimedSample& timed = window_.samples[i];
      if (!timed.counts) continue;
      try {
        const CpuShare share = cpu_share(window_.samples[i - 1].sample, timed.sample);
        if (!(share.used() >= 0 && share.used() <= 100)) {
          problem(fmt::format("{:.1f} % CPU used {}", share.used(), at(timed)));
          return;
        }
        steal_percent = std::max(steal_percent, share.steal);
      } catch (const HarnessError& error) {
        problem(fmt::format("{} {}", error.what(), at(timed)));
        return;
      }
    }
    if (steal_percent > 0) {
      result_.notes.push_back(
          fmt::format("steal up to {:.1f} % in window {}: the node is itself virtual, its CPU "
                      "figures depend on its neighbours",
                      steal_percent, window_.name));
    }
  }

  template <typename Has>
  void check_part(const char* part, bool expected, Has has) {
    const auto found = static_cast<std::size_t>(std::ranges::count_if(
        counting_, [&](const TimedSample* timed) { return has(timed->sample); }));
    if (found == counting_.size() || (found == 0 && !expected)) return;
    problem(fmt::format("the guest's {} is in {} of {} samples of window {}", part, found,
                        counting_.size(), window_.name));
  }

  const Window& window_;
  const PlausibilityLimits& limits_;
  std::vector<const TimedSample*> counting_;
  Plausibility result_;
};

}  // namespace

Plausibility check_plausibility(const Window& window, const PlausibilityLimits& limits) {
  return Check(window, limits).run();
}

}  // namespace pve_accept
