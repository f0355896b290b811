#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <sstream>

#include "support/base/error.h"
#include "support/shell/ssh_setup.h"

namespace pve_accept {
namespace {

std::string get_option(ssh_session session, ssh_options_e option) {
  char* value = nullptr;
  if (ssh_options_get(session, option, &value) != SSH_OK || value == nullptr) return {};
  std::string text = value;
  ssh_string_free_char(value);
  return text;
}

// libssh takes the end of a bare IPv6 address for a port.
std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

void set_host(ssh_session session, const std::string& host) {
  if (ssh_options_set(session, SSH_OPTIONS_HOST, bracketed(host).c_str()) != SSH_OK) {
    throw InputError(fmt::format("\"{}\" cannot be a host name", host));
  }
}

void set_port(ssh_session session, int port) { ssh_options_set(session, SSH_OPTIONS_PORT, &port); }

void read_configuration(ssh_session session, const SshTarget& target) {
  // Version 0.11 of libssh follows ProxyJump by itself, without the user's settings for the jump
  // host; this makes it use ssh for that, as 0.10 does.
  ::setenv("OPENSSH_PROXYJUMP", "1", 1);
  std::string file = "~/.ssh/config";
  if (target.config_file) {
    file = target.config_file->string();
    if (::access(file.c_str(), R_OK) != 0) {
      throw InputError(fmt::format("{}: cannot be read; expected an SSH configuration file", file));
    }
  }
  if (ssh_options_parse_config(session, target.config_file ? file.c_str() : nullptr) != SSH_OK) {
    throw InputError(fmt::format("{}: not a valid SSH configuration; `ssh -G {}` shows where", file,
                                 command_line({target.host})));
  }
}

// ssh, as a way to the host, must not ask questions either, and reads the same configuration.
void tame_proxy(ssh_session session, const SshTarget& target) {
  const std::string proxy = get_option(session, SSH_OPTIONS_PROXYCOMMAND);
  if (proxy.starts_with("ssh ")) {
    std::string tamed = "ssh -o BatchMode=yes";
    if (target.config_file) {
      tamed += " -F ";
      for (const char c : command_line({target.config_file->string()})) {
        tamed += c == '%' ? "%%" : std::string(1, c);
      }
    }
    ssh_options_set(session, SSH_OPTIONS_PROXYCOMMAND, (tamed + proxy.substr(3)).c_str());
  }
  // A proxy is written to through a pipe: when it dies, that is an error and not our end.
  std::signal(SIGPIPE, SIG_IGN);
}

SshPeer peer_of(ssh_session session) {
  SshPeer peer;
  peer.host = get_option(session, SSH_OPTIONS_HOST);
  ssh_options_get_port(session, &peer.port);
  peer.user = get_option(session, SSH_OPTIONS_USER);
  const std::string proxy = get_option(session, SSH_OPTIONS_PROXYCOMMAND);
  peer.by_proxy = !proxy.empty() && proxy != "none";
  return peer;
}

}  // namespace

SshPeer configure_for_target(ssh_session session, const SshTarget& target) {
  set_host(session, target.host);
  const auto set_explicit = [&] {
    if (target.user) ssh_options_set(session, SSH_OPTIONS_USER, target.user->c_str());
    if (target.port) set_port(session, *target.port);
  };
  set_explicit();  // for what the configuration matches on,
  read_configuration(session, target);
  set_explicit();  // and over what it says
  if (get_option(session, SSH_OPTIONS_USER).empty()) {
    ssh_options_set(session, SSH_OPTIONS_USER, nullptr);  // the name of the local user
  }
  const int strict = 1;
  const int quiet = SSH_LOG_NONE;
  ssh_options_set(session, SSH_OPTIONS_STRICTHOSTKEYCHECK, &strict);
  ssh_options_set(session, SSH_OPTIONS_LOG_VERBOSITY, &quiet);
  const SshPeer peer = peer_of(session);
  if (peer.by_proxy) tame_proxy(session, target);
  return peer;
}

SshPeer configure_for_endpoint(ssh_session session, const Endpoint& endpoint) {
  const SshTarget target = parse_ssh_target(endpoint.address);
  const bool read_configuration_files = false;
  ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &read_configuration_files);
  set_host(session, target.host);
  set_port(session, target.port.value_or(22));
  ssh_options_set(session, SSH_OPTIONS_USER, endpoint.user.c_str());
  ssh_options_set(session, SSH_OPTIONS_KNOWNHOSTS, "/dev/null");
  ssh_options_set(session, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null");
  // The host is to show a key of a type that is pinned, where it has several.
  std::string types;
  for (const std::string& line : endpoint.host_keys) {
    std::string type;
    std::istringstream(line) >> type;
    if (type == "ssh-rsa") type = "rsa-sha2-512,rsa-sha2-256";
    types += (types.empty() ? "" : ",") + type;
  }
  ssh_options_set(session, SSH_OPTIONS_HOSTKEYS, types.c_str());
  return peer_of(session);
}

}  // namespace pve_accept
