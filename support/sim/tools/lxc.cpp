// What looks at a container from the node, past PVE.

#include "support/sim/tools/guest_commands.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

constexpr std::int64_t kForEver = 4294967295;
constexpr std::int64_t kLease = 43200;  // of DHCP, in seconds

Json shown_address(const std::string& card, const Json& address) {
  const std::string local = address.at("ip-address");
  const bool ipv4 = address.at("ip-address-type") == "ipv4";
  Json shown = {{"family", ipv4 ? "inet" : "inet6"}, {"local", local},
                {"prefixlen", address.at("prefix")}, {"scope", "global"},
                {"valid_life_time", kForEver},       {"preferred_life_time", kForEver}};
  if (ipv4) shown["label"] = card;
  if (card == "lo") {
    shown["scope"] = "host";
    if (!ipv4) shown["noprefixroute"] = true;
  } else if (ipv4) {  // by DHCP, of a network of 256
    shown["broadcast"] = local.substr(0, local.rfind('.')) + ".255";
    shown["dynamic"] = true;
    shown["valid_life_time"] = shown["preferred_life_time"] = kLease;
  } else if (local.starts_with("fe80")) {
    shown["scope"] = "link";
    shown["protocol"] = "kernel_ll";
  }
  return shown;
}

// Its far end is a card of the node's.
void show_cable(Json& card, std::int64_t ifindex, bool up) {
  card["link_type"] = "ether";
  card["link_index"] = ifindex + 5;
  card["link_netnsid"] = 0;
  card["broadcast"] = "ff:ff:ff:ff:ff:ff";
  card["mtu"] = 1500;
  card["operstate"] = up ? "UP" : "DOWN";
  card["flags"] = {"BROADCAST", "MULTICAST"};
  if (up) card["flags"].insert(card["flags"].end(), {"UP", "LOWER_UP"});
}

Json shown_interfaces(const Call& call, const Guest& guest) {
  Json list = Json::array();
  for (const Json& entry : agent_interfaces(call, guest)) {
    const std::string name = entry.at("name");
    const auto ifindex = static_cast<std::int64_t>(list.size() + 1);
    Json card = {{"ifindex", ifindex},
                 {"ifname", name},
                 {"flags", {"LOOPBACK", "UP", "LOWER_UP"}},
                 {"mtu", 65536},
                 {"qdisc", "noqueue"},
                 {"operstate", "UNKNOWN"},
                 {"group", "default"},
                 {"txqlen", 1000},
                 {"link_type", "loopback"},
                 {"address", entry.at("hardware-address")},
                 {"broadcast", "00:00:00:00:00:00"},
                 {"addr_info", Json::array()}};
    for (const Json& address : entry.at("ip-addresses")) {
      card["addr_info"].push_back(shown_address(name, address));
    }
    if (name != "lo") show_cable(card, ifindex, !card["addr_info"].empty());
    list.push_back(std::move(card));
  }
  return list;
}

}  // namespace

// lxc-info -n VMID -s -p. PVE writes LXC's own configuration when it starts a container.
int lxc_info(Call& call) {
  const Arguments arguments = read_options(call.words(), {"-n=", "-s", "-p"});
  arguments.require({"-n", "-s", "-p"});
  call.spend(0.004);
  const Guest* guest = call.state().find_guest(arguments.number("-n", 0));
  if (guest == nullptr || guest->is_vm() || guest->boots == 0) {
    return call.fail(1, fmt::format("{} doesn't exist", arguments.get("-n")));
  }
  call.out(fmt::format("{:<15} {}\n", "State:", guest->running ? "RUNNING" : "STOPPED"));
  if (guest->running) call.out(fmt::format("{:<15} {}\n", "PID:", guest->pid));
  return 0;
}

// nsenter -t PID --net -- ip --json a: as PVE finds a container's addresses
int nsenter(Call& call) {
  const Arguments arguments = read_options(call.words(), {"-t=", "--net"});
  arguments.require({"-t", "--net"});
  if (arguments.rest != Words{"ip", "--json", "a"}) throw Unsupported{};
  call.spend(0.004);
  const std::int64_t pid = arguments.number("-t", 0);
  for (const Guest& guest : call.state().guests) {
    if (!guest.running || guest.is_vm() || guest.pid != pid) continue;
    call.out(line_of(shown_interfaces(call, guest)));
    return 0;
  }
  return call.fail(
      1, fmt::format("nsenter: cannot open /proc/{}/ns/net: No such file or directory", pid));
}

}  // namespace pve_accept::sim
