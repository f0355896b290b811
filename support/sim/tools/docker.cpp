#include "support/sim/engine/replies.h"
#include "support/sim/model/containers.h"
#include "support/sim/model/images.h"
#include "support/sim/model/volumes.h"
#include "support/sim/tools/options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

std::string with_tag(const std::string& image) {
  return image.find(':') == std::string::npos ? image + ":latest" : image;
}

// "64m" in bytes; negative when it is not a size.
std::int64_t memory_limit(std::string text) {
  if (!text.empty()) text.back() = static_cast<char>(std::toupper(text.back()));
  return size_in_bytes(text, "");
}

bool pull_to_run(Call& call, const std::string& image) {
  const auto& images = call.guest->docker.images;
  if (contains(images, image)) return true;
  const auto colon = image.find(':');
  call.err(fmt::format("Unable to find image '{}' locally\n", image));
  if (!pull(call, image)) return false;
  call.err(fmt::format("{}: Pulling from library/{}\nStatus: Downloaded newer image for {}\n",
                       image.substr(colon + 1), image.substr(0, colon), image));
  return true;
}

// docker run --rm [-m SIZE] IMAGE [COMMAND…]
int run(Call& call, const Words& words) {
  const Arguments arguments = read_options(words, {"+", "--rm", "-m="});
  arguments.require({"--rm"});
  const std::int64_t limit = arguments.has("-m") ? memory_limit(arguments.get("-m")) : 0;
  if (arguments.rest.empty() || limit < 0) throw Unsupported{};
  const std::string image = with_tag(arguments.rest[0]);
  const Words command(arguments.rest.begin() + 1, arguments.rest.end());
  if (!pull_to_run(call, image)) return 125;
  call.spend(0.5);
  if (image == "hello-world:latest" && command.empty()) {
    call.out(reply_text("hello_world.txt"));
    return 0;
  }
  Container container = make_container(call, "run", image);
  container.memory_limit = limit;
  container.status = "running";
  container.started = call.now();
  if (command.empty()) throw Unsupported{};
  Call inner = call.in_container(container, command);
  return run_tool(inner);
}

// docker exec [-i] CONTAINER COMMAND…
int exec(Call& call, Words words) {
  if (!words.empty() && words[0] == "-i") words.erase(words.begin());
  if (words.size() < 2 || words[0].starts_with('-')) throw Unsupported{};
  Container* container = find_container(*call.guest, words[0]);
  call.spend(0.12);
  if (container == nullptr) {
    return call.fail(1, fmt::format("Error response from daemon: No such container: {}", words[0]));
  }
  if (!is_up(*container, call.now())) {
    return call.fail(
        1, fmt::format("Error response from daemon: container {} is not running", container->id));
  }
  Call inner = call.in_container(*container, {words.begin() + 1, words.end()});
  return run_tool(inner);
}

// docker create [--name NAME] [-m SIZE --memory-swap SIZE] IMAGE [COMMAND…]
int create(Call& call, const Words& words) {
  const Arguments arguments = read_options(words, {"+", "--name=", "-m=", "--memory-swap="});
  const std::int64_t limit = arguments.has("-m") ? memory_limit(arguments.get("-m")) : 0;
  if (arguments.rest.empty() || limit < 0) throw Unsupported{};
  const std::string name = arguments.has("--name")
                               ? arguments.get("--name")
                               : "quirky_" + hex(call.world.scenario.seed, "name", call.now(), 8);
  if (const Container* taken = find_container(*call.guest, name)) {
    return call.fail(1, fmt::format("Error response from daemon: Conflict. The container name "
                                    "\"/{}\" is already in use by container \"{}\". You have to "
                                    "remove (or rename) that container to be able to reuse that "
                                    "name.",
                                    name, taken->id));
  }
  const std::string image = with_tag(arguments.rest[0]);
  if (!pull_to_run(call, image)) return 1;
  call.spend(0.08);
  Container made = make_container(call, name, image);
  made.memory_limit = limit;
  made.arguments = {arguments.rest.begin() + 1, arguments.rest.end()};
  call.guest->docker.containers.push_back(made);
  call.out(made.id + "\n");
  return 0;
}

// docker start --attach CONTAINER: one that was created with a command
int start(Call& call, const Words& words) {
  if (words.size() != 2 || words[0] != "--attach") throw Unsupported{};
  Container* container = find_container(*call.guest, words[1]);
  if (container == nullptr) {
    return call.fail(1, fmt::format("Error response from daemon: No such container: {}", words[1]));
  }
  if (container->arguments.empty()) throw Unsupported{};
  call.spend(0.5);
  container->status = "running";
  container->started = call.now();
  Call inner = call.in_container(*container, container->arguments);
  const int exit_status = run_tool(inner);
  container->status = "exited";
  container->exit_status = exit_status;
  container->finished = call.now();
  return exit_status;
}

int remove(Call& call, const Words& words) {
  const Arguments arguments = read_options(words, {"-f"});
  arguments.require({"-f"});
  call.spend(0.1);
  int exit_status = 0;
  for (const std::string& name : arguments.rest) {
    if (find_container(*call.guest, name) == nullptr) {
      exit_status =
          call.fail(1, fmt::format("Error response from daemon: No such container: {}", name));
      continue;
    }
    std::erase_if(call.guest->docker.containers, [&](const Container& container) {
      return container.name == name || container.id == name;
    });
    call.out(name + "\n");
  }
  return exit_status;
}

int inspect(Call& call, const Words& words) {
  Json list = Json::array();
  std::string missing;
  for (const std::string& name : words) {
    if (name.starts_with('-')) throw Unsupported{};
    if (const Container* container = find_container(*call.guest, name)) {
      list.push_back(inspect_container(call, *container));
    } else {
      missing += fmt::format("Error: No such object: {}\n", name);
    }
  }
  call.out(list.dump(4) + "\n");
  call.err(missing);
  return missing.empty() ? 0 : 1;
}

int image(Call& call, const Words& words) {
  if (words != Words{"ls", "--format", "{{json .}}"}) throw Unsupported{};
  for (const std::string& name : call.guest->docker.images) {
    const Image* known = find_image(name);
    if (known == nullptr) continue;
    call.out(line_of(
        {{"Containers", "N/A"},
         {"CreatedAt", "2026-05-28 00:04:11 +0000 UTC"},
         {"CreatedSince", "10 days ago"},
         {"Digest", "<none>"},
         {"ID", known->id},
         {"Repository", name.substr(0, name.find(':'))},
         {"SharedSize", "N/A"},
         {"Size", known->mib >= 1 ? fmt::format("{:.0f}MB", known->mib * 1.048576) : "10.1kB"},
         {"Tag", name.substr(name.find(':') + 1)},
         {"UniqueSize", "N/A"}}));
  }
  return 0;
}

}  // namespace

int docker(Call& call) {
  if (!call.guest->has_docker()) {
    return no_such_tool(call);
  }
  if (call.argv.size() < 2) throw Unsupported{};
  const std::string& verb = call.argv[1];
  const Words words = call.words(2);
  const Words json_format = {"--format", "{{json .}}"};
  call.spend(0.06);
  if (call.now() < call.guest->daemon_started) {
    return call.fail(1,
                     "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is "
                     "the docker daemon running?");
  }
  if (verb == "version" && words == json_format) {
    call.out(line_of(docker_version(call)));
    return 0;
  }
  if (verb == "info" && words == json_format) {
    call.spend(0.1);
    call.out(line_of(docker_info(call)));
    return 0;
  }
  if (verb == "compose") return docker_compose(call);
  if (verb == "run") return run(call, words);
  if (verb == "exec") return exec(call, words);
  if (verb == "create") return create(call, words);
  if (verb == "start") return start(call, words);
  if (verb == "rm") return remove(call, words);
  if (verb == "inspect") return inspect(call, words);
  if (verb == "image") {
    const bool inspects = !words.empty() && words[0] == "inspect";
    return inspects ? docker_image_inspect(call) : image(call, words);
  }
  if (verb == "load") return docker_load(call);
  throw Unsupported{};
}

}  // namespace pve_accept::sim
