#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "support/base/json.h"

namespace pve_accept {

// What was measured or is allowed: nothing at all, true or false, a number, a text, or a list of
// texts (complaints, names).
class Value {
 public:
  using List = std::vector<std::string>;

  Value() = default;  // nothing
  Value(bool value) : value_(value) {}
  Value(std::integral auto value) : value_(static_cast<std::int64_t>(value)) {}
  Value(double value) : value_(value) {}
  Value(const char* text) : value_(std::string(text)) {}
  Value(std::string text) : value_(std::move(text)) {}
  Value(List list) : value_(std::move(list)) {}
  template <class T>
  requires std::integral<T> || std::same_as<T, double> || std::same_as<T, std::string> ||
      std::same_as<T, List>
      Value(const std::optional<T>& value) {
    if (value) *this = Value(*value);
  }

  bool nothing() const { return std::holds_alternative<std::monostate>(value_); }
  std::optional<double> number() const;
  const std::string* text() const { return std::get_if<std::string>(&value_); }
  const List* list() const { return std::get_if<List>(&value_); }
  bool boolean() const { return std::holds_alternative<bool>(value_); }

  // Numbers are compared by their value: 3 is 3.0.
  friend bool operator==(const Value& left, const Value& right);

  friend Json write_field(const Value& value);
  // As a reader wants it: texts bare, numbers with six significant digits, a list by commas, "none"
  // for an empty one, "nothing"; then the unit of a number.
  std::string to_text(const std::optional<std::string>& unit = {}) const;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, List> value_;
};

// A number that is not finite is nothing: it is what was not measured.
Json write_field(const Value& value);
void read_field(const JsonCursor& place, Value& value);

}  // namespace pve_accept
