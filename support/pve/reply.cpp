#include "support/pve/reply.h"

#include <fmt/format.h>

namespace pve_accept::pve {
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

}  // namespace pve_accept::pve
