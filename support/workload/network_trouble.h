#pragma once

#include <span>
#include <string_view>

namespace pve_accept {

// The first line of a tool's output that has one of the signs, and not the text `unless`; empty
// when there is none.
std::string_view line_with(std::span<const std::string_view> signs, std::string_view output,
                           std::string_view unless = {});

// The line of a tool's output that blames the network or a registry's rate limit; empty when none
// does. Such a failure says nothing about the guest.
std::string_view network_trouble(std::string_view output);

}  // namespace pve_accept
