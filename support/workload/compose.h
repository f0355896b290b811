#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/base/json.h"
#include "support/shell/shell.h"

namespace pve_accept {

// A service's container as `docker compose ps` lists it.
struct ComposeService {
  std::string service;      // "db"
  std::string state;        // "running", "exited", "restarting", ...
  std::string health = {};  // "healthy", "unhealthy", "starting"; empty without a health check
};

// A container as `docker inspect` describes it.
struct ContainerState {
  std::string name = {};    // "spike-db-1"
  std::string id = {};      // another one for each container that was ever made
  std::string state = {};   // as above; "missing": there is no such container
  std::string health = {};  // as above
  int restarts = 0;
};

// `docker compose ps --format json`: newer releases print one object per line, older ones an array.
std::vector<ComposeService> parse_compose_ps(std::string_view text);

std::vector<ContainerState> parse_docker_inspect(const Json& reply);

// The stack: a compose file in the guest. What a change prints and how it exits is returned for the
// claims to judge.
class Compose {
 public:
  Compose(Shell& guest, std::string file = "/root/pve-accept/compose.yaml",
          std::string project = "spike")
      : guest_(guest), file_(std::move(file)), project_(std::move(project)) {}

  void write(const std::string& yaml);

  // Throws HarnessError when the registry could not be reached or refuses for its rate limit:
  // that says nothing about the guest.
  CommandResult pull(Clock::Duration deadline);
  // Of images that are there: it pulls none. Waits for health: two minutes at most, on a slow host
  // longer.
  CommandResult up();
  CommandResult down();  // named volumes stay

  std::vector<ComposeService> ps();
  // Of each service, in their order.
  std::vector<ContainerState> inspect(const std::vector<std::string>& services);

  // The container of a service: "spike-db-1".
  std::string container(std::string_view service) const;

 private:
  std::vector<std::string> command(std::vector<std::string> arguments) const;

  Shell& guest_;
  std::string file_;
  std::string project_;
};

}  // namespace pve_accept
