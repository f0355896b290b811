#include "support/pve/addresses.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "support/base/reply.h"

namespace pve_accept {
namespace {

bool is_ipv4(const std::string& address) { return address.find(':') == std::string::npos; }

// fe80::/10
bool is_link_local(const std::string& address) {
  static constexpr std::array kPrefixes = {"fe8", "fe9", "fea", "feb"};
  return std::ranges::any_of(kPrefixes,
                             [&](const char* prefix) { return address.starts_with(prefix); });
}

int rank(const std::string& address) {
  return is_ipv4(address) ? 0 : is_link_local(address) ? 2 : 1;
}

std::optional<std::string> best(const std::vector<std::string>& addresses) {
  if (addresses.empty()) return std::nullopt;
  return *std::ranges::min_element(addresses, {}, rank);
}

// A list of interfaces: how it calls the MAC, the array of addresses, and the address in those.
struct InterfaceNames {
  const char *source, *mac, *addresses, *address;
};

std::optional<std::string> address_of_interface(const Json& interfaces, std::string_view mac,
                                                const InterfaceNames& names) {
  return best(text::read_reply(interfaces, names.source, [&](const JsonCursor& root) {
    std::vector<std::string> addresses;
    for (const JsonCursor& interface : root.elements()) {
      const auto hardware = interface.find(names.mac);
      if (!hardware || text::lower_case(hardware->string()) != mac) continue;
      const auto listed = interface.find(names.addresses);
      if (!listed) continue;  // up, but without an address
      for (const JsonCursor& entry : listed->elements()) {
        const std::string address = text::lower_case(entry.at(names.address).string());
        if (!is_link_local(address)) addresses.push_back(address);
      }
    }
    return addresses;
  }));
}

bool unreachable(const JsonCursor& neighbour) {
  const auto states = neighbour.find("state");
  return states && std::ranges::any_of(states->elements(), [](const JsonCursor& state) {
           return state.string() == "FAILED" || state.string() == "INCOMPLETE";
         });
}

}  // namespace

std::optional<std::string> address_in_container(const Json& interfaces, std::string_view mac) {
  return address_of_interface(interfaces, mac, {"ip --json a", "address", "addr_info", "local"});
}

std::optional<std::string> address_from_agent(const Json& interfaces, std::string_view mac) {
  return address_of_interface(
      interfaces, mac,
      {"network-get-interfaces", "hardware-address", "ip-addresses", "ip-address"});
}

std::optional<std::string> address_of_neighbour(const Json& neighbours, std::string_view mac,
                                                std::string_view bridge) {
  auto found = best(text::read_reply(neighbours, "ip neigh", [mac](const JsonCursor& root) {
    std::vector<std::string> addresses;
    for (const JsonCursor& neighbour : root.elements()) {
      const auto hardware = neighbour.find("lladdr");
      if (!hardware || text::lower_case(hardware->string()) != mac || unreachable(neighbour))
        continue;
      addresses.push_back(text::lower_case(neighbour.at("dst").string()));
    }
    return addresses;
  }));
  if (found && is_link_local(*found)) *found += fmt::format("%{}", bridge);
  return found;
}

}  // namespace pve_accept
