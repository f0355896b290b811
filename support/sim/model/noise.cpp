#include "support/sim/model/noise.h"

#include <fmt/format.h>

#include <algorithm>

namespace pve_accept::sim {
namespace {

// The finalizer of SplitMix64 (Steele, Lea, Flood, 2014).
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31U);
}

std::uint64_t hash(std::uint64_t seed, std::string_view what, std::int64_t tick) {
  std::uint64_t value = 0xcbf29ce484222325ULL;  // FNV-1a
  for (const char c : what) {
    value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return mixed(mixed(value ^ mixed(seed)) ^ static_cast<std::uint64_t>(tick));
}

double fraction(std::uint64_t value) {
  return static_cast<double>(value >> 11U) * (1.0 / 9007199254740992.0);  // 2^53
}

}  // namespace

double bell(std::uint64_t seed, std::string_view what, std::int64_t tick) {
  std::uint64_t value = hash(seed, what, tick);
  double sum = 0;
  for (int i = 0; i < 3; ++i) {
    sum += fraction(value);
    value = mixed(value);
  }
  return sum / 1.5 - 1.0;
}

std::string hex(std::uint64_t seed, std::string_view what, std::int64_t tick, std::size_t digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  std::uint64_t value = hash(seed, what, tick);
  while (text.size() < digits) {
    for (int i = 0; i < 16 && text.size() < digits; ++i) {
      text += kDigits[(value >> (4U * static_cast<unsigned>(i))) & 15U];
    }
    value = mixed(value);
  }
  return text;
}

std::string uuid(std::uint64_t seed, std::string_view what, std::int64_t tick) {
  const std::string digits = hex(seed, what, tick, 30);
  return fmt::format("{}-{}-4{}-a{}-{}", digits.substr(0, 8), digits.substr(8, 4),
                     digits.substr(12, 3), digits.substr(15, 3), digits.substr(18, 12));
}

Wander::Wander(std::uint64_t seed, std::string what, double amplitude)
    : seed_(seed), what_(std::move(what)), amplitude_(std::clamp(amplitude, 0.0, 1.0)) {}

double Wander::rate(std::size_t second) const {
  return 1.0 + amplitude_ * bell(seed_, what_, static_cast<std::int64_t>(second));
}

double Wander::integral_s(Millis until) {
  const auto time = static_cast<double>(std::max<Millis>(until, 0)) / 1000.0;
  const auto whole = static_cast<std::size_t>(time);
  while (sums_.size() <= whole) sums_.push_back(sums_.back() + rate(sums_.size() - 1));
  return sums_[whole] + (time - static_cast<double>(whole)) * rate(whole);
}

}  // namespace pve_accept::sim
