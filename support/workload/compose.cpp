#include "support/workload/compose.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "support/base/reply.h"
#include "support/workload/network_trouble.h"

namespace pve_accept {
namespace {

using std::chrono::seconds;

constexpr seconds kHealthLimit{120};  // on a host of the usual speed
constexpr seconds kUpMargin{180};     // to make the containers
constexpr seconds kDownDeadline{180};

ComposeService service_from(const JsonCursor& entry) {
  return {.service = entry.at("Service").string(),
          .state = entry.at("State").string(),
          .health = text::text_or_empty(entry.find("Health"))};
}

// Docker makes the status of these flags (container/state.go): one that says something else was
// garbled on its way.
void require_agreement(const JsonCursor& state) {
  const bool runs = state.at("Status").string() == "running";
  for (const char* flag : {"Dead", "Paused", "Restarting"}) {
    const auto set = state.find(flag);
    if (runs && set && set->boolean()) set->fail("is set, of a container that is running");
  }
  const auto running = state.find("Running");
  if (runs && running && !running->boolean()) {
    running->fail("is not set, of a container that is running");
  }
}

Json parsed_or_throw(std::string_view text) {
  Json value = text::parse_json(text);
  if (value.is_discarded()) throw text::unexpected("`docker compose ps`", text, "JSON");
  return value;
}

}  // namespace

std::vector<ComposeService> parse_compose_ps(std::string_view text) {
  std::vector<ComposeService> services;
  const auto add = [&services](const Json& entry) {
    services.push_back(text::read_reply(entry, "docker compose ps", service_from));
  };
  if (text::trimmed(text).starts_with('[')) {
    for (const Json& entry : parsed_or_throw(text)) add(entry);
  } else {
    for (const std::string_view line : text::lines(text)) add(parsed_or_throw(line));
  }
  return services;
}

std::vector<ContainerState> parse_docker_inspect(const Json& reply) {
  return text::read_list(reply, "docker inspect", [](const JsonCursor& entry) {
    const JsonCursor state = entry.at("State");
    require_agreement(state);
    const auto health = state.find("Health");
    const std::string name = text::text_or_empty(entry.find("Name"));  // "/spike-db-1"
    return ContainerState{
        .name = name.substr(name.starts_with('/') ? 1 : 0),
        .id = text::text_or_empty(entry.find("Id")),
        .state = state.at("Status").string(),
        .health = health && !health->value().is_null() ? health->at("Status").string() : "",
        .restarts = static_cast<int>(entry.at("RestartCount").integer_between(0, 1 << 30))};
  });
}

void Compose::write(const std::string& yaml) {
  run_checked(guest_, {.argv = {"install", "-D", "-m", "0644", "/dev/stdin", file_}, .input = yaml},
              "write the compose file in the guest");
}

CommandResult Compose::pull(Clock::Duration deadline) {
  const Command pull = {.argv = command({"pull", "-q"}), .deadline = deadline};
  CommandResult result = probe(guest_, pull, "pull the images");
  if (result.exit_status != 0 && !network_trouble(result.err).empty()) {
    throw unusable(guest_, pull, result, "pull the images", "the registry is out of reach");
  }
  return result;
}

CommandResult Compose::up() {
  const auto limit = std::chrono::ceil<seconds>(guest_.patience(kHealthLimit));
  return probe(guest_,
               {.argv = command({"up", "-d", "--pull", "never", "--wait", "--wait-timeout",
                                 std::to_string(limit.count())}),
                .deadline = limit + kUpMargin},
               "start the stack");
}

CommandResult Compose::down() {
  return probe(guest_, {.argv = command({"down"}), .deadline = kDownDeadline}, "stop the stack");
}

std::vector<ComposeService> Compose::ps() {
  const Command list = reading(command({"ps", "--all", "--format", "json"}));
  return parse_compose_ps(run_checked(guest_, list, "list the services").out);
}

std::vector<ContainerState> Compose::inspect(const std::vector<std::string>& services) {
  Command command = reading({"docker", "inspect"});
  for (const std::string& service : services) command.argv.push_back(container(service));
  const std::string attempted = "inspect the services' containers";
  // Exits 1 when there is one that it does not know, and names it.
  const CommandResult result = guest_.run(command);
  const Json reply = text::parse_json(result.out);
  if (result.exit_status > 1 || reply.is_discarded()) {
    throw unusable(guest_, command, result, attempted);
  }
  const std::vector<ContainerState> found = parse_docker_inspect(reply);
  std::vector<ContainerState> states;
  for (const std::string& service : services) {
    const std::string name = container(service);
    const auto there = std::ranges::find(found, name, &ContainerState::name);
    if (there == found.end() && !text::contains(result.err, "o such object: " + name)) {
      throw unusable(guest_, command, result, attempted, fmt::format("says nothing of {}", name));
    }
    states.push_back(there != found.end() ? *there
                                          : ContainerState{.name = name, .state = "missing"});
  }
  return states;
}

std::string Compose::container(std::string_view service) const {
  return fmt::format("{}-{}-1", project_, service);
}

std::vector<std::string> Compose::command(std::vector<std::string> arguments) const {
  std::vector<std::string> argv = {"docker", "compose", "-f", file_};
  std::ranges::copy(arguments, std::back_inserter(argv));
  return argv;
}

}  // namespace pve_accept
