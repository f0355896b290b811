#include <array>

#include "support/base/pattern.h"
#include "support/sim/engine/replies.h"
#include "support/sim/model/addresses.h"
#include "support/sim/model/lifecycle.h"
#include "support/sim/tools/guest_commands.h"
#include "support/sim/tools/pve_options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

// JSON as Perl's pretty printer lays it out: three blanks of indentation, " : " behind a key.
std::string pretty(const Json& value) {
  static const Pattern key("(\n *\"[^\"\n]*\"): ");
  return key.replaced(value.dump(3), "$1 : ");
}

Json address(const std::string& text, const char* type, int prefix) {
  return {{"ip-address", text}, {"ip-address-type", type}, {"prefix", prefix}};
}

// All that the agent of a frozen guest still does.
constexpr std::array kWhileFrozen = {"ping", "fsfreeze-status", "fsfreeze-thaw"};

std::string not_allowed(std::string_view command) {
  return fmt::format("Command guest-{} has been disabled: the command is not allowed", command);
}

int freeze(Call& call, Guest& guest) {
  call.spend(0.2);
  guest.freezes.push_back({.from = call.now()});
  call.out("1\n");  // the root file system
  return 0;
}

int thaw_all(Call& call, Guest& guest) {
  call.out(guest.is_frozen() ? "1\n" : "0\n");
  call.spend(0.1);
  thaw(guest, call.now());
  return 0;
}

std::string freeze_status(const Call& call, const Guest& guest) {
  return guest.is_frozen() ? "frozen" : call.model().vm.freeze_status;
}

Json statistics(std::int64_t bytes) {
  return {{"rx-bytes", bytes},     {"rx-dropped", 0}, {"rx-errs", 0}, {"rx-packets", bytes / 86},
          {"tx-bytes", bytes / 2}, {"tx-dropped", 0}, {"tx-errs", 0}, {"tx-packets", bytes / 170}};
}

}  // namespace

Json agent_interfaces(const Call& call, const Guest& guest) {
  const std::string ipv4 = ipv4_of(call.state(), guest);
  Json interfaces = {
      {{"hardware-address", "00:00:00:00:00:00"},
       {"ip-addresses", {address("127.0.0.1", "ipv4", 8), address("::1", "ipv6", 128)}},
       {"name", "lo"},
       {"statistics", statistics(0)}}};
  Json addresses = Json::array();
  if (on_network(call.world.scenario, guest, call.now())) {
    addresses.push_back(address(ipv4, "ipv4", 24));
    addresses.push_back(address(ipv6_of(call.world.scenario, guest), "ipv6", 64));
  }
  interfaces.push_back({{"hardware-address", mac_of(guest)},
                        {"ip-addresses", std::move(addresses)},
                        {"name", "eth0"},
                        {"statistics", statistics(3014 + (call.now() - guest.started) / 5)}});
  return interfaces;
}

void require_agent(Call& call, const Guest& guest) {
  const std::string agent = guest.option("agent");
  if (agent.empty() || agent.starts_with('0')) {
    throw Refusal{255, "No QEMU guest agent configured\n"};
  }
  if (!guest.running) throw Refusal{2, fmt::format("VM {} is not running\n", guest.vmid)};
  const bool answers =
      guest.agent_running && call.now() >= guest.reachable && call.model().vm.agent;
  if (answers) return;
  call.spend(3.5);
  throw Refusal{255, "QEMU guest agent is not running\n"};
}

int qm_agent(Call& call) {
  const Arguments arguments = pve_arguments(call, "qm guest cmd");
  const std::string command = arguments.positional.at("command");
  Guest& guest = require_guest(call, arguments.vmid(), GuestKind::kVm, 2);
  require_agent(call, guest);
  call.spend(0.05);
  if (guest.is_frozen() && !contains(kWhileFrozen, command)) {
    call.out(pretty({{"error", {{"class", "CommandNotFound"}, {"desc", not_allowed(command)}}}}) +
             "\n");
    return 0;
  }
  if (command == "ping") return 0;
  if (command == "fsfreeze-freeze") return freeze(call, guest);
  if (command == "fsfreeze-thaw") return thaw_all(call, guest);
  if (command == "fsfreeze-status") {
    call.out(freeze_status(call, guest) + "\n");
  } else if (command == "network-get-interfaces") {
    call.out(pretty(agent_interfaces(call, guest)) + "\n");
  } else if (command == "get-osinfo") {
    call.out(
        pretty(filled_json("agent_os_info.json", {{"/kernel-release", call.model().vm.kernel}})) +
        "\n");
  } else if (command == "get-host-name") {
    call.out(pretty({{"host-name", guest.name()}}) + "\n");
  } else {
    throw Unsupported{};
  }
  return 0;
}

int qm_guest_exec(Call& call) {
  const Arguments arguments = pve_arguments(call, "qm guest exec");
  if (arguments.rest.empty()) {
    throw Refusal{255, "command or input-data (or both) required\n"};
  }
  Guest& guest = require_guest(call, arguments.vmid(), GuestKind::kVm, 2);
  require_agent(call, guest);
  if (guest.is_frozen()) {
    throw Refusal{29, fmt::format("Agent error: {}\n", not_allowed("exec"))};
  }
  if (arguments.get("synchronous", "1") == "0") throw Unsupported{};
  const std::string& name = arguments.rest[0];
  Output captured = call.output.inner();
  Call inner{.world = call.world,
             .output = captured,
             .argv = arguments.rest,
             .input = call.input,
             .process = call.process,
             .place = Place::kGuest,
             .guest = &guest};
  if (find_tool(Place::kGuest, name.substr(name.rfind('/') + 1)) == nullptr) {
    remember_unknown(inner);
    throw Refusal{29, fmt::format("Agent error: Failed to execute child process “{}” (No such "
                                  "file or directory)\n",
                                  name)};
  }
  const int exit_status = run_tool(inner);
  call.output.wait_until(captured.now());
  call.spend(0.3);
  Json reply = {{"exitcode", exit_status}, {"exited", 1}};
  const std::string out = captured.text(Output::Stream::kOut);
  const std::string err = captured.text(Output::Stream::kErr);
  if (!out.empty()) reply["out-data"] = out;
  if (!out.empty()) reply["out-truncated"] = 0;
  if (!err.empty()) reply["err-data"] = err;
  if (!err.empty()) reply["err-truncated"] = 0;
  call.out(pretty(reply) + "\n");
  return 0;
}

}  // namespace pve_accept::sim
