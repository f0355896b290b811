#include "support/sim/model/state.h"

#include <fmt/format.h>

#include <algorithm>

namespace pve_accept::sim {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Relaxation, at, value, target, time_constant_s)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Activity, what, vmid, kind, from, to, owner)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Volume, storage, name, vmid, size, format, content, created,
                                   fixed_used_mib)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Database, tables, pgbench_scale)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Container, id, name, image, service, project, working_dir,
                                   config_file, command, status, restart, volume, mount, has_health,
                                   healthy_after, oom_killed, exit_status, restarts, memory_limit,
                                   host_port, container_port, created, started, finished)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DockerState, images, containers, volumes, networks)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Guest, vmid, kind, config, raw_config, running, has_system,
                                   foreign, started, reachable, pid, boots, files, packages,
                                   package_lists, docker_source, agent_running, daemon_started,
                                   docker, free_blocks_mib)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(State, time, epoch_ms, files, volumes, guests, activities, ram,
                                   rule_matches, unknown_commands, neighbours_probed, next_pid,
                                   next_process)

std::string Guest::option(const std::string& key) const {
  const auto found = config.find(key);
  return found == config.end() ? "" : found->second;
}

std::string Guest::name() const {
  const std::string given = option(kind == "vm" ? "name" : "hostname");
  if (!given.empty()) return given;
  return fmt::format("{}{}", kind == "vm" ? "VM " : "CT", vmid);
}

bool Guest::has_package(const std::string& package) const {
  return std::find(packages.begin(), packages.end(), package) != packages.end();
}

Guest* State::find_guest(std::int64_t vmid) {
  const auto found = std::find_if(guests.begin(), guests.end(),
                                  [&](const Guest& guest) { return guest.vmid == vmid; });
  return found == guests.end() ? nullptr : &*found;
}

const Guest* State::find_guest(std::int64_t vmid) const {
  return const_cast<State*>(this)->find_guest(vmid);
}

Json to_json(const State& state) {
  Json document;
  to_json(document, state);
  return document;
}

State state_from_json(const Json& document) { return document.get<State>(); }

}  // namespace pve_accept::sim
