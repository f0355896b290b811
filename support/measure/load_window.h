#pragma once

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
};

// Reads a line of the load's output; empty when it is no progress report.
using ProgressParser = std::function<std::optional<Progress>(std::string_view line)>;

// A stretch of time that a progress report covers; it ends with the report's arrival, and its
// length is the distance of the report's own time from the one before.
struct ProgressInterval {
  Clock::Instant from;
  Clock::Instant to;
  Progress progress;

  bool confirmed() const { return progress.tps > 0; }
};

struct LoadPlan {
  Command load;  // held in the foreground of a channel
  ProgressParser parse_progress;
  int seconds = 60;                                   // that the load runs by its own clock
  Clock::Duration lead_in = std::chrono::seconds(5);  // left out at the start
  Sampler::Target target = {};
  std::string name = "load";
};

// What was seen of a load and of the node under it. Kept whole even when something broke off.
struct LoadWindow {
  Window window;  // began with the load's start command; a sample counts only in confirmed load
  std::vector<ProgressInterval> progress;
  Clock::Instant opens;     // the scheduled window: lead_in after the start command ...
  Clock::Instant closes;    // ... to one second before the planned end
  int samples_inside = 0;   // of those scheduled: wholly inside confirmed progress
  int samples_outside = 0;  // of those scheduled: not so, in no figure
  int zero_tps_intervals = 0;
  std::optional<CommandResult> load;  // empty when it could not be told how the load ended
  std::string problem;                // why the observation is not whole; empty when it is
  // Load or node could not be watched to the end: a lost connection, a sampler that broke off, a
  // line that nobody can read. What is missing then says nothing about the guest.
  bool lost_sight = false;
};

// Two intervals that are further apart than this have a gap between them. Reports and samples are
// stamped on arrival, on different channels, and a channel is looked at every 100 ms.
inline constexpr Clock::Duration kJointTolerance = std::chrono::milliseconds(150);

// Runs the load in the guest and samples the node meanwhile. Never throws HarnessError: what went
// wrong is in `problem`, with everything seen until then.
LoadWindow run_load_window(Shell& guest, Sampler& sampler, const Clock& clock,
                           const LoadPlan& plan);

}  // namespace pve_accept
