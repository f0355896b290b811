#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "support/shell/shell.h"
#include "support/sim/scenario.h"

namespace pve_accept {

namespace sim {
class Engine;
}

// A Proxmox VE node that is not there: its shells answer as those of a node would. Shells and
// processes must not outlive it. One object at a time may use a state.
class SimulatedNode {
 public:
  // The node whose state is kept under `state_dir`: made when it is not there, otherwise it goes on
  // where it was. Throws HarnessError when the state cannot be read or written.
  SimulatedNode(std::filesystem::path state_dir, Scenario scenario);
  // The same on another clock, which must outlive the node: for serving it in real time.
  SimulatedNode(std::filesystem::path state_dir, Scenario scenario, Clock& clock);
  ~SimulatedNode();

  // Virtual time, unless another clock was given. It is part of the state and goes on across
  // processes.
  Clock& clock();

  // A shell on the node; its name is "node".
  std::unique_ptr<Shell> connect();

  // A command line on a host, as an SSH server receives it: quotes are taken off as a POSIX shell
  // does; nothing is expanded, and what only a shell could do (pipes, redirections, several
  // commands) ends with status 127 and is remembered. `host` is "node" or the vmid of a guest.
  // Throws ConnectionError when the guest does not run.
  std::unique_ptr<Process> start_line(const std::string& host, const std::string& line,
                                      std::string input, Clock::Duration deadline);

  // The vmid of the guest that an address on the node's bridge belongs to, for forwarding.
  // Throws ConnectionError when nobody answers there.
  std::string guest_behind(const Endpoint& endpoint);

  // "node: frobnicate -x": every command that the simulation did not know, each once, over all
  // processes that used this state.
  std::vector<std::string> unknown_commands() const;

  // Removes the state: the next node is a fresh one.
  static void forget(const std::filesystem::path& state_dir);

 private:
  std::unique_ptr<sim::Engine> engine_;
};

}  // namespace pve_accept
