#include "support/base/text.h"

#include <fmt/format.h>

#include <charconv>
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

std::string text_or_empty(const std::optional<JsonCursor>& value) {
  return value && !value->value().is_null() ? value->string() : std::string();
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

}  // namespace pve_accept::text
