#pragma once

#include <array>
#include <string_view>

namespace pve_accept {

enum class GuestKind { kLxc, kVm };

inline constexpr std::array kGuestKinds = {GuestKind::kLxc, GuestKind::kVm};

// "lxc" or "vm", as in test names, records and scenarios.
constexpr std::string_view to_string(GuestKind kind) {
  return kind == GuestKind::kLxc ? "lxc" : "vm";
}

}  // namespace pve_accept
