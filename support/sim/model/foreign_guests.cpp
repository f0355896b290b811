#include "support/sim/model/foreign_guests.h"

#include <fmt/format.h>

#include "support/sim/model/addresses.h"
#include "support/sim/model/figures.h"

namespace pve_accept::sim {
namespace {

// The volumes of foreign guests are on the first storage that takes them.
std::string storage_for(const Scenario& scenario, std::string_view content) {
  for (const Model::Storage& storage : scenario.model.storages) {
    if (storage.content.find(content) != std::string::npos) return storage.storage;
  }
  return "local-lvm";
}

Guest made(const Scenario& scenario, const Model::ForeignGuest& model, State& state) {
  const bool vm = model.kind == GuestKind::kVm;
  Guest guest{.vmid = model.vmid, .kind = model.kind, .foreign = true};
  guest.config = model.config;
  if (model.unfinished) {
    if (guest.config.empty()) guest.config["lock"] = "create";
    guest.has_system = false;
    return guest;
  }
  const std::string mac = new_mac(scenario, model.vmid, -1);
  const auto set = [&](const char* key, std::string value) {
    if (!value.empty()) guest.config.try_emplace(key, std::move(value));
  };
  const std::string storage = storage_for(scenario, vm ? "images" : "rootdir");
  const std::string disk = fmt::format("vm-{}-disk-0", model.vmid);
  set(vm ? "name" : "hostname", model.name);
  set("cores", std::to_string(model.cores));
  set("memory", std::to_string(model.memory));
  set("tags", model.tags);
  set("description", model.description);
  set(vm ? "scsi0" : "rootfs", fmt::format("{}:{},size={}G", storage, disk, model.disk_gib));
  if (vm) {
    set("boot", "order=scsi0");
    set("ipconfig0", "ip=dhcp");
    set("net0", fmt::format("virtio={},bridge=vmbr0", mac));
    set("scsihw", "virtio-scsi-single");
  } else {
    set("arch", "amd64");
    set("ostype", "debian");
    set("swap", "512");
    set("unprivileged", "1");
    set("net0", fmt::format("name=eth0,bridge=vmbr0,hwaddr={},ip=dhcp,type=veth", mac));
  }
  state.volumes.push_back({.storage = storage,
                           .name = disk,
                           .vmid = model.vmid,
                           .size = model.disk_gib * 1073741824,
                           .content = vm ? "images" : "rootdir",
                           .fixed_used_mib = 900});
  return guest;
}

Millis millis(double seconds) { return static_cast<Millis>(seconds * 1000); }

Millis end_of(const Model::ForeignGuest& model) {
  return model.stops_s > 0 ? millis(model.stops_s) : kNever;
}

// What it takes of the node from a moment on.
void add_cost(State& state, const Scenario& scenario, const Model::ForeignGuest& model,
              Millis from) {
  const double ram_mib = model.ram_mib.value_or(scenario.model.guest(model.kind).idle_ram_mib);
  const Millis to = end_of(model);
  relax_ram(state, model.vmid, {.at = from, .value = ram_mib, .target = ram_mib});
  if (to != kNever) relax_ram(state, model.vmid, {.at = to});
  state.activities.push_back({.what = "running",
                              .vmid = model.vmid,
                              .kind = model.kind,
                              .from = from,
                              .to = to,
                              .user_percent = model.cpu_percent});
}

void start(State& state, Guest& guest, Millis at) {
  constexpr Millis kBoots = 10'000;
  guest.running = true;
  guest.boots = 1;
  guest.pid = state.next_pid;
  state.next_pid += 57;
  guest.changed = at;
  guest.started = at;
  guest.reachable = at + kBoots;
  guest.files["/etc/ssh/ssh_host_ed25519_key.pub"] = "ssh-ed25519 AAAAC3Nza root@" + guest.name();
}

void stop(Guest& guest, Millis at) {
  guest.running = false;
  guest.pid = 0;
  guest.changed = at;
}

}  // namespace

void add_foreign_guest(State& state, const Scenario& scenario, const Model::ForeignGuest& model) {
  Guest guest = made(scenario, model, state);
  if (model.status == "running") {
    start(state, guest, kLongAgo);
    add_cost(state, scenario, model, 0);
  } else if (model.starts_s > 0) {
    add_cost(state, scenario, model, millis(model.starts_s));
  }
  state.guests.push_back(std::move(guest));
}

void attend_foreign_guests(State& state, const Scenario& scenario, Millis now) {
  for (const Model::ForeignGuest& model : scenario.model.guests) {
    Guest* guest = state.find_guest(model.vmid);
    if (guest == nullptr || !guest->foreign) continue;
    const Millis from = millis(model.starts_s), to = end_of(model);
    const bool begins = from > 0 && from <= now && guest->boots == 0;
    if (begins) start(state, *guest, from);
    if (guest->running && to <= now) stop(*guest, to);
  }
}

}  // namespace pve_accept::sim
