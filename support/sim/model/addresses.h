#pragma once

#include <string>

#include "support/sim/model/scenario.h"
#include "support/sim/model/state.h"

namespace pve_accept::sim {

// "BC:24:11:0F:AC:8F", as Proxmox VE makes them up; every creation of a guest gets another one.
std::string new_mac(const Scenario& scenario, std::int64_t vmid, Millis created);

std::string mac_of(const Guest& guest);                             // in lower case; empty: none
std::string ipv4_of(const State& state, const Guest& guest);        // from the DHCP server
std::string ipv6_of(const Scenario& scenario, const Guest& guest);  // link-local, stable privacy

// Whether the guest's network is up: it runs, its bridge is there, it has booted far enough.
bool on_network(const Scenario& scenario, const Guest& guest, Millis at);

// The guest at an address on the bridge, nullptr when nobody answers there.
const Guest* guest_at(const State& state, const Scenario& scenario, const std::string& address,
                      Millis at);

}  // namespace pve_accept::sim
