#include "support/sshd/terminal_line.h"

namespace pve_accept {
namespace {

constexpr char kInterrupt = 0x03;   // Ctrl-C
constexpr char kEndOfInput = 0x04;  // Ctrl-D
constexpr char kBackspace = 0x08;
constexpr char kDelete = 0x7f;

}  // namespace

std::optional<std::string> TerminalLine::take(std::string& input, std::string& shown) {
  std::size_t taken = 0;
  std::optional<std::string> line;
  while (taken < input.size() && !line && !ended_) {
    const char c = input[taken++];
    if (c == '\n' || (echoes_ && c == '\r')) {
      if (echoes_) shown += "\r\n";
      line = std::exchange(typed_, {});
    } else if (!echoes_) {
      typed_ += c;
    } else if (c == kInterrupt) {
      shown += "^C\r\n";
      typed_.clear();
      line = "";
    } else if (c == kEndOfInput) {
      ended_ = typed_.empty();
    } else if (c == kBackspace || c == kDelete) {
      if (typed_.empty()) continue;
      typed_.pop_back();
      shown += "\b \b";
    } else {
      typed_ += c;
      shown += c;
    }
  }
  input.erase(0, taken);
  return line;
}

}  // namespace pve_accept
