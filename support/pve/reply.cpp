#include "support/pve/reply.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace pve_accept::pve {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

template <typename Number>
std::optional<Number> parsed(std::string_view text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

}  // namespace

std::int64_t whole(const JsonCursor& value) {
  if (!value.value().is_string()) return value.integer();
  const auto number = to_whole(value.string());
  if (!number) value.fail(fmt::format("expected a whole number, found '{}'", value.string()));
  return *number;
}

std::int64_t whole_or_zero(const std::optional<JsonCursor>& value) {
  return value && !value->value().is_null() ? whole(*value) : 0;
}

bool truth(const std::optional<JsonCursor>& value) {
  if (!value || value->value().is_null()) return false;
  if (value->value().is_boolean()) return value->boolean();
  return whole(*value) != 0;
}

std::string text_or_empty(const std::optional<JsonCursor>& value) {
  return value && !value->value().is_null() ? value->string() : std::string();
}

std::vector<std::string_view> lines(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text.empty() ? std::vector<std::string_view>{} : split(text, '\n');
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

std::string_view trimmed(std::string_view text) {
  const std::size_t start = text.find_first_not_of(kBlanks);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kBlanks) - start + 1);
}

std::optional<std::int64_t> to_whole(std::string_view text) { return parsed<std::int64_t>(text); }

std::optional<double> to_number(std::string_view text) {
  const auto number = parsed<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

HarnessError unexpected(std::string_view source, std::string_view found,
                        std::string_view expected) {
  return HarnessError(fmt::format("read {}", source),
                      fmt::format("expected {}, found '{}'", expected, found));
}

}  // namespace pve_accept::pve
