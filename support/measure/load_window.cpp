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

// The intervals adjoin by the load's own clock: one ends no later than the next begins. A report
// that comes after that was only long on its way. (Where the load stood still, all later ones come
// later, and the gap stays.)
void take_back_delays(std::vector<ProgressInterval>& progress) {
  for (std::size_t i = progress.size(); i-- > 1;) {
    ProgressInterval& before = progress[i - 1];
    const Clock::Duration delay = before.to - progress[i].from;
    if (delay <= Clock::Duration::zero()) continue;
    before.from -= delay;
    before.to -= delay;
  }
}

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

// Lets a sample count when its interval is one of the `expected` in the window and was wholly under
// confirmed load. The first sample has no interval.
void confirm_samples(LoadWindow& load, int expected) {
  const std::vector<Span> spans = confirmed_spans(load.progress);
  Clock::Instant previous = Clock::Instant::max();
  for (TimedSample& timed : load.window.samples) {
    const bool scheduled = load.load_began && previous < Clock::Instant::max() &&
                           previous >= load.opens && timed.arrived <= load.closes &&
                           load.samples_inside + load.samples_outside < expected;
    timed.counts = scheduled && std::ranges::any_of(spans, [&](const Span& span) {
                     return span.from <= previous && timed.arrived <= span.to;
                   });
    if (scheduled) ++(timed.counts ? load.samples_inside : load.samples_outside);
    previous = timed.arrived;
  }
}

// A load and a sampler side by side, each read without waiting for the other.
class LoadWatch {
 public:
  LoadWatch(const Clock& clock, const LoadPlan& plan) : clock_(clock), plan_(plan) {
    seen_.window.name = plan.name;
    seen_.window.began = clock.now();
    seen_.window.started = clock.wall();
    lay_window(seen_.window.began);
  }

  LoadWindow run(Shell& guest, Sampler& sampler) && {
    const int expected = expected_samples(plan_, sampler.interval());
    if (expected < 1) {
      note_problem(fmt::format("a load of {} s leaves no window after a lead-in of {} s",
                               plan_.seconds, to_seconds(plan_.lead_in)));
      return std::move(seen_);
    }
    guarded("start the load", [&] { load_ = guest.start(plan_.load); });
    if (load_) {
      guarded("start the sampler", [&] {
        // As long as the load may take; it ends with the load.
        const auto most = static_cast<int>(plan_.load.deadline / sampler.interval());
        sampler_ = sampler.start(most, plan_.target, expected);
      });
    }
    while (sampler_ && load_running()) {
      take_sample();
      while (load_ && read_load(Clock::Duration::zero())) {
      }
    }
    if (sampler_) sampler_->cancel();
    await_load();
    judge_start();
    take_back_delays(seen_.progress);
    confirm_samples(seen_, expected);
    judge_samples(expected);
    return std::move(seen_);
  }

 private:
  void note_problem(const std::string& text) { seen_.window.problems.push_back(text); }

  void lay_window(Clock::Instant load_began) {
    seen_.opens = load_began + plan_.lead_in;
    seen_.closes = load_began + (plan_.seconds - 1) * kSecond;
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
      if (dynamic_cast<const DeadlineError*>(&error) == nullptr) seen_.window.broke_off = true;
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
    const double most_s = to_seconds(line.arrived - seen_.window.began) + 1;
    if (!(length_s > 0) || !(progress->at_s <= most_s)) {
      note_problem(fmt::format("the load's progress {}: {}",
                               length_s > 0 ? "is ahead of the time" : "did not move on",
                               line.text));
      seen_.window.broke_off = true;
      return;
    }
    last_at_s_ = progress->at_s;
    seen_.progress.push_back({line.arrived - millis(length_s), line.arrived, *progress});
    if (!(progress->tps > 0)) ++seen_.zero_tps_intervals;
    const Clock::Instant began = line.arrived - millis(progress->at_s);
    seen_.load_began = std::min(began, seen_.load_began.value_or(began));
    lay_window(*seen_.load_began);
  }

  static Clock::Duration millis(double seconds) {
    return Clock::Duration(std::llround(seconds * 1000));
  }

  void await_load() {
    const Clock::Instant deadline = seen_.window.began + plan_.load.deadline;
    while (load_running() && clock_.now() < deadline) read_load(kSecond);
    if (!load_) return;
    const bool good = guarded("wait for the load's end", [&] { seen_.load = load_->finish(); });
    if (good) judge_end();
  }

  void judge_start() {
    const double limit_s = to_seconds(plan_.start_limit);
    if (!seen_.load_began) {
      if (seen_.load) return;  // how it ended says why
      note_problem("the load reported no progress");
    } else if (*seen_.load_began - seen_.window.began > plan_.start_limit) {
      note_problem(
          fmt::format("the load began {:.1f} s after its command, at most {} s are allowed",
                      to_seconds(*seen_.load_began - seen_.window.began), limit_s));
    } else {
      return;
    }
    seen_.late = true;
  }

  // After a load that ended early all that is missing is outside of it. Else the sampler owes it;
  // a few moments may pass while the node stands still.
  void judge_samples(int expected) {
    const int missing = expected - seen_.samples_inside - seen_.samples_outside;
    if (seen_.load && ended_ < seen_.closes) {
      seen_.samples_outside += missing;
    } else if (missing > expected / 10 && !seen_.window.broke_off) {
      note_problem(fmt::format("{} of {} samples are missing", missing, expected));
      seen_.window.broke_off = true;
    }
  }

  void judge_end() {
    ended_ = clock_.now();
    if (seen_.load->exit_status != 0) {
      const CommandResult& result = *seen_.load;
      const std::string said = text::tail(result.err.empty() ? result.out : result.err);
      note_problem(fmt::format("the load exited {} after {:.1f} s: {}", result.exit_status,
                               since_start_s(), said.empty() ? "it printed nothing" : said));
    } else if (ended_ < seen_.closes) {
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
  Clock::Instant ended_;
  double last_at_s_ = 0;
};

}  // namespace

std::int64_t LoadWindow::seen_failed() const {
  std::int64_t failed = 0;
  for (const ProgressInterval& interval : progress) failed += interval.progress.failed;
  return failed;
}

int expected_samples(const LoadPlan& plan, Clock::Duration interval) {
  return static_cast<int>(((plan.seconds - 1) * kSecond - plan.lead_in) / interval) - 1;
}

LoadWindow run_load_window(Shell& guest, Sampler& sampler, const Clock& clock,
                           const LoadPlan& plan) {
  return LoadWatch(clock, plan).run(guest, sampler);
}

}  // namespace pve_accept
