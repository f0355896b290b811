#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/base/fields.h"
#include "support/record/value.h"

namespace pve_accept {

// What a claim allows: the `allowed` object of thresholds.json. One of
//   {"equals": value}          the same value; an empty list stands for "no complaints"
//   {"one_of": [values]}       one of these; of a measured list, every element
//   {"none_of": [values]}      none of these; of a measured list, no element
//   {"min": n, "max": n}       a number within; either or both
struct Bound {
  std::optional<Value> equals = {};
  std::optional<std::vector<Value>> one_of = {};
  std::optional<std::vector<Value>> none_of = {};
  std::optional<double> min = {};
  std::optional<double> max = {};

  // Why this bound cannot judge `measured` (nothing measured, not a finite number, another type
  // than the bound speaks of); empty when it can.
  std::optional<std::string> unusable(const Value& measured) const;

  // Only of a value that is usable: NaN holds nowhere, but says nothing either.
  bool holds(const Value& measured) const;

  bool numeric() const { return min || max; }

  // The lowest and the highest number that it allows; empty where there is none.
  std::optional<double> lowest() const { return equals ? equals->number() : min; }
  std::optional<double> highest() const { return equals ? equals->number() : max; }

  // "one of overlayfs, overlay2", "at most 311 MiB", "1500 to 2156 MiB", "no complaints".
  std::string text(const std::optional<std::string>& unit = {}) const;

  // A measured value as it reads beside this bound: an empty list of complaints is "no complaints".
  std::string measured_text(const Value& measured,
                            const std::optional<std::string>& unit = {}) const;
};

template <class Fields>
void visit(Bound& bound, Fields& fields);

// Throws InputError when they make no bound together.
void check_fields(const JsonCursor& place, const Bound& bound);

}  // namespace pve_accept
