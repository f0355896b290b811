#include "support/sim/model/addresses.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "support/base/contains.h"
#include "support/base/pattern.h"
#include "support/base/text.h"

namespace pve_accept::sim {
namespace {

constexpr Millis kNetworkBeforeSshd = 1500;  // an address comes a little before sshd

std::int64_t wish(const Guest& guest) {
  std::int64_t sum = guest.is_vm() ? 91 : 51;
  for (const char c : mac_of(guest)) sum = (sum * 31 + c) % 104729;
  return 100 + sum % 100;
}

}  // namespace

std::string new_mac(const Scenario& scenario, std::int64_t vmid, Millis created) {
  std::string digits = hex(scenario.seed, fmt::format("mac {}", vmid), created, 6);
  std::ranges::transform(digits, digits.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return fmt::format("BC:24:11:{}:{}:{}", digits.substr(0, 2), digits.substr(2, 2),
                     digits.substr(4, 2));
}

std::string mac_of(const Guest& guest) {
  static const Pattern pattern("[0-9A-F]{2}(?::[0-9A-F]{2}){5}", Pattern::Letters::kInAnyCase);
  const auto found = pattern.search(guest.option("net0"));
  return found ? text::lower_case(found[0]) : "";
}

// Leases in the order of the guests: who wants a taken address gets the next one.
std::string ipv4_of(const State& state, const Guest& guest) {
  std::vector<std::int64_t> taken;
  for (const Guest& other : state.guests) {
    std::int64_t host = wish(other);
    while (contains(taken, host)) ++host;
    taken.push_back(host);
    if (other.vmid == guest.vmid) return fmt::format("192.168.0.{}", host);
  }
  return "";
}

std::string ipv6_of(const Scenario& scenario, const Guest& guest) {
  // No group begins with a 0, which would have to be left out.
  const std::string digits = hex(scenario.seed, "ipv6 " + mac_of(guest), guest.vmid, 12);
  return fmt::format("fe80::b{}:5{}:4{}:9{}", digits.substr(0, 3), digits.substr(3, 3),
                     digits.substr(6, 3), digits.substr(9, 3));
}

bool on_network(const Scenario& scenario, const Guest& guest, Millis at) {
  if (!guest.running || at < guest.reachable - kNetworkBeforeSshd) return false;
  return !mac_of(guest).empty() && scenario.model.guest(guest.kind).default_route;
}

const Guest* guest_at(const State& state, const Scenario& scenario, const std::string& address,
                      Millis at) {
  const std::string wanted = address.substr(0, address.find('%'));
  for (const Guest& guest : state.guests) {
    if (!on_network(scenario, guest, at)) continue;
    if (wanted == ipv4_of(state, guest) || wanted == ipv6_of(scenario, guest)) return &guest;
  }
  return nullptr;
}

}  // namespace pve_accept::sim
