#include "support/record/bound.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "support/base/error.h"

namespace pve_accept {
namespace {

// What a value is, for a reader; nlohmann/json's own types tell 3 and 3.0 apart.
std::string_view kind_of(const Json& value) {
  if (value.is_number()) return "a number";
  if (value.is_string()) return "a text";
  if (value.is_boolean()) return "true or false";
  return value.is_array() ? "a list" : "an object";
}

// Why a value is no data at all, wherever in it that is; empty when it is data.
std::optional<std::string> no_data(const Json& value) {
  if (value.is_null()) return "nothing was measured";
  if (value.is_string() && value.get_ref<const std::string&>().empty()) {
    return "nothing was measured (an empty text)";
  }
  if (value.is_number_float() && !std::isfinite(value.get<double>())) return "not a finite number";
  if (!value.is_structured()) return std::nullopt;
  for (const Json& element : value) {
    if (auto problem = no_data(element)) return "in " + value.dump() + ": " + *problem;
  }
  return std::nullopt;
}

std::string wrong_type(const Json& measured, std::string_view expected) {
  return fmt::format("expected {}, measured {}", expected, measured.dump());
}

bool listed(const Json& list, const Json& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// Of a value that is held against a list: itself, or the elements of an array.
std::vector<Json> parts(const Json& measured) {
  if (!measured.is_array()) return {measured};
  return {measured.begin(), measured.end()};
}

std::string join(const Json& list) {
  std::string text;
  for (const Json& element : list) text += (text.empty() ? "" : ", ") + value_text(element);
  return text;
}

}  // namespace

Bound::Bound(const JsonCursor& place) : json_(place.value()) {
  place.allow_only({"equals", "one_of", "none_of", "min", "max"});
  const bool between = json_.contains("min") || json_.contains("max");
  const std::size_t kinds =
      json_.count("equals") + json_.count("one_of") + json_.count("none_of") + (between ? 1U : 0U);
  if (kinds != 1) {
    place.fail(fmt::format(
        "expected exactly one of equals, one_of, none_of, or min and max; "
        "found {}{}",
        json_.dump(), kinds == 0 ? "" : " (in a file of your own, null removes a key)"));
  }
  if (json_.contains("equals") && json_["equals"].is_null()) {
    place.at("equals").fail("null is what was not measured; it can not be allowed");
  }
  for (const char* key : {"one_of", "none_of"}) {
    if (!json_.contains(key)) continue;
    for (const JsonCursor& element : place.at(key).elements()) {
      if (element.value().is_null() || element.value().is_structured()) {
        element.fail("expected a text, a number, true or false, found " + element.value().dump());
      }
    }
  }
  if (json_.contains("none_of") && json_["none_of"].empty()) {
    place.at("none_of").fail("an empty list forbids nothing");
  }
  for (const char* key : {"min", "max"}) {
    if (json_.contains(key)) place.at(key).number();
  }
  if (min() && max() && *min() > *max()) {
    place.fail(fmt::format("min {} is above max {}", value_text(*min()), value_text(*max())));
  }
}

std::optional<std::string> Bound::unusable(const Json& measured) const {
  if (auto problem = no_data(measured)) return problem;
  if (numeric()) {
    if (measured.is_number()) return std::nullopt;
    return wrong_type(measured, "a number");
  }
  if (json_.contains("equals")) {
    const std::string_view expected = kind_of(json_["equals"]);
    if (kind_of(measured) == expected) return std::nullopt;
    return wrong_type(measured, expected);
  }
  const Json& list = json_.begin().value();
  if (list.empty() && !measured.is_array()) return wrong_type(measured, "a list");
  for (const Json& part : parts(measured)) {
    if (part.is_structured()) return wrong_type(part, "a single value");
    const bool comparable =
        list.empty() || std::any_of(list.begin(), list.end(), [&](const Json& allowed) {
          return kind_of(allowed) == kind_of(part);
        });
    if (!comparable) return wrong_type(part, kind_of(list[0]));
  }
  return std::nullopt;
}

bool Bound::holds(const Json& measured) const {
  if (unusable(measured)) return false;
  if (numeric()) {
    const auto value = measured.get<double>();
    return value >= min().value_or(value) && value <= max().value_or(value);
  }
  if (json_.contains("equals")) return measured == json_["equals"];
  const bool wanted = json_.contains("one_of");
  const Json& list = json_.begin().value();
  const auto all = parts(measured);
  return std::all_of(all.begin(), all.end(),
                     [&](const Json& part) { return listed(list, part) == wanted; });
}

bool Bound::numeric() const { return min() || max(); }
std::optional<double> Bound::min() const { return number("min"); }
std::optional<double> Bound::max() const { return number("max"); }

std::optional<double> Bound::number(const char* key) const {
  const auto found = json_.find(key);
  if (found == json_.end()) return std::nullopt;
  return found->get<double>();
}

std::string Bound::text(const std::optional<std::string>& unit) const {
  if (min() && max()) {
    return fmt::format("{} to {}", value_text(*min()), value_text(*max(), unit));
  }
  if (min()) return "at least " + value_text(*min(), unit);
  if (max()) return "at most " + value_text(*max(), unit);
  if (json_.contains("equals")) return value_text(json_["equals"], unit);
  const Json& list = json_.begin().value();
  if (list.empty()) return "none";
  return (json_.contains("one_of") ? "one of " : "none of ") + join(list);
}

std::string value_text(const Json& value, const std::optional<std::string>& unit) {
  switch (value.type()) {
    case Json::value_t::null:
      return "nothing";
    case Json::value_t::string:
      return value.get<std::string>();
    case Json::value_t::array:
      return value.empty() ? "none" : join(value);
    case Json::value_t::object:
      return value.dump();
    default:
      break;
  }
  std::string text = value.dump();
  if (value.is_number_float()) {
    const auto number = value.get<double>();
    text = std::abs(number) < 1e6 ? fmt::format("{:.6g}", number) : fmt::format("{:.0f}", number);
  }
  return value.is_number() && unit ? text + " " + *unit : text;
}

}  // namespace pve_accept
