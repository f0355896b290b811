#include "support/sim/model/containers.h"

#include <algorithm>

#include "support/sim/engine/replies.h"
#include "support/sim/model/images.h"
#include "support/sim/model/lifecycle.h"
#include "support/sim/model/node_facts.h"

namespace pve_accept::sim {
namespace {

constexpr double kHealthyAfterS = 5.5;

}  // namespace

bool is_up(const Container& container, Millis at) {
  return container.status == "running" && container.started <= at;
}

std::string state_text(const Container& container, Millis at) {
  if (is_up(container, at)) return "running";
  return container.status == "running" ? "created" : container.status;
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
  if (std::ranges::find(docker.images, image) != docker.images.end()) {
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
  const auto time_or_zero = [&](Millis at) {
    return at > 0 ? iso_time(call.state(), at) : "0001-01-01T00:00:00Z";
  };
  Json document = filled_json(
      "docker_inspect.json",
      {{"/Id", container.id},
       {"/Created", iso_time(call.state(), container.created)},
       {"/Name", "/" + container.name},
       {"/RestartCount", container.restarts},
       {"/Driver", call.guest_model().docker.storage_driver},
       {"/State/Status", state_text(container, now)},
       {"/State/Running", running},
       {"/State/OOMKilled", container.oom_killed},
       {"/State/Pid", running ? 600 + container.created % 400 : 0},
       {"/State/ExitCode", container.exit_status},
       {"/State/StartedAt", time_or_zero(container.started)},
       {"/State/FinishedAt", time_or_zero(container.finished)},
       {"/HostConfig/Memory", container.memory_limit},
       {"/HostConfig/RestartPolicy/Name", container.restart.empty() ? "no" : container.restart},
       {"/Config/Image", container.image}});
  if (container.has_health) {
    document["State"]["Health"] = {
        {"Status", health(container, now)}, {"FailingStreak", 0}, {"Log", Json::array()}};
  }
  if (!container.volume.empty()) {
    document["Mounts"].push_back(
        {{"Type", "volume"},
         {"Name", container.volume},
         {"Source", fmt::format("/var/lib/docker/volumes/{}/_data", container.volume)},
         {"Destination", container.mount},
         {"Driver", "local"},
         {"RW", true}});
  }
  return document;
}

// A VM has AppArmor of its own; the rest was recorded in a container.
Json docker_info(const Call& call) {
  const Guest& guest = *call.guest;
  const Model::Docker& docker = call.guest_model().docker;
  const auto& containers = guest.docker.containers;
  const auto running = std::ranges::count_if(
      containers, [&](const Container& container) { return is_up(container, call.now()); });
  Json info = filled_json("docker_info.json",
                          {{"/ID", hex(call.world.scenario.seed, "docker id", guest.vmid, 32)},
                           {"/Containers", containers.size()},
                           {"/ContainersRunning", running},
                           {"/ContainersStopped", std::ssize(containers) - running},
                           {"/Images", guest.docker.images.size()},
                           {"/Driver", docker.storage_driver},
                           {"/SystemTime", iso_time(call.state(), call.now())},
                           {"/CgroupDriver", docker.cgroup_driver},
                           {"/CgroupVersion", docker.cgroup_version},
                           {"/KernelVersion", call.guest_model().kernel},
                           {"/NCPU", guest.number("cores", 1)},
                           {"/MemTotal", guest_memory_kib(call, guest) * 1024},
                           {"/Name", guest.name()},
                           {"/ServerVersion", docker.version},
                           {"/ClientInfo/Version", docker.version},
                           {"/ClientInfo/GitCommit", docker.build},
                           {"/ClientInfo/Plugins/0/Version", docker.compose}});
  if (guest.is_vm()) info["SecurityOptions"].push_back("name=apparmor");
  if (docker.storage_driver == "vfs") info["DriverStatus"] = Json::array();
  if (docker.storage_driver == "overlayfs") {
    info["DriverStatus"] = Json::array({{"driver-type", "io.containerd.snapshotter.v1"}});
  }
  return info;
}

Json docker_version(const Call& call) {
  const Model::Docker& docker = call.guest_model().docker;
  const std::string& kernel = call.guest_model().kernel;
  return filled_json("docker_version.json",
                     {{"/Client/Version", docker.version},
                      {"/Client/ApiVersion", docker.api},
                      {"/Client/DefaultAPIVersion", docker.api},
                      {"/Client/GitCommit", docker.build},
                      {"/Server/Version", docker.version},
                      {"/Server/ApiVersion", docker.api},
                      {"/Server/MinAPIVersion", docker.min_api},
                      {"/Server/GitCommit", docker.build},
                      {"/Server/KernelVersion", kernel},
                      {"/Server/Components/0/Version", docker.version},
                      {"/Server/Components/0/Details/ApiVersion", docker.api},
                      {"/Server/Components/0/Details/MinAPIVersion", docker.min_api},
                      {"/Server/Components/0/Details/GitCommit", docker.build},
                      {"/Server/Components/0/Details/KernelVersion", kernel},
                      {"/Server/Components/1/Version", "v" + docker.containerd},
                      {"/Server/Components/2/Version", docker.runc}});
}

}  // namespace pve_accept::sim
