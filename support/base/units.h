#pragma once

#include <cstdint>

// Sizes come in bytes and are shown in MiB or GiB.
namespace pve_accept {

inline constexpr std::int64_t kMib = std::int64_t{1} << 20;
inline constexpr std::int64_t kGib = std::int64_t{1} << 30;

constexpr double mib(std::int64_t bytes) {
  return static_cast<double>(bytes) / static_cast<double>(kMib);
}
constexpr double gib(std::int64_t bytes) {
  return static_cast<double>(bytes) / static_cast<double>(kGib);
}

}  // namespace pve_accept
