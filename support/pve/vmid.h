#pragma once

#include <fmt/format.h>

#include <compare>
#include <ostream>
#include <string>

#include "support/base/error.h"

namespace pve_accept {

// The number of a guest, unique in a cluster. PVE takes 100 to 999999999.
class Vmid {
 public:
  static constexpr int kLowest = 100;
  static constexpr int kHighest = 999'999'999;

  // Throws InputError when PVE would not take the number.
  explicit Vmid(int value) : value_(value) {
    if (value < kLowest || value > kHighest) {
      throw InputError(
          fmt::format("VMID {}: expected a number from {} to {}", value, kLowest, kHighest));
    }
  }

  int value() const { return value_; }
  friend auto operator<=>(const Vmid&, const Vmid&) = default;

 private:
  int value_;
};

inline std::string to_string(Vmid vmid) { return std::to_string(vmid.value()); }
inline std::ostream& operator<<(std::ostream& out, Vmid vmid) { return out << vmid.value(); }

}  // namespace pve_accept

template <>
struct fmt::formatter<pve_accept::Vmid> : fmt::formatter<int> {
  template <typename Context>
  auto format(pve_accept::Vmid vmid, Context& context) const {
    return fmt::formatter<int>::format(vmid.value(), context);
  }
};
