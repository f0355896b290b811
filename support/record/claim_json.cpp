#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "support/record/judge.h"

namespace pve_accept {
namespace {

template <typename Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

std::optional<std::string> string_or_null(const JsonCursor& object, const std::string& key) {
  const auto member = object.find(key);
  if (!member || member->value().is_null()) return std::nullopt;
  return member->string();
}

std::string string_or_empty(const JsonCursor& object, const std::string& key) {
  return string_or_null(object, key).value_or("");
}

Json any_or_null(const JsonCursor& object, const std::string& key) {
  const auto member = object.find(key);
  return member ? member->value() : Json(nullptr);
}

Outcome read_outcome(const JsonCursor& place) {
  for (const Outcome outcome : {Outcome::kPass, Outcome::kFail, Outcome::kError, Outcome::kSkip}) {
    if (place.string() == to_string(outcome)) return outcome;
  }
  place.fail(fmt::format("expected pass, fail, error or skip, found {}", place.value().dump()));
}

std::optional<GuestKind> read_guest(const JsonCursor& place) {
  if (place.value().is_null()) return std::nullopt;
  for (const GuestKind guest : kGuestKinds) {
    if (place.string() == to_string(guest)) return guest;
  }
  place.fail(fmt::format("expected lxc, vm or null, found {}", place.value().dump()));
}

Json also_to_json(const AlsoResult& also) {
  return {{"name", also.name},
          {"measured", also.measured},
          {"unit", or_null(also.unit)},
          {"allowed", also.allowed},
          {"outcome", to_string(also.outcome)}};
}

AlsoResult also_from_json(const JsonCursor& place) {
  return {.name = place.at("name").string(),
          .measured = place.at("measured").value(),
          .unit = string_or_null(place, "unit"),
          .allowed = any_or_null(place, "allowed"),
          .outcome = read_outcome(place.at("outcome"))};
}

}  // namespace

Json to_json(const ClaimResult& result) {
  Json also = Json::array();
  for (const AlsoResult& entry : result.also) also.push_back(also_to_json(entry));
  Json statistics = Json::object();
  for (const auto& [name, value] : result.statistics) {
    statistics[name] = std::isfinite(value) ? Json(value) : Json(nullptr);
  }
  return {{"id", result.id},
          {"guest", result.guest ? Json(to_string(*result.guest)) : Json(nullptr)},
          {"outcome", to_string(result.outcome)},
          {"measured", result.measured},
          {"unit", or_null(result.unit)},
          {"allowed", result.allowed},
          {"reference", result.reference},
          {"statement", result.statement},
          {"how", result.how},
          {"also", also},
          {"statistics", statistics},
          {"note", or_null(result.note)},
          {"message", result.message},
          {"hint", or_null(result.hint)},
          {"duration_s", result.duration_s}};
}

ClaimResult claim_result_from_json(const JsonCursor& entry) {
  ClaimResult result{.id = entry.at("id").string(),
                     .guest = read_guest(entry.at("guest")),
                     .outcome = read_outcome(entry.at("outcome")),
                     .measured = entry.at("measured").value(),
                     .unit = string_or_null(entry, "unit"),
                     .allowed = any_or_null(entry, "allowed"),
                     .reference = any_or_null(entry, "reference"),
                     .statement = string_or_empty(entry, "statement"),
                     .how = string_or_empty(entry, "how"),
                     .note = string_or_null(entry, "note"),
                     .message = string_or_empty(entry, "message"),
                     .hint = string_or_null(entry, "hint")};
  if (const auto also = entry.find("also")) {
    for (const JsonCursor& place : also->elements()) result.also.push_back(also_from_json(place));
  }
  if (const auto statistics = entry.find("statistics")) {
    for (const auto& [name, place] : statistics->members()) {
      const bool finite = !place.value().is_null();
      result.statistics[name] = finite ? place.number() : std::numeric_limits<double>::quiet_NaN();
    }
  }
  if (const auto duration = entry.find("duration_s")) result.duration_s = duration->number();
  return result;
}

}  // namespace pve_accept
