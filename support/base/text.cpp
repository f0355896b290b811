#include "support/base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cmath>

namespace pve_accept::text {
namespace {

template <typename Number>
std::optional<Number> parsed(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

}  // namespace

std::string tail(std::string_view text) {
  constexpr int kLines = 10;
  constexpr std::size_t kCharacters = 1000;
  while (text.starts_with('\n')) text.remove_prefix(1);
  while (text.ends_with('\n')) text.remove_suffix(1);
  if (text.size() > kCharacters) {
    text.remove_prefix(text.size() - kCharacters);
    const auto inside_character = [](char c) { return (static_cast<unsigned char>(c) >> 6U) == 2; };
    while (!text.empty() && inside_character(text.front())) text.remove_prefix(1);
  }
  std::size_t start = text.size();
  for (int line = 0; line < kLines && start != std::string_view::npos && start > 0; ++line) {
    start = text.rfind('\n', start - 1);
  }
  return std::string(start == std::string_view::npos || start == 0 ? text : text.substr(start + 1));
}

std::string one_line(std::string_view text, std::string_view separator) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  std::string line;
  for (const char c : text) line += c == '\n' || c == '\r' ? separator : std::string_view(&c, 1);
  return line;
}

std::string replaced(std::string_view text, std::string_view part, std::string_view with) {
  std::string out;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part)) {
    out.append(text.substr(0, at)).append(with);
    text.remove_prefix(at + part.size());
  }
  return out.append(text);
}

std::string lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t start = text.find_first_not_of(kBlanks);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kBlanks) - start + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t start = 0;;) {
    const std::size_t end = text.find(separator, start);
    parts.push_back(text.substr(start, end - start));
    if (end == std::string_view::npos) return parts;
    start = end + 1;
  }
}

std::vector<std::string_view> parts(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  for (std::size_t start = 0;
       (start = text.find_first_not_of(separators, start)) != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(separators, start), text.size());
    parts.push_back(text.substr(start, end - start));
    start = end;
  }
  return parts;
}

std::vector<std::string_view> lines(std::string_view text) { return parts(text, "\n"); }
std::vector<std::string_view> words(std::string_view text) { return parts(text, kBlanks); }

std::optional<std::int64_t> to_whole(std::string_view text) { return parsed<std::int64_t>(text); }

std::optional<double> to_number(std::string_view text) {
  const auto number = parsed<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

std::string exact(double number) {
  std::array<char, 32> text = {};
  char* const end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

std::optional<std::int64_t> to_epoch_s(std::string_view rfc3339) {
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:ddZ";
  if (rfc3339.size() != kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool digit = rfc3339[i] >= '0' && rfc3339[i] <= '9';
    if (kForm[i] == 'd' ? !digit : rfc3339[i] != kForm[i]) return std::nullopt;
  }
  const auto part = [&](std::size_t at, std::size_t length) {
    return static_cast<int>(*to_whole(rfc3339.substr(at, length)));
  };
  const std::chrono::year_month_day day{std::chrono::year(part(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(part(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(part(8, 2)))};
  if (!day.ok() || part(11, 2) > 23 || part(14, 2) > 59 || part(17, 2) > 60) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(day).time_since_epoch().count();
  return ((days * 24 + part(11, 2)) * 60 + part(14, 2)) * 60 + part(17, 2);
}

HarnessError unexpected(std::string_view source, std::string_view found,
                        std::string_view expected) {
  return HarnessError(fmt::format("read {}", source),
                      fmt::format("expected {}, found '{}'", expected, found));
}

}  // namespace pve_accept::text
