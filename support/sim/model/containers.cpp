#include "support/sim/model/containers.h"

#include <algorithm>

#include "support/base/contains.h"
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

std::int64_t enforced_limit(const Call& call) {
  const std::string& shown = call.guest_model().docker.memory_limit;
  if (shown.empty()) return call.container->memory_limit;
  return text::to_whole(shown).value_or(0);
}

// What mm/oom_kill.c prints, without the stack and the tables. A container has the node's kernel.
int kill_for_memory(Call& call) {
  Guest& guest = *call.guest;
  const std::string scope = fmt::format("docker-{}.scope", call.container->id);
  const std::string cgroup = fmt::format(
      "{}/system.slice/{}", guest.is_vm() ? "" : fmt::format("/lxc/{}/ns", guest.vmid), scope);
  const std::int64_t pid = call.state().next_pid++;
  const std::int64_t uid = guest.is_vm() ? 0 : call.guest_model().uid_base;
  auto& log = guest.is_vm() ? guest.kernel_log : call.state().kernel_log;
  for (const std::string& text :
       {fmt::format("{} invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0",
                    call.argv[0]),
        std::string("Call Trace:"),
        fmt::format(
            "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset={0},mems_allowed=0,"
            "oom_memcg={1},task_memcg={1},task={2},pid={3},uid={4}",
            scope, cgroup, call.argv[0], pid, uid),
        fmt::format("<3>Memory cgroup out of memory: Killed process {} ({}) total-vm:265120kB, "
                    "anon-rss:65280kB, file-rss:1676kB, shmem-rss:0kB, UID:{} pgtables:176kB "
                    "oom_score_adj:0",
                    pid, call.argv[0], uid)}) {
    log.push_back({.at = call.now(), .text = text});
  }
  ++guest.oom_kills;
  call.container->oom_killed = true;
  return kKilled;
}

bool pull(Call& call, const std::string& image) {
  DockerState& docker = call.guest->docker;
  if (contains(docker.images, image)) {
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
  fill_memory_of(call, *call.guest);
  return true;
}

std::string iso_time(const State& state, Millis at) {
  return formatted_time(state.epoch_s(at), "%Y-%m-%dT%H:%M:%S") +
         fmt::format(".{:03}000000Z", state.wall_ms(at) % 1000);
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
