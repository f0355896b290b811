#pragma once

#include <filesystem>
#include <memory>

#include "support/sim/model/scenario.h"
#include "support/sshd/served_hosts.h"

namespace pve_accept {

namespace sim {
class Engine;
}

// The simulated node and its guests as an SSH service shows them: on a clock of the caller's, with
// real keys. The state directory keeps the node's state, the keys of all hosts and the identity
// that the node lets in ("id_ed25519"); a service that is started on it again goes on there.
class ServedNode final : public ServedHosts {
 public:
  // Throws HarnessError when the directory cannot be used.
  ServedNode(const std::filesystem::path& state_dir, Scenario scenario, Clock& clock);
  ~ServedNode() override;

  std::string front() override;
  std::string name_of(const std::string& id) override;
  std::filesystem::path host_key_file(const std::string& id) override;
  std::vector<std::string> authorized_keys(const std::string& id) override;
  bool reads_input(const std::string& line) override;

  // A command line as an SSH server receives it: quotes are taken off as a POSIX shell does;
  // nothing is expanded, and what only a shell could do (pipes, redirections, several commands)
  // ends with status 127 and is remembered.
  std::unique_ptr<ServedProcess> start(const std::string& id, const std::string& line,
                                       std::string input) override;
  std::string host_at(const std::string& address, int port) override;

  // The identity for logging in to the node, and the public key that it shows.
  std::filesystem::path identity_file() const;
  std::string node_host_key() const;

  // Commands that the simulation did not know, each once.
  std::vector<std::string> unknown_commands() const;

 private:
  std::filesystem::path key_file(std::string_view host) const;
  std::string new_host_key(std::int64_t vmid);

  std::filesystem::path state_dir_;
  std::unique_ptr<sim::Engine> engine_;
};

}  // namespace pve_accept
