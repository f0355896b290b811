#pragma once

#include <optional>
#include <string>

#include "support/base/json.h"

namespace pve_accept {

// What a claim allows: the `allowed` object of thresholds.json. One of
//   {"equals": value}          the same JSON value; an empty array stands for "none"
//   {"one_of": [values]}       one of these; of a measured array, every element
//   {"none_of": [values]}      none of these; of a measured array, no element
//   {"min": n, "max": n}       a number within; either or both
class Bound {
 public:
  // Reads the object at `place`. Throws InputError with its path.
  explicit Bound(const JsonCursor& place);

  // Why this bound cannot judge `measured` (nothing measured, not a finite number, another type
  // than the bound speaks of); empty when it can.
  std::optional<std::string> unusable(const Json& measured) const;

  // Only of a value that is usable: NaN holds nowhere, but says nothing either.
  bool holds(const Json& measured) const;

  bool numeric() const;               // min or max
  std::optional<double> min() const;  // for plots
  std::optional<double> max() const;
  const Json& json() const { return json_; }

  // "one of overlayfs, overlay2", "at most 311 MiB", "1500 to 2156 MiB", "none".
  std::string text(const std::optional<std::string>& unit = {}) const;

 private:
  std::optional<double> number(const char* key) const;

  Json json_;
};

// A measured or allowed value as a reader wants it: strings bare, numbers with six significant
// digits, arrays as a list, "none" for an empty one, "nothing" for null; then the unit of a number.
std::string value_text(const Json& value, const std::optional<std::string>& unit = {});

}  // namespace pve_accept
