// What looks at a container from the node, past PVE.

#include "support/sim/model/lifecycle.h"
#include "support/sim/tools/guest_commands.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

Json shown_interfaces(const Call& call, const Guest& guest) {
  Json list = Json::array();
  for (const Json& entry : agent_interfaces(call, guest)) {
    Json addresses = Json::array();
    for (const Json& address : entry.at("ip-addresses")) {
      const std::string local = address.at("ip-address");
      addresses.push_back({{"family", address.at("ip-address-type") == "ipv4" ? "inet" : "inet6"},
                           {"local", local},
                           {"prefixlen", address.at("prefix")},
                           {"scope", local.starts_with("fe80") ? "link" : "global"}});
    }
    list.push_back({{"ifindex", list.size() + 1},
                    {"ifname", entry.at("name")},
                    {"address", entry.at("hardware-address")},
                    {"addr_info", std::move(addresses)}});
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
