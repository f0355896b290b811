#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/measure/sampler.h"

namespace pve_accept {

// A progress report of a running load: at_s seconds into its run, at the rate since the last one.
struct Progress {
  double at_s = 0;
  double tps = 0;
  std::int64_t failed = 0;  // of what was to be done since then
};

// Reads a line of the load's output; empty when it is no progress report.
using ProgressParser = std::function<std::optional<Progress>(std::string_view line)>;

// A stretch of time that a progress report covers. Its length is the distance of the report's own
// time from the one before; it ends with the report's arrival, or where the next one begins: what
// came later was long on its way, for by the load's own clock they adjoin.
struct ProgressInterval {
  Clock::Instant from;
  Clock::Instant to;
  Progress progress;

  // With a report lost, or more than one, nobody knows what the load did in all that time.
  static constexpr Clock::Duration kLongest = std::chrono::milliseconds(2500);
  bool confirmed() const { return progress.tps > 0 && to - from <= kLongest; }
};

struct LoadPlan {
  Command load;  // held in the foreground of a channel
  ProgressParser parse_progress;
  int seconds = 60;                                   // that the load runs by its own clock
  Clock::Duration lead_in = std::chrono::seconds(5);  // left out at the start
  // Until it begins to work, from its start command on: a slow `docker exec`.
  Clock::Duration start_limit = std::chrono::seconds(60);
  Sampler::Target target = {};
  std::string name = "load";
};

// What was seen of a load and of the node under it. Kept whole even when something broke off.
//
// The window is laid by the load's own clock, not by that of its start command, which may take its
// time. A report that arrives at P and says at_s was made at_s seconds into the run, so the load
// began at P - at_s, or earlier where the report was delayed: of all reports the earliest counts.
struct LoadWindow {
  Window window;  // began with the load's start command; a sample counts only in confirmed load
  std::vector<ProgressInterval> progress;
  std::optional<Clock::Instant> load_began;  // empty when the load never reported progress
  Clock::Instant opens;                      // lead_in after that ...
  Clock::Instant closes;                     // ... to one second before the load's planned end
  // Of the intervals between samples in the window, as many as expected_samples() at most:
  int samples_inside = 0;   // wholly inside confirmed progress
  int samples_outside = 0;  // not so, or after a load that ended early; in no figure
  int zero_tps_intervals = 0;
  bool late = false;                  // the load did not begin within the limit
  std::optional<CommandResult> load;  // empty when it could not be told how the load ended

  std::int64_t seen_failed() const;  // in all progress
};

// Two intervals that are further apart than this have a gap between them: the load's clock stood
// still. Reports and samples are stamped on arrival, on different channels, and a channel is looked
// at every 100 ms.
inline constexpr Clock::Duration kJointTolerance = std::chrono::milliseconds(150);

// The samples that a window has, known beforehand: one an interval, but for the one that may be cut
// at its ends. 0 or less where the load is too short to measure under.
int expected_samples(const LoadPlan& plan, Clock::Duration interval);

// Runs the load in the guest and samples the node meanwhile, until the load has ended. Never throws
// HarnessError: what went wrong is in the window's problems, with everything seen until then.
LoadWindow run_load_window(Shell& guest, Sampler& sampler, const Clock& clock,
                           const LoadPlan& plan);

}  // namespace pve_accept
