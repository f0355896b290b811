#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "support/shell/shell.h"

namespace pve_accept {

// What a command printed on one stream, in bounded memory: all of it up to kMaxOutput, else the
// first and the last kMaxOutput / 2 with a line between them that says how many bytes are missing.
class BoundedOutput {
 public:
  static constexpr std::size_t kMaxOutput = 16UL << 20U;

  void append(std::string_view data);
  std::string text() const;

 private:
  static constexpr std::size_t kHalf = kMaxOutput / 2;

  std::string head_;
  std::string tail_;  // a ring once it is full
  std::uint64_t tail_bytes_ = 0;
};

// The lines of both streams that have arrived and were not read yet.
class ArrivedLines {
 public:
  void append(OutputLine::Stream stream, std::string_view data, Clock::Instant now);

  // The command has ended: what has no newline yet is a line too.
  void finish(Clock::Instant now);

  // The oldest line. Throws HarnessError when so much came unread that it had to be dropped.
  std::optional<OutputLine> next();

  bool empty() const { return lines_.empty() && !dropped_; }

 private:
  void push(OutputLine::Stream stream, std::string& text, Clock::Instant now);

  std::deque<OutputLine> lines_;
  std::string partial_[2];
  std::size_t bytes_ = 0;
  bool dropped_ = false;
};

}  // namespace pve_accept
