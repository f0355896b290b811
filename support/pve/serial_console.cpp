#include "support/pve/serial_console.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "support/base/text.h"
#include "support/shell/ssh_key.h"

namespace pve_accept {
namespace {

constexpr std::string_view kBegin = "-----BEGIN SSH HOST KEY KEYS-----";
constexpr std::string_view kEnd = "-----END SSH HOST KEY KEYS-----";

// The longest that the reader stays on the node, should nobody end it: longer than any lab gives a
// guest to be ready (timeouts.ready_s).
constexpr std::chrono::hours kPatience{24};

// socat, which `qm terminal` uses, notices that its channel is gone only when the VM prints the
// next time, and would keep the console from others until then. Perl is on every node, and this
// ends with its channel.
constexpr const char* kReader = R"(use strict;
use warnings;
use IO::Poll qw(POLLIN POLLERR POLLHUP);
use IO::Socket::UNIX;

my ($path, $seconds) = @ARGV;
alarm $seconds;
my $console = IO::Socket::UNIX->new(Peer => $path) or die "connect to $path: $!\n";
my $poll = IO::Poll->new;
$poll->mask($console => POLLIN);
$poll->mask(*STDOUT => POLLERR | POLLHUP);
while ($poll->poll > 0 && !$poll->events(*STDOUT)) {
  sysread $console, my $text, 4096 or last;
  syswrite STDOUT, $text;
}
)";

// The types of key that the SSH transport can pin.
constexpr std::array kKeyTypes = {"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
                                  "ecdsa-sha2-nistp521", "ssh-rsa"};

// The key in a line, whatever stands before it or behind it.
std::optional<std::string> key_in(std::string_view line) {
  for (const std::string type : kKeyTypes) {
    const auto at = line.find(type + " ");
    if (at == std::string_view::npos || (at > 0 && line[at - 1] != ' ')) continue;
    const std::string_view behind = line.substr(at + type.size() + 1);
    std::string key = fmt::format("{} {}", type, behind.substr(0, behind.find(' ')));
    if (is_public_key(key)) return key;
  }
  return std::nullopt;
}

// Behind an escape sequence that begins at `at`: "ESC [ … m" and the like, "ESC ] … BEL", "ESC c".
std::size_t behind_escape(std::string_view line, std::size_t at) {
  const char kind = at + 1 < line.size() ? line[at + 1] : '\0';
  std::size_t end = at + 2;
  if (kind == '[') {
    while (end < line.size() && (line[end] < '@' || line[end] > '~')) ++end;
    ++end;
  } else if (kind == ']') {
    end = line.find_first_of("\a\x1b", end);
    if (end == std::string_view::npos) return line.size();
    end += line[end] == '\x1b' ? 2 : 1;
  }
  return std::min(end, line.size());
}

// The line without escape sequences and control characters.
std::string printable(std::string_view line) {
  std::string text;
  for (std::size_t at = 0; at < line.size();) {
    if (line[at] == '\x1b') {
      at = behind_escape(line, at);
      continue;
    }
    const auto c = static_cast<unsigned char>(line[at++]);
    if (c >= ' ' && c != 0x7F) text += static_cast<char>(c);
  }
  return text;
}

// Empty when nothing but blanks was printed.
std::string last_line(std::string_view text) {
  constexpr std::size_t kLongest = 100;
  std::string last;
  for (const std::string_view line : text::lines(text)) {
    const std::string shown = printable(line);
    if (const auto trimmed = text::trimmed(shown); !trimmed.empty()) {
      last = trimmed.substr(0, kLongest);
    }
  }
  return last;
}

}  // namespace

std::vector<std::string> host_keys_on_console(std::string_view text) {
  std::vector<std::string> whole;
  std::optional<std::vector<std::string>> block;
  for (const std::string_view line : text::lines(text)) {
    const std::string shown = printable(line);
    if (text::contains(shown, kBegin)) {
      block.emplace();
    } else if (block && text::contains(shown, kEnd)) {
      if (!block->empty()) whole = *block;
      block.reset();
    } else if (block) {
      if (auto key = key_in(shown)) block->push_back(*std::move(key));
    }
  }
  return whole;
}

SerialConsole::SerialConsole(Shell& node, Vmid vmid)
    : process_(
          node.start({.argv = {"perl", "-", fmt::format("/var/run/qemu-server/{}.serial0", vmid),
                               std::to_string(std::chrono::seconds(kPatience).count())},
                      .input = kReader,
                      .deadline = kPatience + std::chrono::seconds(60)})) {}

const std::vector<std::string>& SerialConsole::host_keys() {
  if (process_ != nullptr) read();
  return host_keys_;
}

void SerialConsole::read() {
  bool news = false;
  while (const auto line = process_->next_line(Clock::Duration::zero())) {
    std::string& text = line->stream == OutputLine::Stream::kOut ? out_ : err_;
    text += line->text + "\n";
    news = true;
  }
  if (news) host_keys_ = host_keys_on_console(out_);
  ended_ = process_->ended();
  if (ended_ || !host_keys_.empty()) process_.reset();
}

std::string SerialConsole::trouble() const {
  const std::string last = last_line(out_);
  const std::string shown =
      last.empty()
          ? "its serial console stayed silent"
          : fmt::format("its serial console showed no host keys (last line: \"{}\")", last);
  if (!ended_) return shown;
  const std::string error = last_line(err_);
  return fmt::format("{} and cannot be read any more{}", shown,
                     error.empty() ? "" : fmt::format(" ({})", error));
}

}  // namespace pve_accept
