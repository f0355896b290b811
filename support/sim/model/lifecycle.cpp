#include "support/sim/model/lifecycle.h"

#include <algorithm>

#include "support/base/contains.h"
#include "support/sim/model/addresses.h"
#include "support/sim/model/pve_values.h"
#include "support/sim/model/variation.h"

namespace pve_accept::sim {
namespace {

std::string bridge_of(const Guest& guest) { return property(guest.option("net0"), "bridge"); }

// How much of its idle figure a guest costs before Docker and the stack run in it. A VM's own page
// cache stays with the KVM process; what it has not touched since its boot costs nothing yet.
double ram_share(const Guest& guest) {
  if (guest.is_vm() && !guest.memory_filled) return 0.45;
  const bool docker = guest.has_docker();
  const auto running = std::ranges::count(guest.docker.containers, "running", &Container::status);
  if (running >= 3) return 1.0;
  if (guest.is_vm()) return docker ? 0.9 : 0.5;
  return docker ? 0.6 : 0.3;
}

constexpr const char* kNextBootPin = "/etc/kernel/next-boot-pin";

// As the boot loader chooses it: what is pinned, for the next boot or for good, else the newest.
std::string next_kernel(const State& state) {
  for (const char* pin : {kNextBootPin, "/etc/kernel/proxmox-boot-pin"}) {
    const auto pinned = state.files.find(pin);
    if (pinned == state.files.end()) continue;
    const std::string kernel(trimmed(pinned->second));
    if (contains(state.kernels, kernel)) return kernel;
  }
  return state.kernels_from_newest().front();
}

std::string decoded_keys(const std::string& encoded) {
  std::string text;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] == '%' && i + 2 < encoded.size()) {
      text += static_cast<char>(std::stoi(encoded.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      text += encoded[i];
    }
  }
  return text;
}

std::string host_key(const Call& call, const Guest& guest) {
  if (call.world.new_host_key) {
    return fmt::format("{}\n", call.world.new_host_key(guest.vmid));
  }
  return fmt::format("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE{} root@{}\n",
                     hex(call.world.scenario.seed, "host key " + mac_of(guest), guest.vmid, 42),
                     guest.name());
}

// What the first boot leaves behind. cloud-init puts the key only where a drive tells it to.
void set_up_system(Call& call, Guest& guest) {
  guest.files["/etc/ssh/ssh_host_ed25519_key.pub"] = host_key(call, guest);
  if (guest.is_vm() && contains(guest.option("ide2"), "cloudinit") &&
      guest.option("ciuser") == "root") {
    guest.files["/root/.ssh/authorized_keys"] = decoded_keys(guest.option("sshkeys"));
  }
}

bool boots_to_network(const Guest& guest) {
  if (!guest.has_system) return false;
  if (!guest.is_vm()) return !property(guest.option("net0"), "ip").empty();
  const std::string order = property(guest.option("boot"), "order");
  return !order.empty() && guest.config.contains(order) && guest.config.contains("ipconfig0");
}

void start_containers(const Model::Docker& docker, Guest& guest, Millis at) {
  if (!docker.restarts_containers) return;
  for (Container& container : guest.docker.containers) {
    if (container.restart != "unless-stopped" && container.restart != "always") continue;
    if (container.status == "created") continue;
    container.status = "running";
    container.started = at;
    container.exit_status = 0;
  }
}

void stop_containers(Guest& guest, Millis at) {
  for (Container& container : guest.docker.containers) {
    if (container.status != "running") continue;
    container.status = "exited";
    container.finished = at;
  }
}

}  // namespace

bool has_bridge(const Call& call, const std::string& name) {
  const auto& bridges = call.model().node.bridges;
  return contains(bridges, name);
}

Millis paced(const Scenario& scenario, double seconds) {
  return static_cast<Millis>(seconds * scenario.model.node.pace * 1000.0);
}

std::string no_config(const Model& model, std::int64_t vmid, GuestKind kind) {
  return fmt::format("Configuration file 'nodes/{}/{}/{}.conf' does not exist\n", model.node.name,
                     facts_of(kind).config_folder, vmid);
}

Guest& require_guest(const Call& call, std::int64_t vmid, GuestKind kind, int exit_status) {
  Guest* guest = call.state().find_guest(vmid);
  if (guest == nullptr || guest->kind != kind) {
    throw Refusal{exit_status, no_config(call.model(), vmid, kind)};
  }
  return *guest;
}

void require_unlocked(const Guest& guest) {
  const std::string lock = guest.option("lock");
  if (lock.empty()) return;
  throw Refusal{255, fmt::format("{} is locked ({})\n", guest.facts().short_noun, lock)};
}

bool reaches_internet(const Call& call) {
  const Model::Guest& guest = call.guest_model();
  return call.model().internet && guest.default_route && guest.name_resolution;
}

void start_guest(Call& call, Guest& guest) {
  const bool vm = guest.is_vm();
  if (guest.boots == 0) guest.upgraded = call.state().upgraded;
  const Model::Guest& model = call.model_of(guest);
  if (vm && contains(guest.option("ide2"), "cloudinit")) {
    call.out("generating cloud-init ISO\n");
  }
  const std::string bridge = bridge_of(guest);
  if (!bridge.empty() && !has_bridge(call, bridge)) {
    call.spend(1.0);
    throw Refusal{255, fmt::format("bridge '{}' does not exist\n", bridge)};
  }
  call.spend(vm ? 2.5 : 1.5);
  guest.running = true;
  guest.changed = call.now();
  guest.pid = call.state().next_pid;
  call.state().next_pid += 57;
  guest.started = call.now();
  guest.memory_filled = false;
  guest.oom_kills = 0;
  if (guest.boots++ == 0 || !guest.files.contains("/etc/ssh/ssh_host_ed25519_key.pub")) {
    set_up_system(call, guest);
  }
  const Millis boot = paced(call.world.scenario, model.boot_s);
  guest.reachable = boots_to_network(guest) ? call.now() + boot : kNever;
  guest.agent_running = guest.has_package("qemu-guest-agent");
  guest.daemon_started = guest.reachable == kNever ? kNever : guest.reachable;
  if (guest.reachable != kNever) {
    start_containers(model.docker, guest, guest.reachable + paced(call.world.scenario, 1.5));
  }
  call.state().activities.push_back(
      {.what = "running", .vmid = guest.vmid, .kind = guest.kind, .from = call.now()});
  settle_ram(call.state(), call.world.scenario, guest, call.now());
  keep_busy(call, guest, model.boot_s);
}

void stop_guest(State& state, const Scenario& scenario, Guest& guest, Millis at) {
  if (!guest.running) return;
  const Model::Guest& model = scenario.model.guest(guest.kind);
  for (Activity& activity : state.activities) {
    if (activity.vmid == guest.vmid && activity.to > at) activity.to = std::max(at, activity.from);
  }
  const double share =
      model.idle_ram_mib > 0
          ? std::clamp(ram_of(state, guest.vmid, at) / model.idle_ram_mib, 0.0, 1.0)
          : 1.0;
  relax_ram(state, guest.vmid,
            {.at = at,
             .value = model.stopped_ram_mib * share,
             .target = 0,
             .time_constant_s = std::max(model.cache_decay_s * scenario.model.node.pace, 0.001)});
  guest.running = false;
  guest.freezes.clear();
  guest.changed = at;
  guest.pid = 0;
  guest.agent_running = false;
  stop_containers(guest, at);
}

void restart_docker(Call& call, Guest& guest, double seconds) {
  stop_containers(guest, call.now());
  guest.daemon_started = call.now() + paced(call.world.scenario, seconds);
  start_containers(call.guest_model().docker, guest, guest.daemon_started);
  settle_ram(call.state(), call.world.scenario, guest, call.now());
}

void settle_ram(State& state, const Scenario& scenario, const Guest& guest, Millis at) {
  const Model::Guest& model = scenario.model.guest(guest.kind);
  const double deviation_mib = deviation_of_guest(scenario, state, guest.vmid, at).ram_mib;
  const double idle_mib =
      model.idle_ram_mib > 0 ? std::max(model.idle_ram_mib + deviation_mib, 0.0) : 0.0;
  relax_ram(state, guest.vmid,
            {.at = at,
             .value = ram_of(state, guest.vmid, at),
             .target = idle_mib * ram_share(guest),
             .time_constant_s = 4 * scenario.model.node.pace});
}

void kill_container(Guest& guest, const std::string& name, Millis at) {
  for (Container& container : guest.docker.containers) {
    if (container.name != name || container.status != "running") continue;
    container.status = "exited";
    container.exit_status = kKilled;
    container.finished = at;
  }
}

void keep_busy(Call& call, const Guest& guest, double seconds) {
  const Millis end = call.now() + paced(call.world.scenario, seconds);
  call.state().activities.push_back(
      {.what = "busy", .vmid = guest.vmid, .kind = guest.kind, .from = call.now(), .to = end});
}

void thaw(Guest& guest, Millis at) {
  for (Freeze& freeze : guest.freezes) freeze.to = std::min(freeze.to, at);
}

// The figure of the model is that of the middle of the load; what the spike saw fall falls
// exponentially over the whole of it: 0.393 = 1 - exp(-1/2), 0.632 = 1 - exp(-1).
void start_load(Call& call, const Guest& guest, double seconds) {
  const Model::Guest& model = call.model().guest(guest.kind);
  const double fall = model.load_ram_fall_mib / 0.632;
  const Millis end = call.now() + static_cast<Millis>(seconds * 1000.0);
  call.state().activities.push_back({.what = "load",
                                     .vmid = guest.vmid,
                                     .kind = guest.kind,
                                     .from = call.now(),
                                     .to = end,
                                     .owner = call.process});
  const Deviation deviation =
      deviation_of(call.world.scenario, call.state(), call.state().activities.back());
  const double middle_mib = std::max(model.load_ram_mib + deviation.ram_mib, 0.0);
  relax_ram(call.state(), guest.vmid,
            {.at = call.now(),
             .value = middle_mib + 0.393 * fall,
             .target = middle_mib - 0.607 * fall,
             .time_constant_s = std::max(seconds, 1.0)});
  end_of_load(call.state(), call.world.scenario, call.state().activities.back());
}

void end_of_load(State& state, const Scenario& scenario, const Activity& load) {
  const Guest* guest = state.find_guest(load.vmid);
  if (load.what != "load" || guest == nullptr || !guest->running) return;
  settle_ram(state, scenario, *guest, load.to);
}

void fill_memory_of(Call& call, Guest& guest) {
  guest.memory_filled = true;
  settle_ram(call.state(), call.world.scenario, guest, call.now());
}

Millis reboot_node(State& state, const Scenario& scenario, Millis at) {
  for (Guest& guest : state.guests) stop_guest(state, scenario, guest, at);
  const Millis up = at + paced(scenario, scenario.model.node.reboot_s);
  state.reboots.push_back(up);
  state.ram.clear();
  state.kernel_log.clear();
  state.neighbours_probed = false;
  std::erase_if(state.files, [](const auto& file) {
    return file.first.starts_with("/run/") || file.first.starts_with("/tmp/");
  });
  state.kernel = next_kernel(state);
  state.files.erase(kNextBootPin);  // proxmox-boot-cleanup.service
  return up;
}

}  // namespace pve_accept::sim
