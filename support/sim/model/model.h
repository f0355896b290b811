#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/base/guest_kind.h"
#include "support/base/json.h"

namespace pve_accept {

// The figures that the simulated node draws from. The defaults are those of the spike, from its
// record.
struct Model {
  // Shares of all CPUs together, in percent, split as mpstat does: guest time is not in `user`.
  struct Cpu {
    double user_percent = 0, system_percent = 0, iowait_percent = 0, softirq_percent = 0,
           guest_percent = 0;
  };

  // The share of the time in which a task waits for it, in percent ("some" of PSI).
  struct Pressure {
    double cpu = 0, io = 0, memory = 0;
  };

  struct Load {
    double tps = 0;                        // pgbench, scale 10, 4 clients
    double latency_factor = 1;             // latency average = clients / tps * this
    double interval_spread = 0.10;         // the most by which seconds of one run differ
    double failed_percent = 0;             // transactions that fail
    double stall_from_s = 0, stall_s = 0;  // seconds of the run in which nothing is processed
    double abort_after_s = 0;              // the server dies; 0: it does not
  };

  struct Docker {
    std::string version, build, containerd, runc, compose;
    std::string api = "1.54", min_api = "1.40";
    std::string storage_driver = "overlayfs", root_file_system = "overlay";
    std::string cgroup_driver = "systemd", cgroup_version = "2";
    std::string origin = "https://download.docker.com/linux/debian", codename = "trixie";
    bool restarts_containers = true;  // those that ask for it, when it is started
    std::string memory_limit = {};    // what a container reads in memory.max; empty: its own limit
  };

  struct Guest {
    double idle_ram_mib = 0, load_ram_mib = 0;        // host RAM above the baseline, stack running
    double load_ram_fall_mib = 0;                     // by which it falls while the load runs
    double swapped_mib = 0;                           // of the RAM, while it runs
    double stopped_ram_mib = 0;                       // page cache that is left just after the stop
    double cache_decay_s = 0;                         // time constant of that rest
    Cpu idle_cpu, load_cpu;                           // the node's own share included
    Pressure idle_pressure, load_pressure;            // of the guest's cgroup, and so of the node
    double booked_idle_mib = 0, booked_load_mib = 0;  // cgroup memory.current, or RSS of KVM
    double anon_mib = 0;                              // of memory.current
    double pss_share = 1;                             // PSS / RSS
    double memory_reserved_mib = 0;                   // allocation - MemTotal in the guest
    double disk_used_mib = 0, disk_host_mib = 0;      // after pgbench -i: in the guest, on the LV
    double create_s = 0, import_s = 0, boot_s = 0, shutdown_s = 0;
    Load load;
    Docker docker;
    std::string debian_version, kernel, systemd_version, cloud_init_status = "done";
    std::string apparmor_profile;          // of the container; "unconfined": none
    bool mount_inherits = false;           // a mount the owner of the directory below it
    std::int64_t uid_base = 0;             // uid on the node of the container's root
    std::string freeze_status = "thawed";  // what the agent says unless it has frozen them
    bool freezes = true, thaws = true;     // whether what the agent says becomes of a write
    bool agent = true, default_route = true, name_resolution = true;
    bool address_taken = false;                      // another host answers at the guest's address
    double bulk_mib_per_s = 1150, bulk_stall_s = 0;  // between it and the node
    double backup_stall_s = 0.4;                     // in which it stands still for a backup
    std::string backup_fails, restore_fails;         // why each of it does; empty: none does
    bool backup_is_killed = false;                   // vzdump is, in the middle; of VMs alone
    std::vector<std::string> failed_units, journal;  // journal: messages since the first boot
    std::vector<std::string> packages;               // that its template or cloud image brings
    // Of memory.events of the guest's cgroup, and by how much they rise 20 s into a load.
    std::int64_t oom_kills = 0, oom_kills_under_load = 0, throttled_under_load = 0;
    std::map<std::string, std::string> raw_config;  // "lxc.…" lines that every container gets
  };

  struct Node {
    std::string name = "sim-node";
    // The share of the usual time that the work of the node and its guests takes: booting,
    // installing, pulling. Less than 1 where somebody waits for it in real time.
    double pace = 1;
    double memory_mib = 0, baseline_ram_mib = 0, ram_noise_mib = 2;
    std::int64_t cpus = 0;
    std::string cpu_model = "Intel(R) N100", governor = "powersave";
    Cpu idle_cpu;
    double steal_percent = 0;
    std::string release, version, kernel, repoid = "b9984c6d90a4bd80";
    std::map<std::string, std::string> packages;  // pveversion -v, besides the two that run
    std::map<std::string, std::string> services;  // that are not active: "lxcfs.service", "failed"
    std::vector<std::string> kernels;             // installed beside the one that runs at the start
    std::vector<std::string> bridges = {"vmbr0"};
    std::string hypervisor;  // under which the node itself runs; empty: hardware
    bool kvm = true;         // /dev/kvm is there
    std::int64_t clock_ahead_s = 0, user_id = 0;  // of its clock; of who is logged in
    std::vector<std::string> kernel_messages;
    std::int64_t ksm_run = 0, ksm_pages_sharing = 0;
    double ksm_drift = 0;       // pages per second by which pages_sharing grows
    double ram_fall_mib_s = 0;  // by which its own RAM in use falls, as caches are written back
    double swap_mib = 0;   // size of the swap; what a guest has in it leaves the RAM that it takes
    bool pressure = true;  // the kernel has PSI
    double reboot_s = 75;  // until it answers again
    double rootfs_used_kib = 4333576;
    double arc_mib = 0, arc_min_mib = 0;  // ZFS only; 0: no ARC
  };

  // What pveperf finds out about the machine, with no guest running.
  struct Canary {
    bool installed = true;
    double bogomips = 6451.2, regex_per_s = 2'150'000, fsyncs_per_s = 640;
    double read_mb_per_s = 1480, seek_ms = 0.09, dns_ms = 14;
  };

  // By how much figures differ for no cause that anybody could name: standard deviations, of a
  // distribution that ends at three of them.
  struct Spread {
    double tps_percent = 0, cpu_percent = 0, ram_mib = 0;
  };
  struct Variation {
    // Drawn for each boot of the node (the machine's luck, which both guests share), for each run
    // (the guest's own: where its disk lies, what its memory came to be), and for each round (each
    // start of a guest, each load).
    Spread boot = {.tps_percent = 0.5, .cpu_percent = 0.5, .ram_mib = 3};
    Spread run = {.tps_percent = 0.4, .cpu_percent = 0.4, .ram_mib = 2};
    Spread round = {.tps_percent = 1.0, .cpu_percent = 1.0, .ram_mib = 2};
    // Nothing is drawn here: since the node's boot tps falls by so much, CPU and the RAM of the
    // node itself grow.
    Spread drift_per_hour = {.tps_percent = 0.05, .cpu_percent = 0.05, .ram_mib = 1};
  };

  struct Storage {
    std::string storage = {}, type = {}, content = {};
    std::string path = {}, vgname = {}, thinpool = {}, pool = {};
    std::int64_t total_kib = 0, used_kib = 0;
  };

  struct Template {
    std::string storage = "local", file = {};
    std::int64_t size = 0;
    std::string sha512sum = {};  // of the file; empty: the published one
  };

  struct CloudImage {
    std::string path = "/var/lib/vz/template/qcow2/debian-13-genericcloud-amd64.qcow2";
    std::string format = "qcow2";
    std::int64_t virtual_size = 3221225472, actual_size = 338690048;
    std::int64_t corruptions = 0, leaks = 0;
  };

  struct ForeignGuest {
    std::int64_t vmid = 0;
    GuestKind kind = GuestKind::kLxc;
    std::string name, status = "stopped", tags, description;
    double starts_s = 0, stops_s = 0;  // of one that somebody starts later; 0: nobody does
    std::optional<double> ram_mib = {}, cpu_percent = {};  // while it runs; none: as ours do, idle
    std::int64_t cores = 2, memory = 2048, disk_gib = 8;
    std::map<std::string, std::string> config;  // further lines
    bool unfinished = false;  // nothing but `config`, or a lock: the node ended while it made it
  };

  // A volume that no guest's configuration names.
  struct LooseVolume {
    std::string storage = "local-lvm", name = {};
    std::int64_t vmid = 0, size_gib = 10;
    std::string content = "images";
  };

  // Work of PVE that was under way before the first command.
  struct ActiveTask {
    std::string type;
    std::int64_t vmid = 0;
    double ends_s = 0;
  };

  struct ForeignLock {
    std::string run, owner, since;  // empty: no lock on the node
  };

  // The numbers of the boot that the node is in and of the run that is made on it, at the start:
  // another boot or run of one seed has the same node, and other luck.
  std::int64_t boot = 1, run = 1;
  Variation variation;
  Canary canary;
  Node node;
  Guest lxc, vm;
  std::vector<Storage> storages;
  std::vector<Template> templates;
  bool template_index = true;  // the node has fetched the list of published templates
  CloudImage cloud_image;
  bool cloud_image_present = true;
  bool internet = true;  // guests reach package servers and registries
  std::vector<ForeignGuest> guests;
  std::vector<LooseVolume> volumes;
  std::vector<ActiveTask> tasks;
  ForeignLock lock;
  std::map<std::string, std::string> files;  // further files on the node: path, text

  Model();

  const Guest& guest(GuestKind kind) const { return kind == GuestKind::kLxc ? lxc : vm; }
  const Storage* find_storage(const std::string& name) const;  // nullptr: there is none
};

// Reads the differences to the defaults. Throws InputError for an unknown name, a wrong type, a
// negative number or a value that means nothing.
void read_field(const JsonCursor& place, Model& model);
Json write_field(const Model& model);

}  // namespace pve_accept
