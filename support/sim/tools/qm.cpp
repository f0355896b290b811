#include <algorithm>

#include "support/sim/model/guest_config.h"
#include "support/sim/model/lifecycle.h"
#include "support/sim/model/volumes.h"
#include "support/sim/tools/guest_commands.h"
#include "support/sim/tools/pve_options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

constexpr double kQmStartUpS = 0.7;  // Perl, pmxcfs

std::string missing(const Call& call, std::int64_t vmid) {
  return fmt::format("unable to find configuration file for VM {} on node '{}'\n", vmid,
                     call.model().node.name);
}

int qm_list(Call& call) {
  pve_arguments(call, "qm list");
  const std::vector<const Guest*> guests = sorted_guests(call.state(), GuestKind::kVm);
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

int qm_start(Call& call) {
  const Arguments arguments = pve_arguments(call, "qm start");
  Guest& guest = require_guest(call, arguments.vmid(), GuestKind::kVm, 255);
  // One that is backed up as it runs is taken for stopped, and resumed.
  if (guest.running && guest.option("lock") == "backup") return 0;
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
  const Arguments arguments = pve_arguments(call, "qm stop");
  Guest* guest = call.state().find_guest(arguments.vmid());
  if (guest == nullptr || !guest->is_vm()) {
    throw Refusal{255, missing(call, arguments.vmid())};
  }
  if (!guest->running) return 0;
  if (!arguments.flag("skiplock")) require_unlocked(*guest);
  call.spend(1.2);
  stop_guest(call.state(), call.world.scenario, *guest, call.now());
  return 0;
}

int qm_shutdown(Call& call) {
  const Arguments arguments = pve_arguments(call, "qm shutdown");
  Guest* guest = call.state().find_guest(arguments.vmid());
  if (guest == nullptr || !guest->is_vm()) {
    const std::string text = missing(call, arguments.vmid());
    throw Refusal{255, text + "\n" + text};
  }
  if (!guest->running) {
    call.err(fmt::format("VM {} not running\n\n", guest->vmid));
    return 0;
  }
  if (!arguments.flag("skiplock")) require_unlocked(*guest);
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
  const Arguments arguments = pve_arguments(call, "qm reboot");
  Guest& guest = require_guest(call, arguments.vmid(), GuestKind::kVm, 255);
  require_unlocked(guest);
  if (!guest.running) throw Refusal{255, fmt::format("VM {} not running\n", guest.vmid)};
  call.spend(call.model().vm.shutdown_s);
  stop_guest(call.state(), call.world.scenario, guest, call.now());
  start_guest(call, guest);
  return 0;
}

int qm_destroy(Call& call) {
  const Arguments arguments = pve_arguments(call, "qm destroy");
  const Guest& guest = require_guest(call, arguments.vmid(), GuestKind::kVm, 2);
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

int wait(Call& call) {
  const Arguments arguments = pve_arguments(call, "qm wait");
  const Guest& guest = require_guest(call, arguments.vmid(), GuestKind::kVm, 2);
  if (!guest.running) return 0;
  if (!arguments.has("timeout")) throw Unsupported{};
  call.spend(static_cast<double>(arguments.number("timeout", 0)));
  throw Refusal{255, fmt::format("VM {} is running - timeout\n", guest.vmid)};
}

}  // namespace

int qm(Call& call) {
  constexpr GuestKind kVm = GuestKind::kVm;
  static const std::map<std::string, Tool, std::less<>> commands = {
      {"agent", qm_agent},  // older names of "guest cmd" and "disk resize"
      {"config", [](Call& inner) { return guest_config(inner, kVm); }},
      {"create", qm_create},
      {"destroy", qm_destroy},
      {"disk resize", qm_resize},
      {"guest cmd", qm_agent},
      {"guest exec", qm_guest_exec},
      {"list", qm_list},
      {"reboot", qm_reboot},
      {"resize", qm_resize},
      {"set", qm_set},
      {"shutdown", qm_shutdown},
      {"start", qm_start},
      {"status", [](Call& inner) { return guest_status(inner, kVm); }},
      {"stop", qm_stop},
      {"unlock", [](Call& inner) { return guest_unlock(inner, kVm); }},
      {"wait", wait},
  };
  call.spend(kQmStartUpS);
  return run_command(call, commands);
}

}  // namespace pve_accept::sim
