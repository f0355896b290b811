#include "support/base/reply.h"

#include <fmt/format.h>

namespace pve_accept::text {

Json parse_json(std::string_view text) {
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

std::string text_or_empty(const std::optional<JsonCursor>& value) {
  return value && !value->value().is_null() ? value->string() : std::string();
}

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

}  // namespace pve_accept::text
