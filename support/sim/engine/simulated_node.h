#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "support/shell/shell.h"
#include "support/sim/model/scenario.h"

namespace pve_accept {

namespace sim {
class Engine;
}

// A Proxmox VE node that is not there: its shells answer as those of a node would, in virtual time.
// Shells and processes must not outlive it. One object at a time may use a state.
class SimulatedNode {
 public:
  // The node whose state is kept under `state_dir`: made when it is not there, otherwise it goes on
  // where it was. Throws HarnessError when the state cannot be read or written.
  SimulatedNode(std::filesystem::path state_dir, Scenario scenario);
  ~SimulatedNode();

  // Virtual time. It is part of the state and goes on across processes.
  Clock& clock();

  // A shell on the node; its name is "node". Waits for a node that boots, and ends with the boot.
  std::unique_ptr<Shell> connect();

  // "node: frobnicate -x": every command that the simulation did not know, each once, over all
  // processes that used this state.
  std::vector<std::string> unknown_commands() const;

  // Removes the state: the next node is a fresh one.
  static void forget(const std::filesystem::path& state_dir);

 private:
  std::unique_ptr<sim::Engine> engine_;
};

}  // namespace pve_accept
