#include "support/sim/model/state.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/base/contains.h"
#include "support/base/fields.h"
#include "support/base/text.h"
#include "support/base/version.h"

namespace pve_accept::sim {

PVE_ACCEPT_FIELDS(Relaxation, at, value, target, time_constant_s)
PVE_ACCEPT_FIELDS(Activity, what, vmid, kind, from, to, owner, user_percent)
PVE_ACCEPT_FIELDS(Volume, storage, name, vmid, size, format, content, created, fixed_used_mib,
                  notes)
PVE_ACCEPT_FIELDS(Database, tables, pgbench_scale)
PVE_ACCEPT_FIELDS(KernelMessage, at, text)
PVE_ACCEPT_FIELDS(Container, arguments, id, name, image, service, project, working_dir, config_file,
                  command, status, restart, volume, mount, has_health, healthy_after, oom_killed,
                  exit_status, restarts, memory_limit, host_port, container_port, created, started,
                  finished)
PVE_ACCEPT_FIELDS(DockerState, images, containers, volumes, networks)
PVE_ACCEPT_FIELDS(Freeze, from, to)
PVE_ACCEPT_FIELDS(Guest, vmid, kind, config, raw_config, running, has_system, foreign, created,
                  changed, started, reachable, pid, boots, files, owners, packages, memory_filled,
                  upgraded, package_lists, docker_source, agent_running, daemon_started, docker,
                  oom_kills, kernel_log, freezes, listens_on, free_blocks_mib)
PVE_ACCEPT_FIELDS(Backup, volid, guest)
PVE_ACCEPT_FIELDS(State, backups, time, epoch_ms, upgraded, clock_set_at, clock_set_back, reboots,
                  runs, kernel, kernels, files, volumes, guests, activities, kernel_log, ram,
                  rule_matches, rules_begun, rules_over, unknown_commands, neighbours_probed,
                  next_pid, next_process)

std::string Guest::option(const std::string& key) const { return value_or(config, key, ""); }

std::int64_t Guest::number(const std::string& key, std::int64_t otherwise) const {
  return text::to_whole(option(key)).value_or(otherwise);
}

std::string Guest::name() const {
  const std::string given = option(is_vm() ? "name" : "hostname");
  if (!given.empty()) return given;
  return fmt::format("{}{}", is_vm() ? "VM " : "CT", vmid);
}

bool Guest::has_package(const std::string& package) const { return contains(packages, package); }

Guest* State::find_guest(std::int64_t vmid) { return find_in(guests, vmid, &Guest::vmid); }

Volume* State::find_volume(const std::string& volid) {
  return find_in(volumes, volid, &Volume::volid);
}

const Guest* State::find_guest(std::int64_t vmid) const {
  return const_cast<State*>(this)->find_guest(vmid);
}

std::int64_t State::reboots_until(Millis at) const {
  return std::ranges::count_if(reboots, [at](Millis reboot) { return reboot <= at; });
}

Millis State::booted(Millis at) const {
  const std::int64_t done = reboots_until(at);
  return done == 0 ? -kBootedBefore : reboots[static_cast<std::size_t>(done - 1)];
}

std::vector<std::string> State::kernels_from_newest() const {
  std::vector<std::string> sorted = kernels;
  std::ranges::sort(sorted, [](const auto& a, const auto& b) { return version_less(b, a); });
  return sorted;
}

Json to_json(const State& state) { return write_fields(state); }

State state_from_json(const Json& document) {
  return read_fields<State>(JsonCursor(document, "the state"));
}

}  // namespace pve_accept::sim
