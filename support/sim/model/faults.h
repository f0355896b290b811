#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support/base/json.h"

namespace pve_accept::sim {

// A way in which a claim becomes false, by name: "docker.storage-driver@lxc" in a scenario.
struct Fault {
  std::string name;
  std::string statement;             // what is wrong on such a node, in one line
  std::vector<std::string> targets;  // "node", "lxc", "vm": where it can be put

  // A part of a scenario: {"model": {…}, "rules": […]}, both optional, for one of the targets.
  std::function<Json(const std::string& target)> expand;
};

// The faults that scenarios may name.
const std::vector<Fault>& fault_catalogue();

}  // namespace pve_accept::sim
