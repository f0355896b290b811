#include "support/record/value.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "support/base/fields.h"

namespace pve_accept {
namespace {

std::string number_text(double number) {
  return std::abs(number) < 1e6 ? fmt::format("{:.6g}", number) : fmt::format("{:.0f}", number);
}

// "1 row", but "1 ms" and "1 tps".
std::string unit_text(double number, const std::string& unit) {
  const bool plural = unit.size() > 3 && unit.ends_with('s');
  return plural && number == 1 ? unit.substr(0, unit.size() - 1) : unit;
}

}  // namespace

std::optional<double> Value::number() const {
  if (const auto* whole = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*whole);
  if (const auto* number = std::get_if<double>(&value_)) return *number;
  return std::nullopt;
}

bool operator==(const Value& left, const Value& right) {
  if (const auto number = left.number()) return number == right.number();
  return left.value_ == right.value_;
}

std::string Value::to_text(const std::optional<std::string>& unit) const {
  if (const auto value = number()) {
    const auto* whole = std::get_if<std::int64_t>(&value_);
    const std::string text = whole != nullptr ? std::to_string(*whole) : number_text(*value);
    return unit ? text + " " + unit_text(*value, *unit) : text;
  }
  if (const auto* flag = std::get_if<bool>(&value_)) return *flag ? "true" : "false";
  if (text() != nullptr) return *text();
  if (list() == nullptr) return "nothing";
  return list()->empty() ? "none" : fmt::format("{}", fmt::join(*list(), ", "));
}

Json write_field(const Value& value) {
  return std::visit(
      [](const auto& held) -> Json {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::same_as<Held, std::monostate>) {
          return nullptr;
        } else {
          return write_value(held);
        }
      },
      value.value_);
}

void read_field(const JsonCursor& place, Value& value) {
  const Json& json = place.value();
  if (json.is_null()) {
    value = Value();
  } else if (json.is_boolean()) {
    value = json.get<bool>();
  } else if (json.is_number_integer()) {
    value = place.integer();
  } else if (json.is_number()) {
    value = place.number();
  } else if (json.is_string()) {
    value = place.string();
  } else if (json.is_array()) {
    value = read_fields<Value::List>(place);
  } else {
    place.fail(fmt::format("expected a number, a text, true or false, or a list of texts, found {}",
                           json.dump()));
  }
}

}  // namespace pve_accept
