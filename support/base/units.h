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

// More than that in the swap than before, and RAM used says less than what something costs: a tenth
// of the spike's own tolerance of 100 MB.
inline constexpr double kMaxSwapGrowthMib = 10;

}  // namespace pve_accept
