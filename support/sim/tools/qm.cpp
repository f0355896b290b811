#include <algorithm>

#include "support/sim/model/guest_config.h"
#include "support/sim/model/lifecycle.h"
#include "support/sim/tools/pct_options.h"
#include "support/sim/tools/pve_options.h"
#include "support/sim/tools/qm_commands.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

constexpr double kStartUpS = 0.7;  // Perl, pmxcfs

std::string missing(const Call& call, std::int64_t vmid) {
  return fmt::format("unable to find configuration file for VM {} on node '{}'\n", vmid,
                     call.model().node.name);
}

int qm_list(Call& call) {
  parse_arguments(
      {.command = "qm list", .options = {{"full", Kind::kBoolean}}, .usage_tail = "  [OPTIONS]"},
      call.argv);
  const std::vector<const Guest*> guests = sorted_guests(call.state(), "vm");
  if (guests.empty()) return 0;
  call.out(fmt::format("{:>10} {:<20} {:<10} {:<10} {:>12} {:<10}\n", "VMID", "NAME", "STATUS",
                       "MEM(MB)", "BOOTDISK(GB)", "PID"));
  for (const Guest* guest : guests) {
    const std::string memory = guest->option("memory");
    call.out(fmt::format("{:>10} {:<20} {:<10} {:<10} {:>12.2f} {:<10}\n", guest->vmid,
                         guest->name(), guest->running ? "running" : "stopped",
                         memory.empty() ? "512" : memory,
                         static_cast<double>(disk_size(*guest)) / 1073741824.0, guest->pid));
  }
  return 0;
}

void print_nested(Call& call, const Json& object, const std::string& indent) {
  for (const auto& [key, value] : object.items()) {
    if (value.is_object()) {
      call.out(fmt::format("{}{}:\n", indent, key));
      print_nested(call, value, indent + "\t");
    } else {
      call.out(fmt::format("{}{}: {}\n", indent, key,
                           value.is_string() ? value.get<std::string>() : value.dump()));
    }
  }
}

int qm_status(Call& call) {
  const Arguments arguments =
      parse_arguments({"qm status", {"vmid"}, {{"verbose", Kind::kBoolean}}}, call.argv);
  const Guest& guest = require_guest(call, arguments.vmid(), "vm", 2);
  if (!arguments.flag("verbose")) {
    call.out(fmt::format("status: {}\n", guest.running ? "running" : "stopped"));
    return 0;
  }
  Json current = current_status(call, guest);
  for (const char* hidden : {"ha", "cpu", "agent"}) current.erase(hidden);
  print_nested(call, current, "");
  return 0;
}

int qm_config(Call& call) {
  const Arguments arguments = parse_arguments(
      {"qm config", {"vmid"}, {{"current", Kind::kBoolean}, {"snapshot"}}}, call.argv);
  call.out(config_listing(require_guest(call, arguments.vmid(), "vm", 2)));
  return 0;
}

int qm_start(Call& call) {
  const Arguments arguments =
      parse_arguments({"qm start",
                       {"vmid"},
                       {{"skiplock", Kind::kBoolean}, {"timeout", Kind::kInteger}, {"machine"}}},
                      call.argv);
  Guest& guest = require_guest(call, arguments.vmid(), "vm", 255);
  if (!arguments.flag("skiplock")) require_unlocked(guest);
  if (guest.running) throw Refusal{255, fmt::format("VM {} already running\n", guest.vmid)};
  if (!call.model().node.kvm && guest.option("kvm") != "0") {
    throw Refusal{255,
                  "KVM virtualisation configured, but not available. Either disable in VM "
                  "configuration or enable in BIOS.\n"};
  }
  start_guest(call, guest);
  return 0;
}

int qm_stop(Call& call) {
  const Arguments arguments = parse_arguments({"qm stop",
                                               {"vmid"},
                                               {{"keepActive", Kind::kBoolean},
                                                {"overrule-shutdown", Kind::kBoolean},
                                                {"skiplock", Kind::kBoolean},
                                                {"timeout", Kind::kInteger}}},
                                              call.argv);
  Guest* guest = call.state().find_guest(arguments.vmid());
  if (guest == nullptr || guest->kind != "vm") {
    throw Refusal{255, missing(call, arguments.vmid())};
  }
  if (!arguments.flag("skiplock")) require_unlocked(*guest);
  if (!guest->running) return 0;
  call.spend(1.2);
  stop_guest(call.state(), call.world.scenario, *guest, call.now());
  return 0;
}

int qm_shutdown(Call& call) {
  const Arguments arguments = parse_arguments({"qm shutdown",
                                               {"vmid"},
                                               {{"forceStop", Kind::kBoolean},
                                                {"keepActive", Kind::kBoolean},
                                                {"skiplock", Kind::kBoolean},
                                                {"timeout", Kind::kInteger}}},
                                              call.argv);
  Guest* guest = call.state().find_guest(arguments.vmid());
  if (guest == nullptr || guest->kind != "vm") {
    const std::string text = missing(call, arguments.vmid());
    throw Refusal{255, text + "\n" + text};
  }
  if (!arguments.flag("skiplock")) require_unlocked(*guest);
  if (!guest->running) {
    call.err(fmt::format("VM {} not running\n\n", guest->vmid));
    return 0;
  }
  const auto timeout = static_cast<double>(arguments.number("timeout", 180));
  // A guest that has not booted does not hear the power button.
  const bool hears = call.now() >= guest->reachable;
  const double needed = call.model().vm.shutdown_s;
  if ((!hears || needed > timeout) && !arguments.flag("forceStop")) {
    call.spend(timeout);
    throw Refusal{255, "VM quit/powerdown failed\n"};
  }
  call.spend(hears ? std::min(needed, timeout) : timeout);
  stop_guest(call.state(), call.world.scenario, *guest, call.now());
  return 0;
}

int qm_reboot(Call& call) {
  const Arguments arguments =
      parse_arguments({"qm reboot", {"vmid"}, {{"timeout", Kind::kInteger}}}, call.argv);
  Guest& guest = require_guest(call, arguments.vmid(), "vm", 255);
  require_unlocked(guest);
  if (!guest.running) throw Refusal{255, fmt::format("VM {} not running\n", guest.vmid)};
  call.spend(call.model().vm.shutdown_s);
  stop_guest(call.state(), call.world.scenario, guest, call.now());
  start_guest(call, guest);
  return 0;
}

int qm_destroy(Call& call) {
  const Arguments arguments = parse_arguments({"qm destroy",
                                               {"vmid"},
                                               {{"destroy-unreferenced-disks", Kind::kBoolean},
                                                {"purge", Kind::kBoolean},
                                                {"skiplock", Kind::kBoolean}}},
                                              call.argv);
  const Guest& guest = require_guest(call, arguments.vmid(), "vm", 2);
  if (guest.running) {
    throw Refusal{25, fmt::format("VM {} is running - destroy failed\n", guest.vmid)};
  }
  if (!arguments.flag("skiplock")) require_unlocked(guest);
  if (guest.option("protection") == "1") {
    throw Refusal{255, fmt::format("can't remove VM {} - protection mode enabled\n", guest.vmid)};
  }
  call.spend(1.2);
  remove_guest(call, guest.vmid, arguments.flag("purge"));
  return 0;
}

int unlock(Call& call) {
  const Arguments arguments = parse_arguments({"qm unlock", {"vmid"}, {}, false, ""}, call.argv);
  require_guest(call, arguments.vmid(), "vm", 2).config.erase("lock");
  return 0;
}

int wait(Call& call) {
  const Arguments arguments =
      parse_arguments({"qm wait", {"vmid"}, {{"timeout", Kind::kInteger}}}, call.argv);
  const Guest& guest = require_guest(call, arguments.vmid(), "vm", 2);
  if (!guest.running) return 0;
  if (!arguments.has("timeout")) throw Unsupported{};
  call.spend(static_cast<double>(arguments.number("timeout", 0)));
  throw Refusal{255, fmt::format("VM {} is running - timeout\n", guest.vmid)};
}

// "disk" "resize" and "resize" are the same command; so are "guest cmd" and "agent".
std::string command_name(std::vector<std::string>& words) {
  std::string name = words[0];
  words.erase(words.begin());
  if ((name == "disk" || name == "guest" || name == "cloudinit") && !words.empty()) {
    name += " " + words[0];
    words.erase(words.begin());
  }
  if (name == "resize") return "disk resize";
  if (name == "agent") return "guest cmd";
  return name;
}

}  // namespace

int qm(Call& call) {
  static const std::map<std::string, Tool, std::less<>> commands = {
      {"config", qm_config},      {"create", qm_create},   {"destroy", qm_destroy},
      {"disk resize", qm_resize}, {"guest cmd", qm_agent}, {"guest exec", qm_guest_exec},
      {"list", qm_list},          {"reboot", qm_reboot},   {"set", qm_set},
      {"shutdown", qm_shutdown},  {"start", qm_start},     {"status", qm_status},
      {"stop", qm_stop},          {"unlock", unlock},      {"wait", wait},
  };
  call.spend(kStartUpS);
  if (call.argv.size() < 2) return call.fail(255, qm_usage("no command specified"));
  std::vector<std::string> words(call.argv.begin() + 1, call.argv.end());
  const std::string name = command_name(words);
  const auto command = commands.find(name);
  if (command == commands.end()) {
    if (qm_has_command(name)) throw Unsupported{};
    return call.fail(255, qm_usage(fmt::format("unknown command 'qm {}'", name)));
  }
  Call inner = call.with(std::move(words));
  try {
    return command->second(inner);
  } catch (const Refusal& refusal) {
    return call.fail(refusal.exit_status, refusal.text);
  }
}

}  // namespace pve_accept::sim
