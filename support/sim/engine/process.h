#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/shell/shell.h"
#include "support/sim/engine/engine.h"

namespace pve_accept::sim {

// A command whose output and end are known, or can be known at any time; reading it moves time on.
class SimProcess final : public Process {
 public:
  struct Plan {
    std::string name = {}, command = {};
    std::int64_t id = 0;
    Millis start = 0;
    Millis deadline = 0;  // moment, not duration
    std::optional<Millis> drop_at = {};
    bool hangs = false;
    int exit_status = 0;
    std::vector<const Replacement*> replacements = {};
  };

  SimProcess(Engine& engine, Plan plan, Output output);
  ~SimProcess() override;

  std::optional<OutputLine> next_line(Clock::Duration wait) override;
  bool ended() override;
  CommandResult finish() override;
  void cancel() override;

  // For a reader that never waits: the next piece of the output that is due, and when there will be
  // more to see or the end (never, when it hangs). take_due() throws ConnectionError.
  struct Piece {
    OutputLine::Stream stream;
    std::string text;  // a line with its newline
  };
  std::optional<Piece> take_due();
  Clock::Instant due() const;

 private:
  struct Line {
    Millis at;
    OutputLine::Stream stream;
    std::string text;
    bool newline;
  };

  void split_lines(Output output);
  std::optional<Millis> next_due() const;
  Line take_line();
  void note(const Line& line);
  [[noreturn]] void lose_connection();
  HarnessError::Details details(std::string problem) const;

  Engine& engine_;
  Plan plan_;
  std::deque<Line> lines_;
  std::optional<Output::Source> source_;
  std::int64_t sourced_ = 0;  // lines taken from the source
  std::map<OutputLine::Stream, std::int64_t> taken_;
  Millis end_ = 0;
  bool closed_ = false;
  std::string out_, err_;
};

}  // namespace pve_accept::sim
