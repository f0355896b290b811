#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "support/base/contains.h"
#include "support/base/text.h"
#include "support/sim/engine/output.h"
#include "support/sim/model/figures.h"
#include "support/sim/model/scenario.h"
#include "support/sim/model/state.h"

namespace pve_accept::sim {

using Words = std::vector<std::string>;

// The simulated world as a command sees it.
struct World {
  const Scenario& scenario;   // in force: that of after its upgrade where there was one
  const Model& old_packages;  // the same, with guests that have not been upgraded themselves
  State& state;
  Figures& figures;
  const HostKeyMaker& new_host_key;
};

enum class Place { kNode, kGuest, kContainer };

// Thrown by a tool for arguments that the simulation does not cover: the command fails as if the
// tool were not there, and is listed among the unknown ones. It never invents a success.
struct Unsupported {};

// Thrown by a tool of Proxmox VE that gives up: what it prints to standard error, and its status.
struct Refusal {
  int exit_status;
  std::string text;
};

// One command that runs, with what it may read and change.
struct Call {
  // The same command somewhere else, or another one in the same place; prints to the same output.
  Call with(Words other) const;
  Call in_guest(Guest& inside, Words other) const;
  Call in_container(Container& inside, Words other) const;

  Words words(std::size_t from = 1) const;  // those from there on: behind the tool's name

  const Model& model() const { return world.scenario.model; }
  const Model::Guest& guest_model() const { return model_of(*guest); }
  // What a guest's own packages bring is of before the node's upgrade until it is upgraded itself.
  const Model::Guest& model_of(const Guest& one) const;
  State& state() const { return world.state; }
  Millis now() const { return output.now(); }
  std::int64_t epoch_s() const;  // the time of day on the node

  void out(std::string_view text) { output.out(text); }
  void err(std::string_view text) { output.err(text); }
  void spend(double seconds) { output.spend(seconds); }

  // Prints to standard error; returns `exit_status`, so that a tool can say `return fail(…)`.
  int fail(int exit_status, std::string_view text);

  bool is_node() const { return place == Place::kNode; }
  std::map<std::string, std::string>& files() const;

  World& world;
  Output& output;
  Words argv;
  std::string input = {};
  std::filesystem::path input_file = {};  // instead of it
  std::int64_t process = 0;               // what it starts and leaves running ends with this
  Place place = Place::kNode;
  Guest* guest = nullptr;          // where it is not the node
  Container* container = nullptr;  // where it is in one
};

using Tool = int (*)(Call&);  // reads call.argv, prints, and returns the exit status

// "node", "lxc" or "vm": where the command runs, as scenarios and reports name it.
std::string where(const Call& call);

// Fails as for a tool that is not there, on a host or, through docker exec, in a container.
int no_such_tool(Call& call);

// Runs `call.argv`; one that is not there fails so.
int run_tool(Call& call);

// Remembers a command that the simulation does not know.
void remember_unknown(Call& call);

// "2026-06-07 08:50:00", "Jun 07 08:50:00" and so on, by strftime's format.
std::string formatted_time(std::int64_t epoch_s, const char* format);

Words split(std::string_view text, char separator);
using text::contains, pve_accept::contains;
using text::trimmed;

// The JSON text that PVE's tools print.
std::string line_of(const Json& document);

}  // namespace pve_accept::sim
