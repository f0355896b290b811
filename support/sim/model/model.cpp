#include "support/sim/model/model.h"

#include <set>

#include "support/base/contains.h"
#include "support/base/fields.h"

namespace pve_accept {

// The names under which a scenario knows the figures of the model.
template <class Fields>
void visit(Model::Cpu& cpu, Fields& fields) {
  fields("user", cpu.user_percent);
  fields("system", cpu.system_percent);
  fields("iowait", cpu.iowait_percent);
  fields("softirq", cpu.softirq_percent);
  fields("guest", cpu.guest_percent);
}

PVE_ACCEPT_FIELDS(Model::Pressure, cpu, io, memory)
PVE_ACCEPT_FIELDS(Model::Load, tps, latency_factor, interval_spread, failed_percent, stall_from_s,
                  stall_s, abort_after_s)
PVE_ACCEPT_FIELDS(Model::Docker, version, build, containerd, runc, compose, api, min_api,
                  storage_driver, root_file_system, cgroup_driver, cgroup_version, origin, codename,
                  restarts_containers, memory_limit)
PVE_ACCEPT_FIELDS(Model::Guest, idle_ram_mib, load_ram_mib, load_ram_fall_mib, swapped_mib,
                  stopped_ram_mib, cache_decay_s, idle_cpu, load_cpu, idle_pressure, load_pressure,
                  booked_idle_mib, booked_load_mib, anon_mib, pss_share, memory_reserved_mib,
                  disk_used_mib, disk_host_mib, create_s, import_s, boot_s, shutdown_s, load,
                  docker, debian_version, kernel, systemd_version, cloud_init_status,
                  apparmor_profile, mount_inherits, uid_base, freeze_status, freezes, thaws, agent,
                  default_route, name_resolution, address_taken, bulk_mib_per_s, bulk_stall_s,
                  backup_stall_s, backup_fails, restore_fails, backup_is_killed, failed_units,
                  journal, packages, oom_kills, oom_kills_under_load, throttled_under_load,
                  raw_config)
PVE_ACCEPT_FIELDS(Model::Node, name, memory_mib, baseline_ram_mib, ram_noise_mib, pace, cpus,
                  cpu_model, governor, idle_cpu, steal_percent, release, version, repoid, kernel,
                  kernels, packages, services, bridges, hypervisor, kvm, clock_ahead_s, user_id,
                  kernel_messages, ksm_run, ksm_pages_sharing, ksm_drift, ram_fall_mib_s, swap_mib,
                  pressure, reboot_s, rootfs_used_kib, arc_mib, arc_min_mib)
PVE_ACCEPT_FIELDS(Model::Storage, storage, type, content, path, vgname, thinpool, pool, total_kib,
                  used_kib)
PVE_ACCEPT_FIELDS(Model::Template, storage, file, size, sha512sum)
PVE_ACCEPT_FIELDS(Model::CloudImage, path, format, virtual_size, actual_size, corruptions, leaks)

template <class Fields>
void visit(Model::ForeignGuest& guest, Fields& fields) {
  fields("vmid", guest.vmid);
  fields("kind", guest.kind, required);
  fields("name", guest.name);
  fields("status", guest.status);
  fields("starts_s", guest.starts_s);
  fields("stops_s", guest.stops_s);
  fields("ram_mib", guest.ram_mib);
  fields("cpu_percent", guest.cpu_percent);
  fields("tags", guest.tags);
  fields("description", guest.description);
  fields("cores", guest.cores);
  fields("memory", guest.memory);
  fields("disk_gib", guest.disk_gib);
  fields("config", guest.config);
  fields("unfinished", guest.unfinished);
}

PVE_ACCEPT_FIELDS(Model::LooseVolume, storage, name, vmid, size_gib, content)
PVE_ACCEPT_FIELDS(Model::ActiveTask, type, vmid, ends_s)
PVE_ACCEPT_FIELDS(Model::ForeignLock, run, owner, since)
PVE_ACCEPT_FIELDS(Model::Canary, installed, bogomips, regex_per_s, fsyncs_per_s, read_mb_per_s,
                  seek_ms, dns_ms)
PVE_ACCEPT_FIELDS(Model::Spread, tps_percent, cpu_percent, ram_mib)
PVE_ACCEPT_FIELDS(Model::Variation, boot, run, round, drift_per_hour)
PVE_ACCEPT_FIELDS(Model, boot, run, variation, canary, node, lxc, vm, storages, templates,
                  template_index, cloud_image, cloud_image_present, internet, guests, volumes,
                  tasks, lock, files)

namespace {

// None of the model's figures can be.
void refuse_negative(const JsonCursor& place) {
  if (place.value().is_number()) not_negative.check(place);
  if (place.value().is_object()) {
    for (const auto& [key, member] : place.members()) refuse_negative(member);
  }
  if (place.value().is_array()) std::ranges::for_each(place.elements(), refuse_negative);
}

void check(const JsonCursor& document, const Model& model) {
  const auto require = [&](bool holds, const char* place, std::string_view problem) {
    if (!holds) document.at(place).fail(problem);
  };
  require(model.boot > 0, "boot", "boots are counted from 1");
  require(model.run > 0, "run", "runs are counted from 1");
  require(model.node.cpus > 0, "node", "'cpus' must be at least 1");
  require(model.node.pace > 0, "node", "'pace' must be positive");
  require(model.node.baseline_ram_mib < model.node.memory_mib, "node",
          "'baseline_ram_mib' must be less than 'memory_mib'");
  require(model.lxc.load.tps > 0, "lxc", "'load/tps' must be positive");
  require(model.vm.load.tps > 0, "vm", "'load/tps' must be positive");
  std::set<std::int64_t> vmids;
  for (const Model::ForeignGuest& guest : model.guests) {
    require(guest.vmid >= 100 && vmids.insert(guest.vmid).second, "guests",
            "every guest needs a 'vmid' of its own, 100 or more");
    require(guest.status == "running" || guest.status == "stopped", "guests",
            "'status' must be 'running' or 'stopped'");
    require(guest.unfinished || !guest.name.empty(), "guests", "every guest needs a 'name'");
    require(guest.starts_s == 0 || guest.status == "stopped", "guests",
            "one that is started later ('starts_s') has the 'status' \"stopped\" before");
    require(guest.stops_s == 0 || guest.stops_s > guest.starts_s, "guests",
            "'stops_s' must come after 'starts_s'");
  }
  for (const Model::LooseVolume& volume : model.volumes) {
    require(!volume.name.empty() && volume.vmid >= 100, "volumes",
            "every volume needs a 'name' and the 'vmid' in it");
  }
  for (const Model::ActiveTask& task : model.tasks) {
    require(!task.type.empty() && task.vmid >= 100 && task.ends_s > 0, "tasks",
            "every task needs a 'type', a 'vmid' and a time at which it ends, 'ends_s'");
  }
  for (const Model::Storage& storage : model.storages) {
    require(!storage.storage.empty() && storage.total_kib > 0, "storages",
            "every storage needs a name ('storage') and a size ('total_kib')");
    require(storage.type == "dir" || storage.type == "lvmthin" || storage.type == "zfspool",
            "storages", "'type' must be 'dir', 'lvmthin' or 'zfspool'");
  }
}

}  // namespace

const Model::Storage* Model::find_storage(const std::string& name) const {
  return find_in(storages, name, &Storage::storage);
}

void read_field(const JsonCursor& place, Model& model) {
  FieldReader reader(place);
  visit(model, reader);
  reader.refuse_others();
  model.node.packages.merge(Model().node.packages);  // those that it does not name stay
  refuse_negative(place);
  check(place, model);
}

Json write_field(const Model& model) {
  FieldWriter writer;
  visit(const_cast<Model&>(model), writer);  // which only reads
  return std::move(writer).object();
}

}  // namespace pve_accept
