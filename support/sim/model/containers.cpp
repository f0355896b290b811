#include "support/sim/model/containers.h"

#include <algorithm>

#include "support/sim/model/images.h"
#include "support/sim/model/lifecycle.h"

namespace pve_accept::sim {
namespace {

constexpr double kHealthyAfterS = 5.5;

std::string zero_time() { return "0001-01-01T00:00:00Z"; }

Json driver_status(const Model::Docker& docker) {
  if (docker.storage_driver == "overlay2") {
    return {{"Backing Filesystem", "extfs"},
            {"Supports d_type", "true"},
            {"Using metacopy", "false"},
            {"Native Overlay Diff", "false"},
            {"userxattr", "true"}};
  }
  if (docker.storage_driver == "vfs") return Json::array();
  return Json::array({{"driver-type", "io.containerd.snapshotter.v1"}});
}

}  // namespace

bool has_docker(const Guest& guest) {
  return guest.has_package("docker-ce") || guest.has_package("docker.io");
}

bool is_up(const Container& container, Millis at) {
  return container.status == "running" && container.started <= at;
}

std::string health(const Container& container, Millis at) {
  if (!container.has_health) return "";
  if (!is_up(container, at)) return "unhealthy";
  return at >= container.started + container.healthy_after ? "healthy" : "starting";
}

Container* find_container(Guest& guest, const std::string& name_or_id) {
  for (Container& container : guest.docker.containers) {
    if (container.name == name_or_id || container.id.starts_with(name_or_id)) return &container;
  }
  return nullptr;
}

Container make_container(const Call& call, const std::string& name, const std::string& image) {
  Container container;
  container.name = name;
  container.image = image;
  container.created = call.now();
  container.healthy_after = paced(call.world.scenario, kHealthyAfterS);
  container.id = hex(call.world.scenario.seed, "container " + name, call.now(), 64);
  if (const Image* known = find_image(image)) container.command = known->command;
  return container;
}

bool pull(Call& call, const std::string& image) {
  DockerState& docker = call.guest->docker;
  if (std::find(docker.images.begin(), docker.images.end(), image) != docker.images.end()) {
    return true;
  }
  const Image* known = find_image(image);
  if (!reaches_internet(call)) {
    call.spend(10);
    call.err("Error response from daemon: failed to resolve reference \"docker.io/library/" +
             image +
             "\": dial tcp: lookup registry-1.docker.io: Temporary failure in name "
             "resolution\n");
    return false;
  }
  if (known == nullptr) {
    call.spend(1.0);
    call.err(
        fmt::format("Error response from daemon: pull access denied for {}, repository does "
                    "not exist or may require 'docker login'\n",
                    image.substr(0, image.find(':'))));
    return false;
  }
  keep_busy(call, *call.guest, known->pull_s);
  call.spend(known->pull_s);
  docker.images.push_back(known->name);
  return true;
}

std::string iso_time(const State& state, Millis at) {
  return formatted_time(state.epoch_s(at), "%Y-%m-%dT%H:%M:%S") +
         fmt::format(".{:03}000000Z", (state.epoch_ms + at) % 1000);
}

Json inspect_container(const Call& call, const Container& container) {
  const Millis now = call.now();
  const bool running = is_up(container, now);
  Json state = {{"Status", running                         ? "running"
                           : container.status == "running" ? "created"
                                                           : container.status},
                {"Running", running},
                {"Paused", false},
                {"Restarting", false},
                {"OOMKilled", container.oom_killed},
                {"Dead", false},
                {"Pid", running ? 600 + container.created % 400 : 0},
                {"ExitCode", container.exit_status},
                {"Error", ""},
                {"StartedAt",
                 container.started > 0 ? iso_time(call.state(), container.started) : zero_time()},
                {"FinishedAt", container.finished > 0 ? iso_time(call.state(), container.finished)
                                                      : zero_time()}};
  if (container.has_health) {
    state["Health"] = {
        {"Status", health(container, now)}, {"FailingStreak", 0}, {"Log", Json::array()}};
  }
  Json mounts = Json::array();
  if (!container.volume.empty()) {
    mounts.push_back({{"Type", "volume"},
                      {"Name", container.volume},
                      {"Source", fmt::format("/var/lib/docker/volumes/{}/_data", container.volume)},
                      {"Destination", container.mount},
                      {"Driver", "local"},
                      {"RW", true}});
  }
  return {{"Id", container.id},
          {"Created", iso_time(call.state(), container.created)},
          {"Name", "/" + container.name},
          {"RestartCount", container.restarts},
          {"Driver", call.guest_model().docker.storage_driver},
          {"Platform", "linux"},
          {"State", std::move(state)},
          {"Mounts", std::move(mounts)},
          {"HostConfig",
           {{"Memory", container.memory_limit},
            {"RestartPolicy",
             {{"Name", container.restart.empty() ? "no" : container.restart},
              {"MaximumRetryCount", 0}}}}},
          {"Config", {{"Image", container.image}}}};
}

Json docker_info(const Call& call) {
  const Guest& guest = *call.guest;
  const Model::Docker& docker = call.guest_model().docker;
  const auto running =
      std::count_if(guest.docker.containers.begin(), guest.docker.containers.end(),
                    [&](const Container& container) { return is_up(container, call.now()); });
  const auto all = guest.docker.containers.size();
  return {
      {"ID", hex(call.world.scenario.seed, "docker id", guest.vmid, 32)},
      {"Containers", all},
      {"ContainersRunning", running},
      {"ContainersPaused", 0},
      {"ContainersStopped", all - static_cast<std::size_t>(running)},
      {"Images", guest.docker.images.size()},
      {"Driver", docker.storage_driver},
      {"DriverStatus", driver_status(docker)},
      {"Plugins",
       {{"Volume", {"local"}},
        {"Network", {"bridge", "host", "ipvlan", "macvlan", "null", "overlay"}},
        {"Authorization", nullptr},
        {"Log",
         {"awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "splunk",
          "syslog"}}}},
      {"MemoryLimit", true},
      {"SwapLimit", true},
      {"PidsLimit", true},
      {"IPv4Forwarding", true},
      {"SystemTime", iso_time(call.state(), call.now())},
      {"LoggingDriver", "json-file"},
      {"CgroupDriver", docker.cgroup_driver},
      {"CgroupVersion", docker.cgroup_version},
      {"KernelVersion", call.guest_model().kernel},
      {"OperatingSystem", "Debian GNU/Linux 13 (trixie)"},
      {"OSVersion", "13"},
      {"OSType", "linux"},
      {"Architecture", "x86_64"},
      {"NCPU", guest.option("cores").empty() ? 1 : std::stoll(guest.option("cores"))},
      {"DockerRootDir", "/var/lib/docker"},
      {"Name", guest.name()},
      {"ServerVersion", docker.version},
      {"DefaultRuntime", "runc"},
      {"LiveRestoreEnabled", false},
      {"SecurityOptions",
       guest.kind == "vm" ? Json{"name=apparmor", "name=seccomp,profile=builtin", "name=cgroupns"}
                          : Json{"name=seccomp,profile=builtin", "name=cgroupns"}},
      {"Warnings", nullptr}};
}

Json docker_version(const Call& call) {
  const Model::Docker& docker = call.guest_model().docker;
  const Json component_details = {
      {"ApiVersion", docker.api},        {"Arch", "amd64"},
      {"GitCommit", docker.build},       {"KernelVersion", call.guest_model().kernel},
      {"MinAPIVersion", docker.min_api}, {"Os", "linux"}};
  return {{"Client",
           {{"Platform", {{"Name", "Docker Engine - Community"}}},
            {"Version", docker.version},
            {"ApiVersion", docker.api},
            {"DefaultAPIVersion", docker.api},
            {"GitCommit", docker.build},
            {"Os", "linux"},
            {"Arch", "amd64"},
            {"Context", "default"}}},
          {"Server",
           {{"Platform", {{"Name", "Docker Engine - Community"}}},
            {"Components",
             {{{"Name", "Engine"}, {"Version", docker.version}, {"Details", component_details}},
              {{"Name", "containerd"},
               {"Version", "v" + docker.containerd},
               {"Details", {{"GitCommit", "5b46e404f6b9"}}}},
              {{"Name", "runc"},
               {"Version", docker.runc},
               {"Details", {{"GitCommit", "v" + docker.runc + "-0-g1"}}}},
              {{"Name", "docker-init"},
               {"Version", "0.19.0"},
               {"Details", {{"GitCommit", "de40ad0"}}}}}},
            {"Version", docker.version},
            {"ApiVersion", docker.api},
            {"MinAPIVersion", docker.min_api},
            {"GitCommit", docker.build},
            {"Os", "linux"},
            {"Arch", "amd64"},
            {"KernelVersion", call.guest_model().kernel}}}};
}

}  // namespace pve_accept::sim
