// What a command costs over the connection that the harness keeps, beside the two ways in which a
// script would do it. All run the same command on the same server over loopback.

#include <benchmark/benchmark.h>

#include "suites/unit/shell/ssh_server.h"
#include "support/shell/ssh_shell.h"

namespace pve_accept {
namespace {

constexpr auto kSsh = "/usr/bin/ssh";

const SshServer& server() {
  static const SshServer instance;
  return instance;
}

// A connection of OpenSSH's own that its client processes share.
class ControlMaster {
 public:
  ControlMaster() { run_program(ssh({"-M", "-N", "-f", "node"})); }
  ~ControlMaster() { run_program(ssh({"-O", "exit", "node"})); }
  ControlMaster(const ControlMaster&) = delete;
  ControlMaster& operator=(const ControlMaster&) = delete;

  static std::vector<std::string> ssh(const std::vector<std::string>& arguments) {
    std::vector<std::string> argv = {kSsh, "-F", server().file("config"), "-S",
                                     server().file("master")};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return argv;
  }
};

void CommandOverConnection(benchmark::State& state) {
  const auto shell = connect_ssh(server().target(), "node");
  while (state.KeepRunning()) {
    if (shell->run({.argv = {"true"}}).exit_status != 0) state.SkipWithError("the command failed");
  }
}

// What every test of a run does first.
void CommandOverNewConnection(benchmark::State& state) {
  while (state.KeepRunning()) connect_ssh(server().target(), "node")->run({.argv = {"true"}});
}

void CommandOverControlMaster(benchmark::State& state) {
  const ControlMaster master;
  const std::vector<std::string> command = ControlMaster::ssh({"node", "true"});
  while (state.KeepRunning()) run_program(command);
}

void CommandOverFreshSsh(benchmark::State& state) {
  const std::vector<std::string> command = {kSsh, "-F", server().file("config"), "node", "true"};
  while (state.KeepRunning()) run_program(command);
}

BENCHMARK(CommandOverConnection)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(CommandOverNewConnection)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(CommandOverControlMaster)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(CommandOverFreshSsh)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace pve_accept
