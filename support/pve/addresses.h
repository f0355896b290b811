#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "support/base/json.h"

namespace pve_accept {

// Where a guest is reached, from the replies that tell. A MAC is given in lower case. IPv4 is taken
// before IPv6; empty when there is no address yet.

// `ip --json a` in the container's network; link-local addresses are left out.
std::optional<std::string> address_in_container(const Json& interfaces, std::string_view mac);

// network-get-interfaces of the guest agent; link-local addresses are left out.
std::optional<std::string> address_from_agent(const Json& interfaces, std::string_view mac);

// `ip -j neigh show dev BRIDGE`; a link-local address comes with its zone: "fe80::1%vmbr0".
std::optional<std::string> address_of_neighbour(const Json& neighbours, std::string_view mac,
                                                std::string_view bridge);

}  // namespace pve_accept
