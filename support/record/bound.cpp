#include "support/record/bound.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "support/base/contains.h"
#include "support/base/error.h"

namespace pve_accept {
namespace {

// What a value is, for a reader.
std::string_view kind_of(const Value& value) {
  if (value.number()) return "a number";
  if (value.text() != nullptr) return "a text";
  return value.boolean() ? "true or false" : "a list";
}

std::string value_text(const Value& value) { return json_text(write_field(value)); }

// Why a value is no data at all, wherever in it that is; empty when it is data.
std::optional<std::string> no_data(const Value& value) {
  constexpr const char* kEmpty = "nothing was measured (an empty text)";
  if (value.nothing()) return "nothing was measured";
  if (value.text() != nullptr && value.text()->empty()) return kEmpty;
  if (value.number() && !std::isfinite(*value.number())) return "not a finite number";
  if (value.list() != nullptr && std::ranges::find(*value.list(), "") != value.list()->end()) {
    return fmt::format("in {}: {}", value_text(value), kEmpty);
  }
  return std::nullopt;
}

std::string wrong_type(const Value& measured, std::string_view expected) {
  return fmt::format("expected {}, measured {}", expected, value_text(measured));
}

// Of a value that is held against a list: itself, or the elements of a list.
std::vector<Value> parts(const Value& measured) {
  if (measured.list() == nullptr) return {measured};
  return {measured.list()->begin(), measured.list()->end()};
}

std::string join(const std::vector<Value>& values) {
  std::string text;
  for (const Value& value : values) text += (text.empty() ? "" : ", ") + value.to_text();
  return text;
}

bool is_empty_list(const Value& value) { return value.list() != nullptr && value.list()->empty(); }

void check_list(const JsonCursor& place, const char* key) {
  const auto list = place.find(key);
  if (!list) return;
  for (const JsonCursor& element : list->elements()) {
    if (element.value().is_null() || element.value().is_structured()) {
      element.fail("expected a text, a number, true or false, found " + element.value().dump());
    }
  }
}

}  // namespace

void check_fields(const JsonCursor& place, const Bound& bound) {
  for (const char* key : {"one_of", "none_of"}) check_list(place, key);
  if (const auto equals = place.find("equals"); equals && equals->value().is_null()) {
    equals->fail("null is what was not measured; it can not be allowed");
  }
  const auto kinds =
      std::ranges::count(std::array{bound.equals.has_value(), bound.one_of.has_value(),
                                    bound.none_of.has_value(), bound.numeric()},
                         true);
  if (kinds != 1) {
    place.fail(fmt::format(
        "expected exactly one of equals, one_of, none_of, or min and max; "
        "found {}{}",
        place.value().dump(), kinds == 0 ? "" : " (in a file of your own, null removes a key)"));
  }
  if (bound.none_of && bound.none_of->empty()) {
    place.at("none_of").fail("an empty list forbids nothing");
  }
  if (bound.min && bound.max && *bound.min > *bound.max) {
    place.fail(fmt::format("min {} is above max {}", Value(*bound.min).to_text(),
                           Value(*bound.max).to_text()));
  }
}

std::optional<std::string> Bound::unusable(const Value& measured) const {
  if (auto problem = no_data(measured)) return problem;
  if (numeric()) {
    if (measured.number()) return std::nullopt;
    return wrong_type(measured, "a number");
  }
  if (equals) {
    if (kind_of(measured) == kind_of(*equals)) return std::nullopt;
    return wrong_type(measured, kind_of(*equals));
  }
  const std::vector<Value>& list = one_of ? *one_of : *none_of;
  if (list.empty()) {
    if (measured.list() != nullptr) return std::nullopt;
    return wrong_type(measured, "a list");
  }
  for (const Value& part : parts(measured)) {
    const bool comparable = std::ranges::any_of(
        list, [&](const Value& allowed) { return kind_of(allowed) == kind_of(part); });
    if (!comparable) return wrong_type(part, kind_of(list[0]));
  }
  return std::nullopt;
}

bool Bound::holds(const Value& measured) const {
  if (unusable(measured)) return false;
  if (numeric()) {
    const double value = *measured.number();
    return value >= min.value_or(value) && value <= max.value_or(value);
  }
  if (equals) return measured == *equals;
  const std::vector<Value>& list = one_of ? *one_of : *none_of;
  return std::ranges::all_of(parts(measured), [&](const Value& part) {
    return contains(list, part) == one_of.has_value();
  });
}

std::string Bound::text(const std::optional<std::string>& unit) const {
  if (min && max) {
    return fmt::format("{} to {}", Value(*min).to_text(), Value(*max).to_text(unit));
  }
  if (min) return "at least " + Value(*min).to_text(unit);
  if (max) return "at most " + Value(*max).to_text(unit);
  if (equals) return measured_text(*equals, unit);
  if (one_of && one_of->empty()) return "none";
  return one_of ? "one of " + join(*one_of) : "none of " + join(*none_of);
}

std::string Bound::measured_text(const Value& measured,
                                 const std::optional<std::string>& unit) const {
  const bool complaints = equals && is_empty_list(*equals);
  return complaints && is_empty_list(measured) ? "no complaints" : measured.to_text(unit);
}

template <class Fields>
void visit(Bound& bound, Fields& fields) {
  fields("equals", bound.equals, if_set);
  fields("one_of", bound.one_of, if_set);
  fields("none_of", bound.none_of, if_set);
  fields("min", bound.min, if_set);
  fields("max", bound.max, if_set);
}

PVE_ACCEPT_COMPILE_FIELDS(Bound);

}  // namespace pve_accept
