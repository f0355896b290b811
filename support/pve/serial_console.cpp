#include "support/pve/serial_console.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "support/base/reply.h"

namespace pve_accept {
namespace {

constexpr std::string_view kBegin = "-----BEGIN SSH HOST KEY KEYS-----";
constexpr std::string_view kEnd = "-----END SSH HOST KEY KEYS-----";

// The longest that the reader stays on the node, should nobody end it.
constexpr std::chrono::seconds kPatience{900};

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

// The types of key that the SSH transport can pin, and of how many fields a key of each consists
// (RFC 8709 §4, RFC 5656 §3.1, RFC 4253 §6.6).
struct KeyType {
  std::string_view name;
  int fields;
};
constexpr std::array<KeyType, 5> kKeyTypes = {{{"ssh-ed25519", 2},
                                               {"ecdsa-sha2-nistp256", 3},
                                               {"ecdsa-sha2-nistp384", 3},
                                               {"ecdsa-sha2-nistp521", 3},
                                               {"ssh-rsa", 3}}};

std::optional<std::string> decoded_base64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU);
  }
  return bytes;
}

// Takes a length of four bytes and as many bytes off the front of `rest`.
std::optional<std::string_view> take_field(std::string_view& rest) {
  if (rest.size() < 4) return std::nullopt;
  std::size_t size = 0;
  for (const char c : rest.substr(0, 4)) size = size << 8U | static_cast<unsigned char>(c);
  rest.remove_prefix(4);
  if (rest.size() < size) return std::nullopt;
  const std::string_view field = rest.substr(0, size);
  rest.remove_prefix(size);
  return field;
}

// A key whose middle or end was lost among other messages does not add up.
bool well_formed(const KeyType& type, std::string_view base64) {
  const auto bytes = decoded_base64(base64);
  if (!bytes) return false;
  std::string_view rest = *bytes;
  if (take_field(rest) != type.name) return false;
  for (int field = 1; field < type.fields; ++field) {
    if (take_field(rest).value_or("").empty()) return false;
  }
  return rest.empty();
}

// The key in a line, whatever stands before it or behind it.
std::optional<std::string> key_in(std::string_view line) {
  for (const KeyType& type : kKeyTypes) {
    const auto at = line.find(fmt::format("{} ", type.name));
    if (at == std::string_view::npos || (at > 0 && line[at - 1] != ' ')) continue;
    const std::string_view behind = line.substr(at + type.name.size() + 1);
    const std::string_view base64 = behind.substr(0, behind.find(' '));
    if (well_formed(type, base64)) return fmt::format("{} {}", type.name, base64);
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
    if (shown.find(kBegin) != std::string::npos) {
      block.emplace();
    } else if (block && shown.find(kEnd) != std::string::npos) {
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
                               std::to_string(kPatience.count())},
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
