#include "support/base/pattern.h"
#include "support/sim/model/addresses.h"
#include "support/sim/model/containers.h"
#include "support/sim/model/lifecycle.h"
#include "support/sim/tools/options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

// What answers on a port of a guest: the container that publishes it.
const Container* published(const Guest& guest, std::int64_t port, Millis at) {
  for (const Container& container : guest.docker.containers) {
    if (container.host_port == port && is_up(container, at)) return &container;
  }
  return nullptr;
}

int neighbours(Call& call) {
  Json list = Json::array();
  list.push_back(
      {{"dst", "192.168.0.1"}, {"lladdr", "d8:07:b6:4e:12:90"}, {"state", {"REACHABLE"}}});
  const auto add = [&](const Guest& guest, const std::string& address) {
    list.push_back({{"dst", address}, {"lladdr", mac_of(guest)}, {"state", {"REACHABLE"}}});
  };
  for (const bool v6 : {false, true}) {
    for (const Guest& guest : call.state().guests) {
      if (!on_network(call.world.scenario, guest, call.now())) continue;
      if (!v6) add(guest, ipv4_of(call.state(), guest));
      if (v6 && call.state().neighbours_probed) add(guest, ipv6_of(call.world.scenario, guest));
    }
  }
  call.out(line_of(list));
  return 0;
}

}  // namespace

// On the node: ip -j neigh show dev vmbr0. In a guest: ip -j route show default.
int ip(Call& call) {
  const Words words = call.words();
  call.spend(0.002);
  if (call.is_node()) {
    if (words.size() != 5 || words != Words{"-j", "neigh", "show", "dev", words[4]}) {
      throw Unsupported{};
    }
    if (!has_bridge(call, words[4])) {
      return call.fail(1, fmt::format("Cannot find device \"{}\"", words[4]));
    }
    return neighbours(call);
  }
  if (words != Words{"-j", "route", "show", "default"}) throw Unsupported{};
  Json routes = Json::array();
  if (call.guest_model().default_route) {
    routes.push_back({{"dst", "default"},
                      {"gateway", "192.168.0.1"},
                      {"dev", "eth0"},
                      {"protocol", "dhcp"},
                      {"prefsrc", ipv4_of(call.state(), *call.guest)},
                      {"metric", 1024},
                      {"flags", Json::array()}});
  }
  call.out(line_of(routes));
  return 0;
}

// ping -c 2 -I vmbr0 ff02::1: whoever is on the bridge answers, and is a neighbour from then on.
int ping(Call& call) {
  const Arguments arguments = read_options(call.words(), {"-c=2", "-I="});
  arguments.require({"-c", "-I"});
  if (arguments.rest != Words{"ff02::1"}) throw Unsupported{};
  const std::string bridge = arguments.get("-I");
  if (!has_bridge(call, bridge)) {
    return call.fail(2, fmt::format("ping: unknown iface: {}", bridge));
  }
  call.out(
      fmt::format("PING ff02::1 (ff02::1) from fe80::da07:b6ff:fe4e:1290%{0} {0}: 56 data "
                  "bytes\n64 bytes from fe80::da07:b6ff:fe4e:1290%{0}: icmp_seq=1 ttl=64 "
                  "time=0.041 ms\n",
                  bridge));
  int duplicates = 0;
  for (const Guest& guest : call.state().guests) {
    if (!on_network(call.world.scenario, guest, call.now())) continue;
    call.out(fmt::format("64 bytes from {}%{}: icmp_seq=1 ttl=64 time=0.3 ms (DUP!)\n",
                         ipv6_of(call.world.scenario, guest), bridge));
    ++duplicates;
  }
  call.spend(1.02);
  call.out(
      fmt::format("64 bytes from fe80::da07:b6ff:fe4e:1290%{}: icmp_seq=2 ttl=64 time=0.038 "
                  "ms\n\n--- ff02::1 ping statistics ---\n2 packets transmitted, 2 received, "
                  "+{} duplicates, 0% packet loss, time 1020ms\n",
                  bridge, duplicates));
  call.state().neighbours_probed = true;
  return 0;
}

// curl -s -o /dev/null -w '%{http_code} %header{server}' --max-time N URL, and curl -fsSL [-x
// PROXY] …/gpg -o FILE
int curl(Call& call) {
  const Arguments arguments =
      read_options(call.words(), {"-s", "-fsSL", "-o=", "-w=", "--max-time=", "-x="});
  const std::string target = arguments.get("-o");
  const bool code = arguments.has("-w");
  const std::string status_only = "%{http_code}", written = arguments.get("-w");
  if (code && written != status_only && written != status_only + " %header{server}")
    throw Unsupported{};
  if (arguments.rest.size() != 1) throw Unsupported{};
  const std::string& url = arguments.rest[0];
  if (!call.is_node() && !call.guest->has_package("curl")) {
    return no_such_tool(call);
  }
  if (!code && !call.is_node() && url.ends_with("/gpg")) {
    if (!reaches_internet(call)) {
      call.spend(5);
      return call.fail(6,
                       fmt::format("curl: (6) Could not resolve host: {}", split(url, '/').at(2)));
    }
    call.spend(0.3);
    call.files()[target] = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n";
    return 0;
  }
  static const Pattern pattern("http://([^/:]+):([0-9]+)/");
  const auto match = pattern.match(url);
  if (!code || target != "/dev/null" || !match) throw Unsupported{};
  const std::string host = match[1];
  const Guest* guest = call.guest;
  if (host != "localhost" && host != "127.0.0.1") {
    guest = guest_at(call.state(), call.world.scenario, host, call.now());
  } else if (call.is_node()) {
    guest = nullptr;
  }
  call.spend(0.01);
  const Container* web =
      guest == nullptr ? nullptr : published(*guest, std::stoll(match[2]), call.now());
  const std::string status = web != nullptr ? "200" : "000";
  const bool names_server = written != status_only;
  call.out(status + (!names_server ? "" : web != nullptr ? " nginx/1.29.3" : " "));
  return web != nullptr ? 0 : 7;
}

int getent(Call& call) {
  if (call.argv.size() != 3 || call.argv[1] != "hosts") throw Unsupported{};
  if (!call.guest_model().name_resolution || !call.guest_model().default_route) {
    call.spend(5);
    return 2;
  }
  call.spend(0.02);
  call.out(fmt::format("{:<15} {}\n", "146.75.118.132", call.argv[2]));
  return 0;
}

// nc -w 5 HOST PORT in a container: services find each other by name in their project. PostgreSQL
// answers a question for TLS with N, Redis a PING. Alpine's nc says nothing of a refused
// connection.
int nc(Call& call) {
  if (!call.container->image.starts_with("nginx")) return no_such_tool(call);
  const Arguments arguments = read_options(call.words(), {"-w="});
  arguments.require({"-w"});
  if (arguments.rest.size() != 2) throw Unsupported{};
  const std::string &host = arguments.rest[0], &wanted = arguments.rest[1];
  const bool by_name = host.find_first_not_of("0123456789.") != std::string::npos;
  for (const Container& other : call.guest->docker.containers) {
    if (by_name && other.service == host && other.project == call.container->project &&
        is_up(other, call.now())) {
      const std::string port = other.image.starts_with("postgres") ? "5432"
                               : other.image.starts_with("redis")  ? "6379"
                                                                   : "80";
      if (port != wanted) return 1;
      if (port == "5432" && call.input.size() == 8) call.out("N");
      if (port == "6379" && call.input == "PING\r\n") call.out("+PONG\r\n");
      return 0;
    }
  }
  return call.fail(1, fmt::format("nc: bad address '{}'", host));
}

}  // namespace pve_accept::sim
