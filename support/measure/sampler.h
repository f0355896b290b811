#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "support/measure/window.h"
#include "support/shell/shell.h"

namespace pve_accept {

// A sampler at work on the node. It ends with the object.
class RunningSampler {
 public:
  RunningSampler(std::unique_ptr<Process> process, std::string description, int lines,
                 Clock::Duration stall);

  // The next sample. Throws HarnessError when the sampler ended early, printed no sample for as
  // long as `stall`, or printed something else; with the line, its exit status and its standard
  // error.
  TimedSample next();

  // The same, but empty when no sample came within `wait`.
  std::optional<TimedSample> poll(Clock::Duration wait);

  bool done() const { return seen_ == lines_; }  // every sample was read
  void cancel();

 private:
  TimedSample take(const OutputLine& line);
  void note_error(const OutputLine& line);
  void close();
  [[noreturn]] void fail_ended() const;
  [[noreturn]] void fail(const std::string& problem) const;

  std::unique_ptr<Process> process_;
  std::string description_;
  int lines_;
  Clock::Duration stall_;
  int seen_ = 0;
  Clock::Duration waited_{};                  // in vain, since the last sample
  std::optional<Clock::Instant> last_heard_;  // the last sample, or the first word of all
  std::string err_;
};

// Runs the sampler script on the node: one remote process and one channel for a whole window.
class Sampler {
 public:
  struct Target {
    std::optional<std::string> cgroup_dir = {};  // "/sys/fs/cgroup/lxc/9001"
    std::optional<std::int64_t> pid = {};        // of the KVM process
  };

  // `script` is the text of fixtures/assets/sampler.pl. The shell must outlive the sampler.
  Sampler(Shell& node, std::string script, Clock::Duration interval = std::chrono::seconds(1));

  // A window of `intervals` intervals, hence as many CPU shares and one sample more. Blocks for
  // that long. A window that broke off has what was seen until then. Throws nothing of its own.
  Window run(const std::string& name, int intervals, const Target& target);

  // Read by the caller, for so many intervals at most; the figures are to be made of `wanted`.
  // Throws HarnessError where the node cannot be reached.
  std::unique_ptr<RunningSampler> start(int intervals, const Target& target, int wanted);

  Clock::Duration interval() const { return interval_; }

 private:
  Shell& node_;
  std::string script_;
  Clock::Duration interval_;
};

}  // namespace pve_accept
