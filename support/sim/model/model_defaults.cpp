#include <cmath>

#include "support/base/embedded.h"
#include "support/sim/model/model.h"

// What the spike measured stands in its run; here is what it did not write down: how fast caches
// decay, how long things take, what its systems say of themselves.
namespace pve_accept {
namespace {

const Json& spike() {
  static const Json run = Json::parse(embedded("fixtures/assets/reference_run.json"));
  return run;
}

double ram_mib(const Json& window, const char* statistic = "median") {
  return window.at("figures").at("ram_used_mib").at(statistic);
}

Model::Cpu cpu(const Json& window) {
  const auto mean = [&](const char* figure) {
    const auto found = window.at("figures").find(figure);
    return found == window.at("figures").end() ? 0.0 : found->at("mean").get<double>();
  };
  return {.user_percent = mean("cpu_user_percent"),
          .system_percent = mean("cpu_system_percent"),
          .iowait_percent = mean("cpu_iowait_percent"),
          .softirq_percent = mean("cpu_softirq_percent"),
          .guest_percent = mean("cpu_guest_percent")};
}

Model::Guest measured(GuestKind kind) {
  const Json& run = spike();
  const Json& facts = run.at("guests").at(to_string(kind));
  const Json& windows = run.at("measurements").at(to_string(kind));
  const Json &idle = windows.at("idle"), &load = windows.at("load"), &disk = load.at("disk");
  const double baseline = ram_mib(run.at("baseline"));
  const char* booked = kind == GuestKind::kVm ? "process_rss_mib" : "cgroup_current_mib";
  Model::Guest guest;
  guest.idle_ram_mib = ram_mib(idle) - baseline;
  guest.load_ram_mib = ram_mib(load) - baseline;
  guest.idle_cpu = cpu(idle);
  guest.load_cpu = cpu(load);
  guest.booked_idle_mib = idle.at("figures").at(booked).at("median");
  guest.booked_load_mib = load.at("figures").at(booked).at("median");
  guest.memory_reserved_mib = 2048 - idle.at("guest_mem_total_mib").get<double>();
  guest.disk_used_mib = std::round(disk.at("guest_used_gib").get<double>() * 1024);
  guest.disk_host_mib = std::round(disk.at("host_used_gib").get<double>() * 102400) / 100;
  guest.load.tps = load.at("pgbench").at("tps");
  guest.docker.version = facts.at("components").at("docker");
  guest.docker.build = facts.at("components").at("docker_build");
  guest.docker.containerd = "2.2.4";
  guest.docker.runc = "1.3.5";
  guest.docker.compose = "5.1.4";
  guest.debian_version = facts.at("debian");
  guest.systemd_version = "257 (257.9-1~deb13u1)";
  return guest;
}

Model::Guest spike_lxc() {
  Model::Guest guest = measured(GuestKind::kLxc);
  const Json& load = spike().at("measurements").at("lxc").at("load");
  guest.load_ram_fall_mib = ram_mib(load, "max") - ram_mib(load, "min");
  guest.stopped_ram_mib = 193;
  guest.cache_decay_s = 25;
  guest.anon_mib = 100;
  guest.create_s = 6.5;
  guest.boot_s = 4;
  guest.shutdown_s = 3;
  // Eight processes on two cores, and a commit waits for the disk.
  guest.idle_pressure = {.cpu = 0.4, .io = 0.6, .memory = 0};
  guest.load_pressure = {.cpu = 46, .io = 62, .memory = 0};
  guest.kernel = spike().at("node").at("kernel");
  guest.apparmor_profile = "lxc-container-default-cgns";
  guest.uid_base = 100000;
  guest.failed_units = {"sys-kernel-config.mount", "sys-kernel-debug.mount",
                        "systemd-networkd-wait-online.service"};
  return guest;
}

Model::Guest spike_vm() {
  Model::Guest guest = measured(GuestKind::kVm);
  guest.stopped_ram_mib = 263;
  guest.cache_decay_s = 35;
  guest.pss_share = 0.994;
  guest.create_s = 1.0;
  guest.import_s = 27;
  guest.boot_s = 35;
  guest.shutdown_s = 5;
  // Two virtual CPUs on four; who waits for them inside is not seen from here.
  guest.idle_pressure = {.cpu = 0.8, .io = 1.1, .memory = 0};
  guest.load_pressure = {.cpu = 4, .io = 58, .memory = 0};
  guest.kernel = "6.12.90+deb13-cloud-amd64";
  return guest;
}

}  // namespace

Model::Model() : lxc(spike_lxc()), vm(spike_vm()) {
  const Json& spiked = spike().at("node");
  node.baseline_ram_mib = ram_mib(spike().at("baseline"));
  node.idle_cpu = cpu(spike().at("baseline"));
  node.memory_mib = spiked.at("memory_mib");
  node.cpus = spiked.at("cpu").at("cpus");
  node.release = spiked.at("release");
  node.kernel = spiked.at("kernel");
  node.kernels = {"6.17.13-2-pve"};
  node.packages = {
      {"corosync", "3.1.10-pve1"},      {"ifupdown2", "3.3.0-1+pmx12"},
      {"libpve-storage-perl", "9.1.2"}, {"libpve-common-perl", "9.1.8"},
      {"lvm2", "2.03.31-2+pmx1"},       {"pve-cluster", "9.1.1"},
      {"pve-firewall", "6.0.4"},        {"smartmontools", "7.4-pve1"},
      {"zfsutils-linux", "2.4.1-pve1"},
  };
  for (const auto& [package, version] : spiked.at("packages").items()) {
    if (package == "pve-manager") {
      node.version = version;
    } else if (package != "running kernel") {
      node.packages[package] = version;
    }
  }
  storages = {
      {.storage = "local",
       .type = "dir",
       .content = "backup,vztmpl,iso",
       .path = "/var/lib/vz",
       .total_kib = 98497780,
       .used_kib = 4333576},
      {.storage = "local-lvm",
       .type = "lvmthin",
       .content = "images,rootdir",
       .vgname = "pve",
       .thinpool = "data",
       .total_kib = 365760512},
  };
  templates = {{.file = "debian-13-standard_13.1-2_amd64.tar.zst", .size = 129710398}};
}

}  // namespace pve_accept
