#include "support/base/terminal_text.h"

#include <fmt/format.h>

#include <array>
#include <clocale>
#include <cwchar>

namespace pve_accept::text {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

// The first character of a text that is not empty; of what is no UTF-8, one byte.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) return {};
  auto code = static_cast<char32_t>(lead & (0x7fU >> bytes));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return {};
    code = (code << 6U) | (byte(i) & 0x3fU);
  }
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < kLeast[bytes] || code > 0x10ffff || surrogate) return {};
  return {code, bytes, true};
}

bool turns_direction(char32_t code) {
  return code == 0x61c || code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069);
}

bool obeyed(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 ||
         turns_direction(code);
}

int columns_of(char32_t code) {
  if (code < 0x7f) return 1;
  static const locale_t kUtf8 = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (kUtf8 == nullptr) return 2;  // rather too short than wrapped
  const locale_t before = ::uselocale(kUtf8);
  const int width = ::wcwidth(static_cast<wchar_t>(code));
  ::uselocale(before);
  return width < 0 ? 2 : width;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const Character next = first_character(text);
    const std::string_view bytes = text.substr(0, next.bytes);
    text.remove_prefix(next.bytes);
    if (bytes == "\t") {
      shown += ' ';
    } else if (bytes == "\n" || (next.valid && !obeyed(next.code))) {
      shown += bytes;
    } else {
      for (const char c : bytes) shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return shown;
}

int columns(std::string_view line) {
  int sum = 0;
  while (!line.empty()) {
    const Character next = first_character(line);
    sum += columns_of(next.code);
    line.remove_prefix(next.bytes);
  }
  return sum;
}

std::string cut(std::string_view line, int columns) {
  if (columns < 1) return {};
  int taken = 0;
  std::size_t fits = 0;  // bytes, with room for the mark behind them
  for (std::size_t at = 0; at < line.size();) {
    const Character next = first_character(line.substr(at));
    taken += columns_of(next.code);
    if (taken > columns) return std::string(line.substr(0, fits)) + "…";
    at += next.bytes;
    if (taken < columns) fits = at;
  }
  return std::string(line);
}

std::string clipped(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  std::size_t end = bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return fmt::format("{}… ({} bytes left out)", text.substr(0, end), text.size() - end);
}

}  // namespace pve_accept::text
