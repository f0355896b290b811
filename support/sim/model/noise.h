#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pve_accept::sim {

using Millis = std::int64_t;  // since the simulated node's first moment

// A number that depends on nothing but its arguments: no shared sequence, so that one figure more
// or less somewhere does not move all the others. Spread about 0 with most values near it: in (-1,
// 1), standard deviation 0.33.
double bell(std::uint64_t seed, std::string_view what, std::int64_t tick);

// `digits` hexadecimal digits in lower case.
std::string hex(std::uint64_t seed, std::string_view what, std::int64_t tick, std::size_t digits);

std::string uuid(std::uint64_t seed, std::string_view what, std::int64_t tick);

// A rate that wanders about 1, a new value every second, and its integral over time. Never
// negative, so that counters never run backwards.
class Wander {
 public:
  // `amplitude` is the largest deviation from 1, at most 1.
  Wander(std::uint64_t seed, std::string what, double amplitude);

  // Seconds from 0 to `until`, weighted with the rate.
  double integral_s(Millis until);

 private:
  double rate(std::size_t second) const;

  std::uint64_t seed_;
  std::string what_;
  double amplitude_;
  std::vector<double> sums_ = {0.0};  // sums_[n]: the integral up to second n
};

}  // namespace pve_accept::sim
