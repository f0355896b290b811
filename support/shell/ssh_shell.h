#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "support/shell/shell.h"

namespace pve_accept {

// A host as the user names it; `host` may be an alias of ~/.ssh/config.
struct SshTarget {
  std::string host;
  std::optional<std::string> user = {};
  std::optional<int> port = {};
  std::optional<std::filesystem::path> config_file = {};  // read instead of ~/.ssh/config
};

// "[user@]host[:port]", with an IPv6 address in brackets where a port follows. Throws InputError.
SshTarget parse_ssh_target(std::string_view text);

// How long a host may take before it counts as lost. A dead one is noticed after quiet + answer.
struct SshTimings {
  Clock::Duration connect = std::chrono::seconds(10);  // from the first packet to a common key
  Clock::Duration authenticate = std::chrono::seconds(30);
  Clock::Duration quiet =
      std::chrono::seconds(5);  // of silence, before a sign of life is asked for
  Clock::Duration answer = std::chrono::seconds(8);  // for that sign
  Clock::Duration end = std::chrono::seconds(1);     // for a command to end once it is told to
};

// A shell on a host, over SSH. Honours the SSH configuration, the agent and known_hosts, and never
// asks for anything on the terminal. It connects again when a connection was lost.
//
// At a command's deadline, and when a Process is cancelled, the remote command gets SIGTERM through
// the "signal" request of its channel (at a deadline then SIGKILL), before the channel is closed.
// OpenSSH passes that on to the command's process group: since 9.8 for every user, before that not
// when root is logged in. There the command loses its input and output, and ends when it next uses
// them; closing a channel alone ends a command only if it has a terminal, and ours have none. The
// DeadlineError says whether the end was confirmed.
//
// The address of an Endpoint may carry a port, as in a target: "192.0.2.7:2222", "[fd00::7]:2222".
//
// Throws ConnectionError when the host does not answer, is not known or does not accept us, and
// InputError when the configuration file cannot be read.
std::unique_ptr<Shell> connect_ssh(const SshTarget& target, std::string name,
                                   const SshTimings& timings = {});

}  // namespace pve_accept
