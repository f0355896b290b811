#include "support/sim/model/model.h"

namespace pve_accept {
namespace {

Model::Docker docker() {
  Model::Docker docker;
  docker.version = "29.5.3";
  docker.build = "d1c06ef";
  docker.containerd = "2.2.4";
  docker.runc = "1.3.5";
  docker.compose = "5.1.4";
  return docker;
}

// Phase 0 §2 and §5.3 to §5.6.
Model::Guest spike_lxc() {
  Model::Guest guest;
  guest.idle_ram_mib = 211;
  guest.load_ram_mib = 410;
  guest.load_ram_fall_mib = 78;
  guest.stopped_ram_mib = 193;
  guest.cache_decay_s = 25;
  guest.idle_cpu = {.user_percent = 0.20, .system_percent = 0.10};
  guest.load_cpu = {.user_percent = 17.10,
                    .system_percent = 7.50,
                    .iowait_percent = 14.50,
                    .softirq_percent = 0.31};
  guest.booked_idle_mib = 1961;
  guest.booked_load_mib = 2032;
  guest.anon_mib = 100;
  guest.disk_used_mib = 2150;
  guest.disk_host_mib = 2737.15;  // 26.73 % of 10 GiB
  guest.create_s = 6.5;
  guest.boot_s = 4;
  guest.shutdown_s = 3;
  guest.load.tps = 2211.7;
  guest.docker = docker();
  guest.debian_version = "13.1";
  guest.kernel = "7.0.2-6-pve";
  guest.systemd_version = "257 (257.9-1~deb13u1)";
  guest.apparmor_profile = "lxc-container-default-cgns";
  guest.uid_base = 100000;
  guest.failed_units = {"sys-kernel-config.mount", "sys-kernel-debug.mount",
                        "systemd-networkd-wait-online.service"};
  return guest;
}

// Phase 0 §2 and §5.7 to §5.11.
Model::Guest spike_vm() {
  Model::Guest guest;
  guest.idle_ram_mib = 2056;
  guest.load_ram_mib = 2084;
  guest.stopped_ram_mib = 263;
  guest.cache_decay_s = 35;
  guest.idle_cpu = {.user_percent = 3.37, .system_percent = 2.31, .guest_percent = 0.29};
  guest.load_cpu = {.user_percent = 1.70,
                    .system_percent = 3.40,
                    .iowait_percent = 16.35,
                    .softirq_percent = 0.58,
                    .guest_percent = 31.89};
  guest.booked_idle_mib = 2031;
  guest.booked_load_mib = 2047;
  guest.pss_share = 0.994;
  guest.memory_reserved_mib = 74;  // firmware and kernel: 1974 of 2048 MiB are left
  guest.disk_used_mib = 2458;
  guest.disk_host_mib = 3003.39;  // 29.33 % of 10 GiB
  guest.create_s = 1.0;
  guest.import_s = 27;
  guest.boot_s = 35;
  guest.shutdown_s = 5;
  guest.load.tps = 1819.6;
  guest.docker = docker();
  guest.debian_version = "13.5";
  guest.kernel = "6.12.90+deb13-cloud-amd64";
  guest.systemd_version = "257 (257.9-1~deb13u1)";
  return guest;
}

}  // namespace

Model::Model() : lxc(spike_lxc()), vm(spike_vm()) {
  node.idle_cpu = {.user_percent = 0.05, .system_percent = 0.05};
  node.packages = {
      {"pve-qemu-kvm", "11.0.0-3"},     {"qemu-server", "9.1.15"},
      {"pve-container", "6.1.10"},      {"lxc-pve", "7.0.0-2"},
      {"lxcfs", "7.0.0-pve1"},          {"criu", "4.1.1-1"},
      {"corosync", "3.1.10-pve1"},      {"ifupdown2", "3.3.0-1+pmx12"},
      {"libpve-storage-perl", "9.1.2"}, {"libpve-common-perl", "9.1.8"},
      {"lvm2", "2.03.31-2+pmx1"},       {"pve-cluster", "9.1.1"},
      {"pve-firewall", "6.0.4"},        {"smartmontools", "7.4-pve1"},
      {"zfsutils-linux", "2.4.1-pve1"},
  };
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
