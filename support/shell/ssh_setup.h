#pragma once

#include "support/shell/ssh_public_key.h"
#include "support/shell/ssh_session.h"

namespace pve_accept {

// What has to happen before a session can run commands. All of it throws ConnectionError.

// Where the configuration says that a host is.
struct SshPeer {
  std::string host;
  unsigned int port = 22;
  std::string user;
  bool by_proxy = false;  // libssh connects, through a ProxyCommand or ProxyJump
};

// Gives the session the user's SSH configuration. Throws InputError when it cannot be read.
SshPeer configure_for_target(ssh_session session, const SshTarget& target);

// Gives the session what the endpoint says and nothing of the user's configuration.
SshPeer configure_for_endpoint(ssh_session session, const Endpoint& endpoint);

// The host must show a key that known_hosts has. StrictHostKeyChecking does not weaken that.
void verify_known_host(const SshSession& session, const SshTarget& target, const SshPeer& peer);

// The host must show one of the endpoint's keys; with none to compare, no key will do.
void verify_pinned_key(const SshSession& session, const Endpoint& endpoint);

// Logs in with the agent's keys and the configured identity files, or only with `identity_file`
// when that is not empty. Nothing is asked for on the terminal.
void authenticate(SshSession& session, const SshPeer& peer, const std::string& identity_file,
                  Clock::Instant deadline);

}  // namespace pve_accept
