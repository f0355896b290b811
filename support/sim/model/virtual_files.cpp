#include "support/sim/model/virtual_files.h"

#include <algorithm>

#include "support/base/pattern.h"
#include "support/base/simulation_mark.h"
#include "support/sim/engine/replies.h"
#include "support/sim/model/guest_config.h"
#include "support/sim/model/node_facts.h"
#include "support/sim/model/pve_values.h"
#include "support/sim/model/storage_content.h"
#include "support/sim/model/variation.h"

namespace pve_accept::sim {
namespace {

std::int64_t integer(double value) { return static_cast<std::int64_t>(value); }

std::string meminfo(std::int64_t total_kib, std::int64_t available_kib, std::int64_t swap_kib = 0,
                    std::int64_t swapped_kib = 0) {
  const std::int64_t free_kib = available_kib * 4 / 5;
  return fmt::format(
      "MemTotal:       {:>8} kB\nMemFree:        {:>8} kB\nMemAvailable:   {:>8} kB\n"
      "Buffers:        {:>8} kB\nCached:         {:>8} kB\nSwapCached:            0 kB\n"
      "SwapTotal:      {:>8} kB\nSwapFree:       {:>8} kB\n",
      total_kib, free_kib, available_kib, available_kib / 50, available_kib / 6, swap_kib,
      swap_kib - swapped_kib);
}

std::string cpu_line(const CpuTicks& t) {
  return fmt::format("{} {} {} {} {} {} {} {} {} {}", integer(t.user), integer(t.nice),
                     integer(t.system), integer(t.idle), integer(t.iowait), integer(t.irq),
                     integer(t.softirq), integer(t.steal), integer(t.guest), integer(t.guest_nice));
}

std::string uid_map(const Guest& guest, const Model::Guest& model) {
  const bool mapped = !guest.is_vm() && guest.option("unprivileged") == "1";
  return fmt::format("{:>10} {:>10} {:>10}\n", 0, mapped ? model.uid_base : 0,
                     mapped ? 65536 : 4294967295);
}

std::string node_boot_id(const Call& call) {
  const Scenario& scenario = call.world.scenario;
  return uuid(scenario.seed, "node boot", boot_number(scenario, call.state(), call.now())) + "\n";
}

// Of the file systems on a disk those that the guest was given.
std::string mounts(const Call& call, const Guest& guest) {
  const FileSystem root = root_file_system(call, guest);
  std::string lines = fmt::format("{} / ext4 rw,relatime 0 0\n", root.source);
  const std::string volume = guest.option("mp0");
  if (!volume.empty()) {
    lines += fmt::format("/dev/mapper/{} {} ext4 rw,relatime 0 0\n",
                         property(volume, "").substr(property(volume, "").find(':') + 1),
                         property(volume, "mp"));
  }
  return lines;
}

// A container runs on the node's kernel.
std::string boot_id(const Call& call, const Guest& guest) {
  if (!guest.is_vm()) return node_boot_id(call);
  return uuid(call.world.scenario.seed, "boot", guest.vmid * 1000 + guest.boots) + "\n";
}

// The fields that people look at; a container sees those of its own CPUs, by lxcfs.
std::string cpuinfo(const Call& call) {
  std::string text;
  for (std::int64_t cpu = 0; cpu < call.guest->number("cores", 1); ++cpu) {
    text += fmt::format(
        "processor\t: {}\nvendor_id\t: GenuineIntel\nmodel name\t: {}\ncpu MHz\t\t: 806.400\n"
        "cache size\t: 6144 KB\n\n",
        cpu, call.guest->is_vm() ? "QEMU Virtual CPU version 2.5+" : call.model().node.cpu_model);
  }
  return text;
}

// Field 22 is the start in ticks since the kernel booted: of a VM's init always the same.
std::string init_status(const Call& call, const Guest& guest) {
  const Millis started = guest.is_vm() ? 10 : call.state().uptime(guest.started);
  return fmt::format(
      "1 (systemd) S 0 1 1 0 -1 4194560 14025 1002713 93 2011 21 76 2291 745 20 0 1 0 {} 23900160 "
      "3382 18446744073709551615 1 1 0 0 0 0 671173123 4096 1260 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 "
      "0 0\n",
      started / 10);
}

std::string pid_file(const Guest& guest) {
  return fmt::format("/var/run/qemu-server/{}.pid", guest.vmid);
}

// As /proc shows it, of which a VM's is what `qm showcmd` begins and ends with.
std::string shown_command_line(const Guest& guest) {
  std::string line = "/sbin/init";
  if (guest.is_vm()) {
    line = fmt::format("/usr/bin/kvm -id {0} -name {1},debug-threads=on -pidfile {2} -daemonize",
                       guest.vmid, guest.name(), pid_file(guest));
  }
  std::ranges::replace(line, ' ', '\0');
  return line + '\0';
}

// The process that a container has as its init, or the KVM process of a VM: /proc/PID/…, and the
// file that says which that is.
std::optional<std::string> process_file(const Call& call, const std::string& path) {
  for (const Guest& guest : call.state().guests) {
    if (!guest.running) continue;
    if (guest.is_vm() && path == pid_file(guest)) return fmt::format("{}\n", guest.pid);
    const std::string prefix = fmt::format("/proc/{}/", guest.pid);
    if (!path.starts_with(prefix)) continue;
    const std::string name = path.substr(prefix.size());
    const Model::Guest& model = call.model().guest(guest.kind);
    if (name == "cmdline") return shown_command_line(guest);
    if (name.starts_with("root/") && !guest.is_vm()) {
      const auto file = guest.files.find(name.substr(4));
      return file == guest.files.end() ? std::nullopt : std::optional(file->second);
    }
    if (name == "uid_map" || name == "gid_map") return uid_map(guest, model);
    if (name == "status" && !guest.is_vm()) {
      return filled_text("proc_status.txt", guest.pid, model.uid_base);
    }
    if (name != "attr/current") return std::nullopt;
    bool unconfined = guest.is_vm() || model.apparmor_profile == "unconfined";
    for (const auto& [key, value] : guest.raw_config) {
      unconfined = unconfined || (key == "lxc.apparmor.profile" && value == "unconfined");
    }
    if (unconfined) return "unconfined\n";
    return fmt::format("lxc-{0}_</var/lib/lxc>//&:lxc-{0}_<-var-lib-lxc>:unconfined (enforce)\n",
                       guest.vmid);
  }
  return std::nullopt;
}

// The limits of a guest's cgroup: what its raw settings say, or what PVE makes of its
// configuration.
std::optional<std::string> limit_file(const Call& call, const std::string& path) {
  for (const Guest& guest : call.state().guests) {
    const std::string cgroup = cgroup_of(guest);
    if (!guest.running || !path.starts_with(cgroup + "/")) continue;
    const std::string name = path.substr(cgroup.size() + 1);
    const auto raw = guest.raw_config.find("lxc.cgroup2." + name);
    if (raw != guest.raw_config.end()) return raw->second + "\n";
    if (name == "cpu.max") return "max 100000\n";
    if (name != "memory.max") return std::nullopt;
    return guest.is_vm() ? "max\n" : fmt::format("{}\n", guest.number("memory", 512) * 1048576);
  }
  return std::nullopt;
}

std::optional<std::string> config_path(const Call& call, const std::string& path) {
  for (const Guest& guest : call.state().guests) {
    if (path == fmt::format("/etc/pve/nodes/{}/{}/{}.conf", call.model().node.name,
                            guest.facts().config_folder, guest.vmid)) {
      return config_file(guest);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string cgroup_of(const Guest& guest) {
  return fmt::format(fmt::runtime(guest.facts().cgroup), guest.vmid);
}

std::optional<std::string> namespace_link(const Call& call, const std::string& path) {
  static const Pattern pattern("/proc/([0-9]+)/ns/(cgroup|ipc|mnt|net|pid|user|uts)");
  const auto match = pattern.match(path);
  if (!match) return std::nullopt;
  const std::string process = match[1], name = match[2];
  std::int64_t owner = 0;  // the node itself
  if (process != "1") {
    const auto guest = std::ranges::find_if(call.state().guests, [&](const Guest& one) {
      return one.running && std::to_string(one.pid) == process;
    });
    if (guest == call.state().guests.end()) return std::nullopt;
    const auto net = guest->raw_config.find("lxc.net.0.type");
    const bool shares = name == "net" && net != guest->raw_config.end() && net->second == "none";
    if (!guest->is_vm() && !shares) owner = guest->vmid;
  }
  return fmt::format("{}:[{}]", name,
                     4026531835 + 16 * owner + static_cast<int>(name.front()) % 16);
}

std::optional<std::string> node_file(const Call& call, const std::string& path) {
  const Model::Node& node = call.model().node;
  Figures& figures = call.world.figures;
  if (path == kSimulationMark) return "What is measured here comes from a model.\n";
  if (path == "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor") {
    if (node.governor.empty()) return std::nullopt;
    return node.governor + "\n";
  }
  if (path == "/sys/kernel/mm/ksm/run") return fmt::format("{}\n", node.ksm_run);
  if (path == "/sys/kernel/mm/ksm/pages_sharing") {
    return fmt::format("{}\n", figures.ksm_pages_sharing(call.now()));
  }
  if (path == "/var/lib/pve-manager/apl-info/download.proxmox.com") {
    if (!call.model().template_index) return std::nullopt;
    return template_index(call);
  }
  if (path == "/proc/meminfo") {
    const double available = node.memory_mib - figures.ram_used_mib(call.now());
    return meminfo(integer(node.memory_mib * 1024.0), integer(available * 1024.0),
                   integer(node.swap_mib * 1024.0),
                   integer(figures.swapped_mib(call.now()) * 1024.0));
  }
  if (path == "/proc/stat") return fmt::format("cpu  {}\n", cpu_line(figures.cpu(call.now())));
  if (path == "/etc/hostname") return node.name + "\n";
  if (path == "/etc/ssh/ssh_host_ed25519_key.pub") {
    return fmt::format("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{} root@{}\n",
                       hex(0, "host key of " + node.name, 0, 43), node.name);
  }
  if (path == "/proc/sys/kernel/random/boot_id") return node_boot_id(call);
  if (path == "/proc/cmdline") {
    return fmt::format("BOOT_IMAGE=/boot/vmlinuz-{} root=/dev/mapper/pve-root ro quiet\n",
                       call.state().kernel);
  }
  static const Json kFiles = Json::parse(reply_text("node_files.json"));
  if (kFiles.contains(path)) return kFiles.at(path).get<std::string>() + "\n";
  if (const auto process = process_file(call, path)) return process;
  if (const auto limit = limit_file(call, path)) return limit;
  return config_path(call, path);
}

std::optional<std::string> guest_file(const Call& call, const std::string& path) {
  const Guest& guest = *call.guest;
  const Model::Guest& model = call.guest_model();
  if (path == "/etc/os-release") {
    return filled_text("os_release.txt", model.debian_version);
  }
  if (path == "/etc/debian_version") return model.debian_version + "\n";
  if (path == "/etc/hostname") return guest.name() + "\n";
  if (path == "/proc/self/uid_map") return uid_map(guest, model);
  if (path == "/proc/self/mounts") return mounts(call, guest);
  if (path == "/proc/uptime") {
    const double uptime_s = static_cast<double>(call.now() - guest.started) / 1000.0;
    return fmt::format("{:.2f} {:.2f}\n", uptime_s, 1.8 * uptime_s);
  }
  if (path == "/proc/sys/kernel/random/boot_id") return boot_id(call, guest);
  if (path == "/proc/1/stat") return init_status(call, guest);
  if (path == "/sys/fs/cgroup/system.slice/memory.events") {
    return fmt::format("low 0\nhigh 0\nmax {0}\noom {0}\noom_kill {0}\noom_group_kill 0\n",
                       guest.oom_kills);
  }
  if (path == "/proc/cpuinfo") return cpuinfo(call);
  if (path == "/proc/meminfo") {
    const std::int64_t total = guest_memory_kib(call, guest);
    return meminfo(total, total * 9 / 10);
  }
  return std::nullopt;
}

}  // namespace pve_accept::sim
