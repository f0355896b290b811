#pragma once

#include "support/sim/model/model.h"

// The names under which a scenario knows the figures of the model: one list for reading and
// writing.
namespace pve_accept::sim {

template <class Visitor>
void visit(Model::Cpu& m, Visitor& v) {
  v("user", m.user_percent);
  v("system", m.system_percent);
  v("iowait", m.iowait_percent);
  v("softirq", m.softirq_percent);
  v("guest", m.guest_percent);
}

template <class Visitor>
void visit(Model::Load& m, Visitor& v) {
  v("tps", m.tps);
  v("latency_factor", m.latency_factor);
  v("run_spread", m.run_spread);
  v("interval_spread", m.interval_spread);
  v("failed_percent", m.failed_percent);
  v("stall_from_s", m.stall_from_s);
  v("stall_s", m.stall_s);
  v("abort_after_s", m.abort_after_s);
}

template <class Visitor>
void visit(Model::Docker& m, Visitor& v) {
  v("version", m.version);
  v("build", m.build);
  v("containerd", m.containerd);
  v("runc", m.runc);
  v("compose", m.compose);
  v("api", m.api);
  v("min_api", m.min_api);
  v("storage_driver", m.storage_driver);
  v("root_file_system", m.root_file_system);
  v("cgroup_driver", m.cgroup_driver);
  v("cgroup_version", m.cgroup_version);
  v("origin", m.origin);
  v("codename", m.codename);
  v("memory_limit", m.memory_limit);
}

template <class Visitor>
void visit(Model::Guest& m, Visitor& v) {
  v("idle_ram_mib", m.idle_ram_mib);
  v("load_ram_mib", m.load_ram_mib);
  v("load_ram_fall_mib", m.load_ram_fall_mib);
  v("stopped_ram_mib", m.stopped_ram_mib);
  v("cache_decay_s", m.cache_decay_s);
  v("idle_cpu", m.idle_cpu);
  v("load_cpu", m.load_cpu);
  v("booked_idle_mib", m.booked_idle_mib);
  v("booked_load_mib", m.booked_load_mib);
  v("anon_mib", m.anon_mib);
  v("pss_share", m.pss_share);
  v("memory_reserved_mib", m.memory_reserved_mib);
  v("disk_used_mib", m.disk_used_mib);
  v("disk_host_mib", m.disk_host_mib);
  v("create_s", m.create_s);
  v("import_s", m.import_s);
  v("boot_s", m.boot_s);
  v("shutdown_s", m.shutdown_s);
  v("load", m.load);
  v("docker", m.docker);
  v("debian_version", m.debian_version);
  v("kernel", m.kernel);
  v("systemd_version", m.systemd_version);
  v("cloud_init_status", m.cloud_init_status);
  v("apparmor_profile", m.apparmor_profile);
  v("uid_base", m.uid_base);
  v("freeze_status", m.freeze_status);
  v("agent", m.agent);
  v("default_route", m.default_route);
  v("name_resolution", m.name_resolution);
  v("failed_units", m.failed_units);
  v("journal", m.journal);
  v("packages", m.packages);
  v("oom_kills", m.oom_kills);
  v("raw_config", m.raw_config);
}

template <class Visitor>
void visit(Model::Node& m, Visitor& v) {
  v("name", m.name);
  v("memory_mib", m.memory_mib);
  v("baseline_ram_mib", m.baseline_ram_mib);
  v("ram_noise_mib", m.ram_noise_mib);
  v("pace", m.pace);
  v("cpus", m.cpus);
  v("cpu_model", m.cpu_model);
  v("governor", m.governor);
  v("idle_cpu", m.idle_cpu);
  v("steal_percent", m.steal_percent);
  v("release", m.release);
  v("version", m.version);
  v("repoid", m.repoid);
  v("kernel", m.kernel);
  v("packages", m.packages);
  v("bridges", m.bridges);
  v("hypervisor", m.hypervisor);
  v("kvm", m.kvm);
  v("clock_ahead_s", m.clock_ahead_s);
  v("user_id", m.user_id);
  v("kernel_messages", m.kernel_messages);
  v("ksm_run", m.ksm_run);
  v("ksm_pages_sharing", m.ksm_pages_sharing);
  v("ksm_drift", m.ksm_drift);
  v("pressure", m.pressure);
  v("rootfs_used_kib", m.rootfs_used_kib);
  v("arc_mib", m.arc_mib);
  v("arc_min_mib", m.arc_min_mib);
}

template <class Visitor>
void visit(Model::Storage& m, Visitor& v) {
  v("storage", m.storage);
  v("type", m.type);
  v("content", m.content);
  v("path", m.path);
  v("vgname", m.vgname);
  v("thinpool", m.thinpool);
  v("pool", m.pool);
  v("total_kib", m.total_kib);
  v("used_kib", m.used_kib);
}

template <class Visitor>
void visit(Model::Template& m, Visitor& v) {
  v("storage", m.storage);
  v("file", m.file);
  v("size", m.size);
  v("sha512sum", m.sha512sum);
}

template <class Visitor>
void visit(Model::CloudImage& m, Visitor& v) {
  v("path", m.path);
  v("format", m.format);
  v("virtual_size", m.virtual_size);
  v("actual_size", m.actual_size);
  v("corruptions", m.corruptions);
  v("leaks", m.leaks);
}

template <class Visitor>
void visit(Model::ForeignGuest& m, Visitor& v) {
  v("vmid", m.vmid);
  v("kind", m.kind);
  v("name", m.name);
  v("status", m.status);
  v("tags", m.tags);
  v("description", m.description);
  v("cores", m.cores);
  v("memory", m.memory);
  v("disk_gib", m.disk_gib);
  v("config", m.config);
  v("unfinished", m.unfinished);
}

template <class Visitor>
void visit(Model::LooseVolume& m, Visitor& v) {
  v("storage", m.storage);
  v("name", m.name);
  v("vmid", m.vmid);
  v("size_gib", m.size_gib);
  v("content", m.content);
}

template <class Visitor>
void visit(Model::ActiveTask& m, Visitor& v) {
  v("type", m.type);
  v("vmid", m.vmid);
  v("ends_s", m.ends_s);
}

template <class Visitor>
void visit(Model::ForeignLock& m, Visitor& v) {
  v("run", m.run);
  v("owner", m.owner);
  v("since", m.since);
}

template <class Visitor>
void visit(Model& m, Visitor& v) {
  v("node", m.node);
  v("lxc", m.lxc);
  v("vm", m.vm);
  v("storages", m.storages);
  v("templates", m.templates);
  v("template_index", m.template_index);
  v("cloud_image", m.cloud_image);
  v("cloud_image_present", m.cloud_image_present);
  v("internet", m.internet);
  v("guests", m.guests);
  v("volumes", m.volumes);
  v("tasks", m.tasks);
  v("lock", m.lock);
  v("files", m.files);
}

}  // namespace pve_accept::sim
