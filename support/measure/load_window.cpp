#include "support/measure/load_window.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "support/base/error.h"
#include "support/base/text.h"

namespace pve_accept {
namespace {

constexpr Clock::Duration kLook = std::chrono::milliseconds(100);
constexpr Clock::Duration kSecond = std::chrono::seconds(1);

struct Span {
  Clock::Instant from;
  Clock::Instant to;
};

// The union of the confirmed intervals, those that meet within the tolerance joined.
std::vector<Span> confirmed_spans(const std::vector<ProgressInterval>& progress) {
  std::vector<Span> spans;
  for (const ProgressInterval& interval : progress) {
    if (!interval.confirmed()) continue;
    if (!spans.empty() && interval.from - spans.back().to <= kJointTolerance) {
      spans.back().to = std::max(spans.back().to, interval.to);
    } else {
      spans.push_back({interval.from, interval.to});
    }
  }
  return spans;
}

// Lets a sample count when it is scheduled and its whole interval was under confirmed load. The
// first sample has no interval.
void confirm_samples(LoadWindow& load) {
  const std::vector<Span> spans = confirmed_spans(load.progress);
  Clock::Instant previous = Clock::Instant::max();
  for (TimedSample& timed : load.window.samples) {
    const bool scheduled =
        previous >= load.opens && timed.arrived <= load.closes && previous < Clock::Instant::max();
    timed.counts = scheduled && std::ranges::any_of(spans, [&](const Span& span) {
                     return span.from <= previous && timed.arrived <= span.to;
                   });
    if (scheduled) ++(timed.counts ? load.samples_inside : load.samples_outside);
    previous = timed.arrived;
  }
}

// A load and a sampler side by side, each read without waiting for the other.
class Observation {
 public:
  Observation(const Clock& clock, const LoadPlan& plan) : clock_(clock), plan_(plan) {
    seen_.window.name = plan.name;
    seen_.window.began = clock.now();
    seen_.window.started = clock.wall();
    seen_.opens = seen_.window.began + plan.lead_in;
    seen_.closes = seen_.window.began + (plan.seconds - 1) * kSecond;
  }

  LoadWindow run(Shell& guest, Sampler& sampler) && {
    if (seen_.closes <= seen_.opens) {
      note_problem(fmt::format("a load of {} s leaves no window after a lead-in of {} s",
                               plan_.seconds, to_seconds(plan_.lead_in)));
      return std::move(seen_);
    }
    guarded("start the load", [&] { load_ = guest.start(plan_.load); });
    if (load_) {
      guarded("start the sampler", [&] {
        const auto length = seen_.closes - seen_.window.began;
        sampler_ = sampler.start(static_cast<int>(length / sampler.interval()), plan_.target);
      });
    }
    while (sampler_ && load_running()) {
      take_sample();
      while (load_ && read_load(Clock::Duration::zero())) {
      }
    }
    if (sampler_) sampler_->cancel();
    await_load();
    confirm_samples(seen_);
    return std::move(seen_);
  }

 private:
  void note_problem(const std::string& text) {
    seen_.problem += (seen_.problem.empty() ? "" : "; ") + text;
  }

  // Does `work`; its HarnessError becomes the observation's problem. True when there was none.
  template <typename Work>
  bool guarded(const char* what, Work work) {
    try {
      work();
      return true;
    } catch (const HarnessError& error) {
      note_problem(fmt::format("{} (after {:.1f} s): {}", what, since_start_s(), error.what()));
      // A load that does not end in time was watched to the last.
      if (dynamic_cast<const DeadlineError*>(&error) == nullptr) seen_.lost_sight = true;
      return false;
    }
  }

  double since_start_s() const { return to_seconds(clock_.now() - seen_.window.began); }

  bool load_running() {
    if (!load_) return false;
    bool running = false;
    if (!guarded("follow the load", [&] { running = !load_->ended(); })) load_.reset();
    return running;
  }

  void take_sample() {
    const bool good = guarded("sample the node under load", [&] {
      if (auto sample = sampler_->poll(kLook)) seen_.window.samples.push_back(*sample);
    });
    if (!good || sampler_->done()) sampler_.reset();
  }

  // Reads a line that the load has printed; false when there is none. A connection that was lost
  // cannot be read again.
  bool read_load(Clock::Duration wait) {
    std::optional<OutputLine> line;
    if (!guarded("follow the load", [&] { line = load_->next_line(wait); })) load_.reset();
    if (line) note_line(*line);
    return line.has_value();
  }

  void note_line(const OutputLine& line) {
    std::optional<Progress> progress;
    guarded("read the load's progress", [&] { progress = plan_.parse_progress(line.text); });
    if (!progress) return;
    const double length_s = progress->at_s - last_at_s_;
    if (!(length_s > 0) || !std::isfinite(length_s)) {
      note_problem(fmt::format("the load's progress did not move on: {}", line.text));
      return;
    }
    last_at_s_ = progress->at_s;
    const Clock::Duration length(std::llround(length_s * 1000));
    seen_.progress.push_back({line.arrived - length, line.arrived, *progress});
    if (!seen_.progress.back().confirmed()) ++seen_.zero_tps_intervals;
  }

  void await_load() {
    const Clock::Instant deadline = seen_.window.began + plan_.load.deadline;
    while (load_running() && clock_.now() < deadline) read_load(kSecond);
    if (!load_) return;
    const bool good = guarded("wait for the load's end", [&] { seen_.load = load_->finish(); });
    if (good) judge_end();
  }

  void judge_end() {
    if (seen_.load->exit_status != 0) {
      const CommandResult& result = *seen_.load;
      const std::string said = text::tail(result.err.empty() ? result.out : result.err);
      note_problem(fmt::format("the load exited {} after {:.1f} s: {}", result.exit_status,
                               since_start_s(), said.empty() ? "it printed nothing" : said));
    } else if (clock_.now() < seen_.closes) {
      note_problem(
          fmt::format("the load ended after {:.1f} s, before its window closed at {:.1f} s",
                      since_start_s(), to_seconds(seen_.closes - seen_.window.began)));
    }
  }

  const Clock& clock_;
  const LoadPlan& plan_;
  LoadWindow seen_;
  std::unique_ptr<Process> load_;
  std::unique_ptr<RunningSampler> sampler_;
  double last_at_s_ = 0;
};

}  // namespace

LoadWindow run_load_window(Shell& guest, Sampler& sampler, const Clock& clock,
                           const LoadPlan& plan) {
  return Observation(clock, plan).run(guest, sampler);
}

}  // namespace pve_accept
