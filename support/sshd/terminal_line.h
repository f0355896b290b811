#pragma once

#include <optional>
#include <string>
#include <utility>

namespace pve_accept {

// The line that somebody types into a shell: takes bytes as they come, and gives whole lines. With
// `echoes`, as a terminal does: shows what is typed and understands erase, Ctrl-C and Ctrl-D.
class TerminalLine {
 public:
  explicit TerminalLine(bool echoes) : echoes_(echoes) {}

  // Takes from `input` up to the end of a line and returns that line. What is to be shown is added
  // to `shown`.
  std::optional<std::string> take(std::string& input, std::string& shown);

  // Ctrl-D on an empty line.
  bool ended() const { return ended_; }

  // What is left when the input ends without a newline.
  std::string rest() { return std::exchange(typed_, {}); }

 private:
  bool echoes_;
  bool ended_ = false;
  std::string typed_;
};

}  // namespace pve_accept
