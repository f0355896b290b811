#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/shell/shell.h"
#include "support/sim/model/noise.h"
#include "support/sim/model/scenario.h"

namespace pve_accept::sim {

// What a command prints, each piece with its time, and how its own time passes.
class Output {
 public:
  using Stream = OutputLine::Stream;

  struct Piece {
    Millis at;
    Stream stream;
    std::string text;
  };

  // Lines that are made when they are due, from what is so at that time.
  struct Source {
    Millis first, interval;
    std::int64_t count;
    std::function<std::string(Millis due, std::int64_t index)> line;
  };

  // `pace` is the share of its usual time that work takes (Model::Node::pace).
  Output(Millis start, double pace) : now_(start), pace_(pace) {}

  // For a command within the command, whose output is kept apart.
  Output inner() const { return {now_, pace_}; }

  void out(std::string_view text) { write(Stream::kOut, text); }
  void err(std::string_view text) { write(Stream::kErr, text); }
  void spend(double seconds) { now_ += static_cast<Millis>(seconds * pace_ * 1000.0); }
  // Nothing more comes before that moment; one that has passed already changes nothing.
  void wait_until(Millis time) { now_ = std::max(now_, time); }
  Millis now() const { return now_; }
  void set_source(Source source);

  std::string text(Stream stream) const;  // all of it
  // What stands in for all that was printed there.
  void set(Stream stream, std::string_view text);
  // Applies the replacements of rules to all that was printed.
  void replace(const std::vector<const Replacement*>& replacements);
  // The command was killed then: what it would have printed later is not there.
  void end_at(Millis time);
  const std::vector<Piece>& pieces() const { return pieces_; }
  const std::optional<Source>& source() const { return source_; }

 private:
  void write(Stream stream, std::string_view text);

  Millis now_;
  double pace_;
  std::vector<Piece> pieces_;
  std::optional<Source> source_;
};

// A line, the `number`th of its stream, as the rules leave it.
std::string replaced_line(const std::vector<const Replacement*>& replacements,
                          OutputLine::Stream stream, std::int64_t number, std::string line);

}  // namespace pve_accept::sim
