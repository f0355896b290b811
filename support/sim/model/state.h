#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/base/guest_kind.h"
#include "support/base/json.h"
#include "support/sim/model/noise.h"

// Everything that a simulated node remembers from one command to the next.
namespace pve_accept::sim {

inline constexpr Millis kNever = INT64_MAX;
inline constexpr Millis kLongAgo = -3600 * 1000;
inline constexpr Millis kBootedBefore = 3 * 24 * 3600 * 1000;  // the node's uptime at the start
inline constexpr std::int64_t kEpoch = 1'780'822'200;          // 2026-06-07T08:50:00Z, in seconds

// A quantity that approaches `target` exponentially from `value`, which it had at `at`.
struct Relaxation {
  Millis at = 0;
  double value = 0, target = 0, time_constant_s = 1;

  bool operator==(const Relaxation&) const = default;
};

// Something that takes CPU or changes figures, for as long as it lasts.
struct Activity {
  std::string what = {};  // "running", "load", "busy"
  std::int64_t vmid = 0;
  GuestKind kind = GuestKind::kLxc;
  Millis from = 0, to = kNever;
  std::int64_t owner = 0;  // the process that it ends with; 0: none
  std::optional<double> user_percent =
      {};  // of all CPUs; none: as the model has that kind of guest

  bool operator==(const Activity&) const = default;
};

struct Volume {
  std::string storage = {}, name = {};
  std::int64_t vmid = 0, size = 0;  // bytes
  std::string format = "raw", content = "images";
  Millis created = 0;
  double fixed_used_mib = -1;  // negative: as the guest fills it
  std::string notes = {};      // of a backup

  std::string volid() const { return storage + ":" + name; }
  bool operator==(const Volume&) const = default;
};

// The database in a named volume.
struct Database {
  std::map<std::string, std::vector<std::string>> tables;
  std::int64_t pgbench_scale = 0;  // 0: pgbench -i did not run

  bool operator==(const Database&) const = default;
};

struct Container {
  std::string id, name, image, service, project, working_dir, config_file, command;
  std::string status = "created";      // "created", "running", "exited"
  std::vector<std::string> arguments;  // its own command, where it was given one
  std::string restart, volume, mount;
  bool has_health = false, oom_killed = false;
  Millis healthy_after = 0;  // from its start
  std::int64_t exit_status = 0, restarts = 0, memory_limit = 0;
  std::int64_t host_port = 0, container_port = 0;
  Millis created = 0, started = 0, finished = 0;

  bool operator==(const Container&) const = default;
};

struct DockerState {
  std::vector<std::string> images;  // "postgres:17"
  std::vector<Container> containers;
  std::map<std::string, Database> volumes;
  std::vector<std::string> networks;

  bool operator==(const DockerState&) const = default;
};

// What a kernel said, beside what the model has it say.
struct KernelMessage {
  Millis at = 0;
  std::string text;

  bool operator==(const KernelMessage&) const = default;
};

// A time in which the file systems of a guest were frozen.
struct Freeze {
  Millis from = 0, to = kNever;

  bool operator==(const Freeze&) const = default;
};

struct Guest {
  std::int64_t vmid = 0;
  GuestKind kind = GuestKind::kLxc;
  std::map<std::string, std::string> config = {}, raw_config = {};  // raw: "lxc.…" lines
  bool running = false;
  bool has_system = true;  // there is something to boot: a template or an image
  bool foreign = false;    // put there by the scenario
  Millis created = kLongAgo, changed = kLongAgo;  // changed: started or stopped
  Millis started = 0, reachable = 0;
  std::int64_t pid = 0, boots = 0;
  std::map<std::string, std::string> files = {};
  std::map<std::string, std::int64_t> owners = {};  // of some of them: the user on the node
  std::vector<std::string> packages = {};
  bool memory_filled = false;  // since it booted: what it can cache, it has read
  bool upgraded = false;       // has the packages of after the scenario's upgrade
  bool package_lists = false, docker_source = false, agent_running = false;
  Millis daemon_started = 0;
  DockerState docker = {};
  std::int64_t oom_kills = 0;                  // since its boot
  std::vector<KernelMessage> kernel_log = {};  // of a VM's own kernel
  std::vector<Freeze> freezes = {};            // since its start
  std::int64_t listens_on = 0;                 // the port of a bulk transfer that is waited for
  double free_blocks_mib = 0;  // deleted in the guest, still taken on the thin volume

  bool is_vm() const { return kind == GuestKind::kVm; }
  const GuestFacts& facts() const { return facts_of(kind); }
  std::string option(const std::string& key) const;  // empty when it is not set
  std::int64_t number(const std::string& key, std::int64_t otherwise) const;
  std::string name() const;  // as lists show it: "spike-lxc", "VM 9003"
  bool has_package(const std::string& package) const;
  bool is_frozen() const { return !freezes.empty() && freezes.back().to == kNever; }
  bool has_docker() const { return has_package("docker-ce") || has_package("docker.io"); }

  bool operator==(const Guest&) const = default;
};

// What an archive holds.
struct Backup {
  std::string volid;
  Guest guest;

  bool operator==(const Backup&) const = default;
};

struct State {
  Millis time = 0;
  std::int64_t epoch_ms = kEpoch * 1000;  // the time of day at moment 0
  bool upgraded = false;                  // the node has the packages of the scenario's upgrade
  Millis clock_set_at = kNever, clock_set_back = 0;
  std::vector<Millis> reboots;       // when the node booted again
  std::vector<Millis> runs;          // when a run took its lock
  std::string kernel;                // that runs
  std::vector<std::string> kernels;  // installed, by their releases
  std::map<std::string, std::string> files;
  std::vector<Volume> volumes;
  std::vector<Guest> guests;
  std::vector<Backup> backups;
  std::vector<Activity> activities;
  std::vector<KernelMessage> kernel_log;
  std::map<std::string, std::vector<Relaxation>> ram;  // by vmid: MiB of the node's RAM
  std::vector<std::int64_t> rule_matches, rules_begun, rules_over;
  std::vector<std::string> unknown_commands;
  bool neighbours_probed = false;
  std::int64_t next_pid = 1000, next_process = 1;

  // The time of day that the node's clock shows at a moment.
  std::int64_t wall_ms(Millis at) const {
    return epoch_ms + at - (at >= clock_set_at ? clock_set_back : 0);
  }
  std::int64_t epoch_s(Millis at) const { return wall_ms(at) / 1000; }
  Millis booted(Millis at) const;  // when the boot began that the node is in
  Millis uptime(Millis at) const { return at - booted(at); }
  std::int64_t reboots_until(Millis at) const;
  std::vector<std::string> kernels_from_newest() const;
  Volume* find_volume(const std::string& volid);
  Guest* find_guest(std::int64_t vmid);
  const Guest* find_guest(std::int64_t vmid) const;

  bool operator==(const State&) const = default;
};

// Makes the SSH host key of a guest; returns its public line.
using HostKeyMaker = std::function<std::string(std::int64_t vmid)>;

Json to_json(const State& state);
State state_from_json(const Json& document);

}  // namespace pve_accept::sim
