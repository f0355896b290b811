#pragma once

#include <optional>
#include <string>
#include <vector>

namespace pve_accept::sim {

// What the simulation reads of a compose file.
struct ComposeService {
  std::string name, image, restart;
  std::string volume, mount;  // of its first named volume
  std::int64_t host_port = 0, container_port = 0;
  bool has_health = false;
};

struct ComposeProject {
  std::string name;
  std::vector<ComposeService> services;
  std::vector<std::string> volumes;
};

// Reads the subset of YAML that compose files of this kind are written in: nested mappings, lists,
// plain and quoted scalars, comments. Empty when the text goes beyond it or has no services.
std::optional<ComposeProject> parse_compose_file(const std::string& text);

}  // namespace pve_accept::sim
