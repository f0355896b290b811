#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "support/base/json.h"

namespace pve_accept::sim {

// A way in which a claim becomes false or cannot be told, by name: "docker.storage-driver.vfs@lxc"
// in a scenario. The catalogue of them is support/sim/faults/*.json. What differs with the guest
// that it is put on is a word in its rules: <vmid>, <noun>, <tool>, <api> and <config> (its folder
// in paths of the API and in /etc/pve), <memory> (the key of what is booked on it) and <cgroup> (an
// expression for its folder there). A name with "@lxc" or "@vm" counts on that guest alone.
struct Fault {
  // Outcomes by claim: "docker.exec", "docker.exec/lxc", or of several, "docker.*", "*". Without a
  // guest, that of the fault (of a fault of the node: both). The most specific one counts.
  using Outcomes = std::map<std::string, std::string>;

  struct Consequences {
    std::string because;  // why they follow
    Outcomes red;
  };

  std::string name;
  std::string statement;        // what is wrong on such a node, in one line
  std::vector<std::string> on;  // "node", "lxc", "vm": where it can be put
  Json model = Json::object();  // as a scenario's; "guest" is the one that it is put on
  Json rules = Json::array();   // as a scenario's; without a target, for where it is put
  Outcomes red = {};            // what it is made for
  Consequences follows = {};    // what else turns red
  Json lab = Json::object();    // what the lab's configuration has to name for it
  std::string issue = {};       // the known issue that it is made after; empty: none

  // What a name of its model or its outcomes means where it is put on `target`; empty: nothing.
  static std::string meaning(std::string_view name, std::string_view target);

  // The part of a scenario that puts it there: {"model": {…}, "rules": […]}.
  Json expand(const std::string& target) const;
};

// The faults that scenarios may name. Of those with one name, each has its own targets.
const std::vector<Fault>& fault_catalogue();

// Those of one file. Throws InputError that names the place of a mistake.
std::vector<Fault> parse_faults(const Json& document, const std::string& source);

}  // namespace pve_accept::sim
