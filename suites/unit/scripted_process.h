#pragma once

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "suites/unit/mock_shell.h"

namespace pve_accept {

struct ScriptedLine {
  Clock::Duration at;  // since the clock's start
  std::string text;
  OutputLine::Stream stream = OutputLine::Stream::kOut;
};

// A command that prints given lines at given times of a FakeClock, which moves on as the command is
// waited for.
class ScriptedProcess final : public Process {
 public:
  struct End {
    Clock::Duration at{};
    CommandResult result = {};
    bool connection_lost = false;  // instead of an end
  };

  ScriptedProcess(FakeClock& clock, std::vector<ScriptedLine> lines, End end)
      : clock_(clock), lines_(lines.begin(), lines.end()), end_(std::move(end)) {}

  std::optional<OutputLine> next_line(Clock::Duration wait) override {
    const Clock::Instant until = clock_.now() + wait;
    if (!lines_.empty() && Clock::Instant(lines_.front().at) <= until) {
      const ScriptedLine line = lines_.front();
      lines_.pop_front();
      move_to(Clock::Instant(line.at));
      return OutputLine{line.stream, line.text, Clock::Instant(line.at)};
    }
    if (lines_.empty() && Clock::Instant(end_.at) <= until) {
      move_to(Clock::Instant(end_.at));
      if (end_.connection_lost) throw ConnectionError("reach the host", "connection lost");
      return std::nullopt;
    }
    move_to(until);
    return std::nullopt;
  }

  bool ended() override {
    return lines_.empty() && !end_.connection_lost && Clock::Instant(end_.at) <= clock_.now();
  }

  CommandResult finish() override {
    lines_.clear();
    move_to(Clock::Instant(end_.at));
    if (end_.connection_lost) throw ConnectionError("reach the host", "connection lost");
    return end_.result;
  }

  void cancel() override {}

 private:
  void move_to(Clock::Instant instant) {
    if (instant > clock_.now()) clock_.sleep_for(instant - clock_.now());
  }

  FakeClock& clock_;
  std::deque<ScriptedLine> lines_;
  End end_;
};

}  // namespace pve_accept
