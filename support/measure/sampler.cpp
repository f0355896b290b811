#include "support/measure/sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "support/base/error.h"
#include "support/base/text.h"

namespace pve_accept {
namespace {

// Without a sample for so many intervals, a sampler has stalled; one with a very short interval
// still has to be started.
constexpr int kStallIntervals = 5;
constexpr Clock::Duration kLeastStall = std::chrono::seconds(5);

// What a slow start, a stalled interval and the way back may add to the sampler's running time.
constexpr Clock::Duration kDeadlineMargin = std::chrono::seconds(60);

// Reading a process's PSS walks the whole page table of a guest: now and then is enough, but a few
// times in a short window too.
int pss_every(int wanted) { return wanted < 60 ? std::max(1, wanted / 4) : 15; }

}  // namespace

RunningSampler::RunningSampler(std::unique_ptr<Process> process, std::string description, int lines,
                               Clock::Duration stall)
    : process_(std::move(process)),
      description_(std::move(description)),
      lines_(lines),
      stall_(stall) {}

TimedSample RunningSampler::next() {
  while (true) {
    if (auto sample = poll(stall_)) return *sample;
  }
}

std::optional<TimedSample> RunningSampler::poll(Clock::Duration wait) {
  if (done()) fail("every sample was read already");
  while (auto line = process_->next_line(wait)) {
    if (line->stream == OutputLine::Stream::kOut) return take(*line);
    note_error(*line);
  }
  if (process_->ended()) fail_ended();
  waited_ += wait;
  if (waited_ >= stall_) fail(fmt::format("no sample for {} s", to_seconds(waited_)));
  return std::nullopt;
}

TimedSample RunningSampler::take(const OutputLine& line) {
  Sample sample;
  try {
    sample = parse_sample(line.text);
  } catch (const HarnessError& error) {
    fail(error.what());
  }
  waited_ = {};
  last_heard_ = line.arrived;
  ++seen_;
  if (done()) close();
  return {.sample = sample, .arrived = line.arrived, .line = line.text};
}

// Warnings, of a missing locale for one, come and go; a sampler that only complains has stalled.
void RunningSampler::note_error(const OutputLine& line) {
  err_ = text::tail(err_ + "\n" + line.text);
  if (!last_heard_) last_heard_ = line.arrived;
  if (line.arrived - *last_heard_ >= stall_) {
    fail(fmt::format("no sample for {} s", to_seconds(line.arrived - *last_heard_)));
  }
}

void RunningSampler::close() {
  try {
    process_->finish();
  } catch (const HarnessError&) {
    // Every sample was read: how the sampler ends changes nothing.
  }
}

void RunningSampler::cancel() { process_->cancel(); }

void RunningSampler::fail_ended() const {
  const CommandResult result = process_->finish();
  throw HarnessError(HarnessError::Details{
      .attempted = "sample the node",
      .where = "node",
      .command = description_,
      .exit_status = result.exit_status,
      .output_tail = err_,
      .problem = fmt::format("the sampler ended after {} of {} samples", seen_, lines_)});
}

void RunningSampler::fail(const std::string& problem) const {
  throw HarnessError(HarnessError::Details{
      .attempted = "sample the node",
      .where = "node",
      .command = description_,
      .output_tail = err_,
      .problem = fmt::format("{} (after {} of {} samples)", problem, seen_, lines_)});
}

Sampler::Sampler(Shell& node, std::string script, Clock::Duration interval)
    : node_(node), script_(std::move(script)), interval_(interval) {}

std::unique_ptr<RunningSampler> Sampler::start(int intervals, const Target& target, int wanted) {
  const int lines = intervals + 1;
  Command command{
      .argv = {"perl", "-", "--lines", std::to_string(lines), "--interval-ms",
               std::to_string(interval_.count())},
      .input = script_,
      .deadline = intervals * interval_ + node_.patience(kDeadlineMargin),
  };
  if (target.cgroup_dir) {
    command.argv.insert(command.argv.end(), {"--cgroup", *target.cgroup_dir});
  }
  if (target.pid) {
    command.argv.insert(command.argv.end(), {"--pid", std::to_string(*target.pid), "--pss-every",
                                             std::to_string(pss_every(wanted))});
  }
  const Clock::Duration stall = std::max(kStallIntervals * interval_, kLeastStall);
  return std::make_unique<RunningSampler>(node_.start(command), command_line(command.argv), lines,
                                          node_.patience(stall));
}

Window Sampler::run(const std::string& name, int intervals, const Target& target) {
  Window window{.name = name};
  try {
    const auto running = start(intervals, target, intervals);
    while (!running->done()) window.samples.push_back(running->next());
  } catch (const HarnessError& error) {
    window.problems.emplace_back(error.what());
    window.broke_off = true;
  }
  if (window.samples.empty()) return window;
  const TimedSample& first = window.samples.front();
  window.began = first.arrived;
  window.started = Clock::WallTime(
      std::chrono::round<Clock::Duration>(std::chrono::duration<double>(first.sample.t_s)));
  return window;
}

}  // namespace pve_accept
