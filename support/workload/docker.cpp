#include "support/workload/docker.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "support/base/reply.h"
#include "support/base/units.h"
#include "support/workload/guest_system.h"
#include "support/workload/network_trouble.h"

namespace pve_accept {
namespace {

constexpr std::chrono::seconds kChangeDeadline{300};
constexpr std::chrono::seconds kEngineDeadline{60};

// Whether a connection was tried in a container: with status 1, nc says so of a name that it does
// not know, of options that it does not, and Docker of a container that it cannot reach.
bool tried_to_connect(const CommandResult& result) {
  static constexpr std::array<std::string_view, 4> kOtherTrouble = {
      "Usage:", "is not running", "No such container", "Cannot connect to the Docker daemon"};
  return result.exit_status == 0 ||
         (result.exit_status == 1 && line_with(kOtherTrouble, result.err).empty());
}

std::string component_version(const JsonCursor& server, std::string_view name) {
  for (const JsonCursor& component : server.at("Components").elements()) {
    if (component.at("Name").string() == name) return component.at("Version").string();
  }
  server.at("Components").fail(fmt::format("lists no {}", name));
}

std::string client_version(const JsonCursor& root) {
  const auto client = root.find("Client");
  return client ? text::text_or_empty(client->find("Version")) : "";
}

// Removes what it was told of, on every way out.
class ContainerBroom {
 public:
  explicit ContainerBroom(Shell& guest) : guest_(guest) {}
  ContainerBroom(const ContainerBroom&) = delete;
  ContainerBroom& operator=(const ContainerBroom&) = delete;

  ~ContainerBroom() {
    try {
      sweep();
    } catch (const std::exception&) {
      // Another error is on its way; the containers go with the guest.
    }
  }

  void add(const std::string& name) { names_.push_back(name); }

  void sweep() {
    if (names_.empty()) return;
    std::vector<std::string> argv = {"docker", "rm", "-f"};
    std::ranges::copy(names_, std::back_inserter(argv));
    names_.clear();
    run_checked(guest_, {.argv = std::move(argv), .deadline = kChangeDeadline},
                "remove the containers again");
  }

 private:
  Shell& guest_;
  std::vector<std::string> names_;
};

}  // namespace

DockerVersions parse_docker_versions(const Json& reply) {
  return text::read_reply(reply, "docker version", [](const JsonCursor& root) {
    const JsonCursor server = root.at("Server");
    return DockerVersions{.engine = server.at("Version").string(),
                          .containerd = component_version(server, "containerd"),
                          .runc = component_version(server, "runc"),
                          .api = text::text_or_empty(server.find("ApiVersion")),
                          .min_api = text::text_or_empty(server.find("MinAPIVersion")),
                          .git_commit = server.at("GitCommit").string(),
                          .client = client_version(root)};
  });
}

DockerInfo parse_docker_info(const Json& reply) {
  return text::read_reply(reply, "docker info", [](const JsonCursor& root) {
    if (const auto errors = root.find("ServerErrors"); errors && !errors->value().empty()) {
      errors->fail(errors->value().dump());
    }
    DockerInfo info{.driver = root.at("Driver").string(),
                    .cgroup_driver = text::text_or_empty(root.find("CgroupDriver")),
                    .cgroup_version = text::text_or_empty(root.find("CgroupVersion"))};
    if (info.driver.empty()) root.at("Driver").fail("is empty: the daemon does not answer");
    return info;
  });
}

DockerVersions Docker::versions() {
  return parse_docker_versions(
      run_json(guest_, reading({"docker", "version", "--format", "{{json .}}"}, kEngineDeadline),
               "ask for Docker's versions"));
}

std::string Docker::compose_version() {
  const Command command = reading({"docker", "compose", "version", "--short"}, kEngineDeadline);
  const CommandResult result = run_checked(guest_, command, "ask for Compose's version");
  const std::string_view version = text::trimmed(result.out);
  if (version.empty()) {
    throw unusable(guest_, command, result, "ask for Compose's version", "printed nothing");
  }
  return std::string(version);
}

std::map<std::string, std::string> parse_image_ids(std::string_view text) {
  std::map<std::string, std::string> ids;
  for (const std::string_view line : text::lines(text)) {
    const std::size_t end = line.rfind(' ');
    const Json tags =
        Json::parse(line.substr(0, end), /*callback=*/nullptr, /*allow_exceptions=*/false);
    const bool sound = end != std::string_view::npos && tags.is_array() &&
                       std::ranges::all_of(tags, [](const Json& tag) { return tag.is_string(); });
    if (!sound) throw text::unexpected("`docker image inspect`", line, "tags and an ID");
    for (const Json& tag : tags) ids.emplace(tag, line.substr(end + 1));
  }
  return ids;
}

std::map<std::string, std::string> Docker::image_ids(const std::vector<std::string>& images) {
  Command command = reading(
      {"docker", "image", "inspect", "--format", "{{json .RepoTags}} {{.Id}}"}, kEngineDeadline);
  std::ranges::copy(images, std::back_inserter(command.argv));
  const CommandResult result = guest_.run(command);
  const bool answered =
      result.exit_status == 0 ||
      (result.exit_status == 1 && text::contains(text::lower_case(result.err), "no such image"));
  if (!answered) throw unusable(guest_, command, result, "ask for the images' IDs");
  return parse_image_ids(result.out);
}

DockerInfo Docker::info() {
  return parse_docker_info(
      run_json(guest_, reading({"docker", "info", "--format", "{{json .}}"}, kEngineDeadline),
               "ask Docker about itself"));
}

std::string HelloWorld::said() const {
  if (greeted) return "Hello from Docker!";
  // Of one that exits 0 and says nothing it is not known whether it ran.
  const bool died = result.exit_status != 0 && text::trimmed(result.err).empty();
  return died ? fmt::format("exit status {}", result.exit_status) : result.err;
}

HelloWorld Docker::hello_world(Clock::Duration deadline) {
  const Command command = {.argv = {"docker", "run", "--rm", "hello-world"}, .deadline = deadline};
  HelloWorld hello{.greeted = false, .result = probe(guest_, command, "run hello-world")};
  const std::string_view trouble = network_trouble(hello.result.err);
  if (hello.result.exit_status != 0 && !trouble.empty()) {
    throw unusable(guest_, command, hello.result, "run hello-world",
                   "the registry is out of reach");
  }
  hello.greeted =
      hello.result.exit_status == 0 && text::contains(hello.result.out, "Hello from Docker!");
  return hello;
}

CommandResult Docker::exec(const std::string& container, const std::vector<std::string>& argv,
                           Clock::Duration deadline) {
  Command command = {.argv = {"docker", "exec", container}, .deadline = deadline};
  std::ranges::copy(argv, std::back_inserter(command.argv));
  return probe(guest_, command, fmt::format("run {} in container {}", argv.front(), container));
}

std::string Docker::container_root_fs(const std::string& container) {
  const Command command =
      reading({"docker", "exec", container, "findmnt", "-no", "FSTYPE", "/"}, kEngineDeadline);
  const std::string attempted = fmt::format("find the file system under container {}", container);
  const CommandResult result = run_checked(guest_, command, attempted);
  const std::string_view type = text::trimmed(result.out);
  if (type.empty() || text::contains(type, "\n")) {
    throw unusable(guest_, command, result, attempted, "expected one file system type");
  }
  return std::string(type);
}

std::optional<std::int64_t> Docker::memory_limit_seen(int limit_mib, const std::string& image) {
  const Command command = {.argv = {"docker", "run", "--rm", "-m", fmt::format("{}m", limit_mib),
                                    image, "cat", "/sys/fs/cgroup/memory.max"},
                           .deadline = kChangeDeadline};
  const CommandResult result =
      run_checked(guest_, command, "start a container with a memory limit");
  const std::string_view limit = text::trimmed(result.out);
  if (limit == "max") return std::nullopt;
  const auto bytes = text::to_whole(limit);
  if (!bytes) throw text::unexpected("memory.max", limit, "a number of bytes or \"max\"");
  return bytes;
}

// One process, which fills one buffer: nothing but it can be meant, and where no limit holds it, it
// takes no more than that. Swap would only put the end off.
std::string Docker::create_greedy_container(int limit_mib, const std::string& image) {
  const std::string limit = fmt::format("{}m", limit_mib);
  const Command create = {
      .argv = {"docker", "create", "-m", limit, "--memory-swap", limit, image, "dd", "if=/dev/zero",
               "of=/dev/null", fmt::format("bs={}M", 4 * limit_mib), "count=1"},
      .deadline = kChangeDeadline};
  const std::string attempted = "create a container with a memory limit";
  const CommandResult created = run_checked(guest_, create, attempted);
  const std::string_view id = text::trimmed(created.out);
  constexpr std::string_view kHex = "0123456789abcdef";
  if (id.size() != 64 || id.find_first_not_of(kHex) != std::string_view::npos) {
    throw unusable(guest_, create, created, attempted, "expected its ID");
  }
  return std::string(id);
}

ExceededLimit Docker::exceed_limit(const std::string& greedy_container) {
  const std::string attempted = "run a container that exceeds its memory limit";
  ContainerBroom broom(guest_);
  broom.add(greedy_container);
  const CommandResult result = probe(
      guest_,
      {.argv = {"docker", "start", "--attach", greedy_container}, .deadline = kChangeDeadline},
      attempted);
  const Json reply = run_json(guest_, reading({"docker", "inspect", greedy_container}), attempted);
  const auto killed = text::read_list(reply, "docker inspect", [](const JsonCursor& entry) {
    return entry.at("State").at("OOMKilled").boolean();
  });
  broom.sweep();
  return {.exit_status = result.exit_status,
          .oom_killed = killed.size() == 1 && killed.front(),
          .err = result.err};
}

double Docker::growth_of_containers(int count, const std::string& image) {
  const Command sync = {.argv = {"sync"}, .deadline = kChangeDeadline};
  GuestSystem system(guest_);
  ContainerBroom broom(guest_);
  run_checked(guest_, sync, "flush the guest's file system");
  const std::int64_t before = system.root_file_system().used_bytes;
  for (int k = 1; k <= count; ++k) {
    const std::string name = fmt::format("pve-accept-layer-{}", k);
    broom.add(name);
    run_checked(guest_,
                {.argv = {"docker", "create", "--name", name, image}, .deadline = kChangeDeadline},
                "create containers to see what they cost");
  }
  run_checked(guest_, sync, "flush the guest's file system");
  const std::int64_t after = system.root_file_system().used_bytes;
  broom.sweep();
  if (after <= before) {
    // Each has at least its own directories and its configuration.
    throw HarnessError("weigh containers",
                       fmt::format("with {} more of them the file system holds {} bytes less",
                                   count, before - after));
  }
  return mib(after - before);
}

bool Docker::reaches(const std::string& container, const std::string& host, int port,
                     const std::string& question, const std::vector<std::string>& answers) {
  // Says what it has to say, hangs up and ends when the other side does.
  const Command command = {
      .argv = {"docker", "exec", "-i", container, "nc", "-w", "5", host, std::to_string(port)},
      .input = question};
  const std::string attempted = fmt::format("connect from {} to {}:{}", container, host, port);
  const CommandResult result = guest_.run(command);
  if (!tried_to_connect(result)) throw unusable(guest_, command, result, attempted);
  const bool answered = std::ranges::any_of(
      answers, [&](const std::string& each) { return result.out.starts_with(each); });
  return result.exit_status == 0 && answered;
}

}  // namespace pve_accept
