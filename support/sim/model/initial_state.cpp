#include "support/sim/model/initial_state.h"

#include <fmt/format.h>

#include "support/sim/model/addresses.h"
#include "support/sim/model/lifecycle.h"

namespace pve_accept::sim {
namespace {

// The volumes of foreign guests are on the first storage that takes them.
std::string storage_for(const Scenario& scenario, std::string_view content) {
  for (const Model::Storage& storage : scenario.model.storages) {
    if (storage.content.find(content) != std::string::npos) return storage.storage;
  }
  return "local-lvm";
}

Guest foreign_guest(const Scenario& scenario, const Model::ForeignGuest& model, State& state) {
  const bool vm = model.kind == GuestKind::kVm;
  Guest guest{.vmid = model.vmid, .kind = model.kind, .foreign = true};
  guest.config = model.config;
  if (model.unfinished) {
    guest.config.try_emplace("lock", "create");
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
  if (model.status != "running") return guest;
  guest.running = true;
  guest.boots = 1;
  guest.pid = state.next_pid;
  state.next_pid += 57;
  guest.started = -3600 * 1000;
  guest.reachable = -3590 * 1000;
  guest.files["/etc/ssh/ssh_host_ed25519_key.pub"] = "ssh-ed25519 AAAAC3Nza root@" + model.name;
  const Model::Guest& figures = scenario.model.guest(guest.kind);
  relax_ram(state, guest.vmid,
            {.at = 0, .value = figures.idle_ram_mib, .target = figures.idle_ram_mib});
  state.activities.push_back({.what = "running", .vmid = guest.vmid, .kind = guest.kind});
  return guest;
}

}  // namespace

State initial_state(const Scenario& scenario) {
  State state;
  state.epoch_ms += scenario.model.node.clock_ahead_s * 1000;
  const Model::Node& node = scenario.model.node;
  state.kernel = node.kernel;
  state.kernels = node.kernels;
  state.kernels.push_back(node.kernel);
  state.files = scenario.model.files;
  for (const Model::ForeignGuest& guest : scenario.model.guests) {
    Guest made = foreign_guest(scenario, guest, state);
    state.guests.push_back(std::move(made));
  }
  for (const Model::LooseVolume& volume : scenario.model.volumes) {
    state.volumes.push_back({.storage = volume.storage,
                             .name = volume.name,
                             .vmid = volume.vmid,
                             .size = volume.size_gib * 1073741824,
                             .content = volume.content,
                             .fixed_used_mib = 0});
  }
  const Model::ForeignLock& lock = scenario.model.lock;
  if (!lock.run.empty() || !lock.owner.empty()) {
    state.files["/run/pve-accept.lock"] =
        Json{{"run", lock.run}, {"owner", lock.owner}, {"since", lock.since}}.dump() + "\n";
  }
  return state;
}

}  // namespace pve_accept::sim
