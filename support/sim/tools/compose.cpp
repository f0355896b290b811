#include <algorithm>

#include "support/sim/model/containers.h"
#include "support/sim/model/images.h"
#include "support/sim/model/lifecycle.h"
#include "support/sim/tools/compose_file.h"
#include "support/sim/tools/options.h"

namespace pve_accept::sim {
namespace {

constexpr double kStackHealthyS = 6.0;

struct Project {
  ComposeProject file;
  std::string path;
};

void step(Call& call, std::string_view what, const std::string& name, std::string_view done) {
  call.err(fmt::format(" {} {}  {}\n", what, name, done));
}

std::string container_name(const Project& project, const ComposeService& service) {
  return fmt::format("{}-{}-1", project.file.name, service.name);
}

bool pull_all(Call& call, const Project& project) {
  for (const ComposeService& service : project.file.services) {
    if (!pull(call, service.image)) return false;
  }
  return true;
}

void make_networks_and_volumes(Call& call, const Project& project) {
  DockerState& docker = call.guest->docker;
  const std::string network = project.file.name + "_default";
  if (!contains(docker.networks, network)) {
    step(call, "Network", network, "Creating");
    docker.networks.push_back(network);
    call.spend(0.1);
    step(call, "Network", network, "Created");
  }
  for (const std::string& volume : project.file.volumes) {
    const std::string name = fmt::format("{}_{}", project.file.name, volume);
    if (docker.volumes.contains(name)) continue;
    step(call, "Volume", fmt::format("\"{}\"", name), "Creating");
    docker.volumes[name] = {};
    step(call, "Volume", fmt::format("\"{}\"", name), "Created");
  }
}

Container compose_container(Call& call, const Project& project, const ComposeService& service) {
  Container made = make_container(call, container_name(project, service), service.image);
  made.service = service.name;
  made.project = project.file.name;
  made.config_file = project.path;
  made.working_dir = project.path.substr(0, project.path.rfind('/'));
  made.restart = service.restart;
  made.has_health = service.has_health;
  made.host_port = service.host_port;
  made.container_port = service.container_port;
  if (!service.volume.empty()) {
    made.volume = fmt::format("{}_{}", project.file.name, service.volume);
    made.mount = service.mount;
  }
  return made;
}

int up(Call& call, const Project& project, const Words& options) {
  const Arguments arguments =
      read_options(options, {"-d", "--wait", "--wait-timeout=", "--pull=never", "--quiet-pull"});
  const bool wait = arguments.has("--wait"), pulls = !arguments.has("--pull");
  if (!arguments.has("-d") && !wait) throw Unsupported{};
  if (pulls && !pull_all(call, project)) return 1;
  make_networks_and_volumes(call, project);
  Guest& guest = *call.guest;
  for (const ComposeService& service : project.file.services) {
    const std::string name = container_name(project, service);
    if (find_container(guest, name) != nullptr) continue;
    step(call, "Container", name, "Creating");
    if (!contains(guest.docker.images, service.image)) {
      return call.fail(1,
                       fmt::format("Error response from daemon: No such image: {}", service.image));
    }
    guest.docker.containers.push_back(compose_container(call, project, service));
    call.spend(0.15);
    step(call, "Container", name, "Created");
  }
  for (const ComposeService& service : project.file.services) {
    Container& container = *find_container(guest, container_name(project, service));
    if (is_up(container, call.now())) {
      step(call, "Container", container.name, "Running");
      continue;
    }
    step(call, "Container", container.name, "Starting");
    call.spend(0.25);
    container.status = "running";
    container.started = std::max(call.now(), container.started);
    step(call, "Container", container.name, "Started");
  }
  settle_ram(call.state(), call.world.scenario, guest, call.now());
  keep_busy(call, guest, 2.0);
  if (!wait) return 0;
  const auto step_all = [&](std::string_view done) {
    for (const ComposeService& service : project.file.services) {
      step(call, "Container", container_name(project, service), done);
    }
  };
  step_all("Waiting");
  call.spend(kStackHealthyS);
  step_all("Healthy");
  return 0;
}

int down(Call& call, const Project& project, const Words& options) {
  const Arguments arguments = read_options(options, {"-v", "--volumes"});
  const bool volumes = arguments.has("-v") || arguments.has("--volumes");
  Guest& guest = *call.guest;
  for (const ComposeService& service : project.file.services) {
    const std::string name = container_name(project, service);
    if (find_container(guest, name) == nullptr) continue;
    step(call, "Container", name, "Stopping");
    call.spend(0.4);
    step(call, "Container", name, "Stopped");
    step(call, "Container", name, "Removing");
    std::erase_if(guest.docker.containers,
                  [&](const Container& container) { return container.name == name; });
    step(call, "Container", name, "Removed");
  }
  if (volumes) {
    for (const std::string& volume : project.file.volumes) {
      const std::string name = fmt::format("{}_{}", project.file.name, volume);
      if (guest.docker.volumes.erase(name) == 0) continue;
      step(call, "Volume", name, "Removing");
      step(call, "Volume", name, "Removed");
    }
  }
  const std::string network = project.file.name + "_default";
  if (contains(guest.docker.networks, network)) {
    step(call, "Network", network, "Removing");
    std::erase(guest.docker.networks, network);
    call.spend(0.1);
    step(call, "Network", network, "Removed");
  }
  settle_ram(call.state(), call.world.scenario, guest, call.now());
  return 0;
}

std::string status_text(const Container& container, Millis at) {
  if (!is_up(container, at)) {
    return container.status == "exited" ? fmt::format("Exited ({})", container.exit_status)
                                        : "Created";
  }
  const std::string now = health(container, at);
  const Millis seconds = (at - container.started) / 1000;
  std::string text = seconds < 120 ? fmt::format("Up {} seconds", seconds)
                                   : fmt::format("Up {} minutes", seconds / 60);
  if (now == "starting") return text + " (health: starting)";
  return now.empty() ? text : fmt::format("{} ({})", text, now);
}

int list(Call& call, const Project& project, const Words& options) {
  const Arguments arguments = read_options(options, {"--all", "-a", "--format=json"});
  arguments.require({"--format"});
  const bool all = arguments.has("--all") || arguments.has("-a");
  std::vector<const Container*> containers;
  for (const Container& container : call.guest->docker.containers) {
    if (container.project == project.file.name) containers.push_back(&container);
  }
  std::ranges::sort(containers, {}, &Container::name);
  for (const Container* container : containers) {
    const bool running = is_up(*container, call.now());
    if (!running && !all) continue;
    Json publishers = nullptr;
    std::string ports;
    if (container->host_port > 0 && running) {
      publishers = Json::array();
      for (const char* url : {"0.0.0.0", "::"}) {
        publishers.push_back({{"URL", url},
                              {"TargetPort", container->container_port},
                              {"PublishedPort", container->host_port},
                              {"Protocol", "tcp"}});
      }
      ports = fmt::format("0.0.0.0:{0}->{1}/tcp, [::]:{0}->{1}/tcp", container->host_port,
                          container->container_port);
    }
    const std::int64_t created = call.state().epoch_s(container->created);
    call.out(line_of(
        {{"Command", container->command},
         {"CreatedAt", formatted_time(created, "%Y-%m-%d %H:%M:%S +0000 UTC")},
         {"ExitCode", container->exit_status},
         {"Health", running ? health(*container, call.now()) : ""},
         {"ID", container->id.substr(0, 12)},
         {"Image", container->image},
         {"Labels", fmt::format("com.docker.compose.project={},com.docker.compose.service={}",
                                container->project, container->service)},
         {"LocalVolumes", container->volume.empty() ? "0" : "1"},
         {"Mounts", container->volume},
         {"Name", container->name},
         {"Names", container->name},
         {"Networks", container->project + "_default"},
         {"Ports", ports},
         {"Project", container->project},
         {"Publishers", publishers},
         {"RunningFor", fmt::format("{} seconds ago", (call.now() - container->created) / 1000)},
         {"Service", container->service},
         {"Size", "0B"},
         {"State", state_text(*container, call.now())},
         {"Status", status_text(*container, call.now())}}));
  }
  return 0;
}

}  // namespace

// docker compose version --short; docker compose -f FILE pull|up|down|ps …
int docker_compose(Call& call) {
  Guest& guest = *call.guest;
  if (!guest.has_package("docker-compose-plugin") && !guest.has_package("docker-compose")) {
    return call.fail(1,
                     "docker: unknown command: docker compose\n\nRun 'docker --help' for more "
                     "information");
  }
  const Words words = call.words(2);
  call.spend(0.1);
  if (words == Words{"version", "--short"}) {
    call.out(call.guest_model().docker.compose + "\n");
    return 0;
  }
  if (words.size() < 3 || words[0] != "-f") throw Unsupported{};
  const auto text = guest.files.find(words[1]);
  if (text == guest.files.end()) {
    return call.fail(1, fmt::format("open {}: no such file or directory", words[1]));
  }
  const auto file = parse_compose_file(text->second);
  if (!file || file->name.empty()) throw Unsupported{};
  const Project project{*file, words[1]};
  const Words options = call.words(5);
  if (words[2] == "up") return up(call, project, options);
  if (words[2] == "down") return down(call, project, options);
  if (words[2] == "ps") return list(call, project, options);
  if (words[2] == "pull" && (options.empty() || options == Words{"-q"})) {
    return pull_all(call, project) ? 0 : 1;
  }
  throw Unsupported{};
}

}  // namespace pve_accept::sim
