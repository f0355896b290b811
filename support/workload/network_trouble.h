#pragma once

#include <string_view>

namespace pve_accept {

// The line of a tool's output that blames the network or a registry's rate limit; empty when none
// does. Such a failure says nothing about the guest.
std::string_view network_trouble(std::string_view output);

}  // namespace pve_accept
