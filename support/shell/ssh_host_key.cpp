#include <fmt/format.h>

#include "support/base/error.h"
#include "support/shell/ssh_setup.h"

namespace pve_accept {
namespace {

KeyHandle shown_key(const SshSession& session) {
  ssh_key key = nullptr;
  if (ssh_get_server_publickey(session.handle(), &key) != SSH_OK) {
    throw ConnectionError(fmt::format("verify {}", session.name()), "the host showed no key");
  }
  return {key, &ssh_key_free};
}

// "ssh-ed25519 SHA256:…", as ssh and ssh-keygen print it.
std::string describe(const KeyHandle& key) {
  unsigned char* hash = nullptr;
  std::size_t size = 0;
  std::string text = ssh_key_type_to_char(ssh_key_type(key.get()));
  if (ssh_get_publickey_hash(key.get(), SSH_PUBLICKEY_HASH_SHA256, &hash, &size) != SSH_OK) {
    return text;
  }
  char* fingerprint = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, size);
  if (fingerprint != nullptr) text += std::string(" ") + fingerprint;
  ssh_string_free_char(fingerprint);
  ssh_clean_pubkey_hash(&hash);
  return text;
}

std::string known_hosts_file(const SshSession& session) {
  char* value = nullptr;
  if (ssh_options_get(session.handle(), SSH_OPTIONS_KNOWNHOSTS, &value) != SSH_OK) {
    return "~/.ssh/known_hosts";
  }
  std::string file = value;
  ssh_string_free_char(value);
  return file;
}

// As known_hosts names a host.
std::string entry_name(const SshPeer& peer) {
  return peer.port == 22 ? peer.host : fmt::format("[{}]:{}", peer.host, peer.port);
}

// The command with which a user makes the host known.
std::string adding_command(const SshSession& session, const SshTarget& target,
                           const SshPeer& peer) {
  if (!peer.by_proxy) {
    return fmt::format("ssh-keyscan -p {} {} >> {}", peer.port, command_line({peer.host}),
                       command_line({known_hosts_file(session)}));
  }
  std::vector<std::string> argv = {"ssh"};
  if (target.config_file) argv.insert(argv.end(), {"-F", target.config_file->string()});
  argv.push_back(target.host);
  return command_line(argv);
}

[[noreturn]] void refuse(const SshSession& session, std::string problem, std::string hint) {
  throw ConnectionError(HarnessError::Details{.attempted = fmt::format("verify {}", session.name()),
                                              .problem = std::move(problem),
                                              .hint = std::move(hint)});
}

KeyHandle parse_pinned(const SshSession& session, const std::string& line) {
  if (KeyHandle key = parse_public_key(line)) return key;
  refuse(session, fmt::format("the host key that it should show is not a public key: \"{}\"", line),
         "expected a line as in /etc/ssh/ssh_host_ed25519_key.pub");
}

}  // namespace

void verify_known_host(const SshSession& session, const SshTarget& target, const SshPeer& peer) {
  const KeyHandle key = shown_key(session);
  const std::string name = entry_name(peer);
  const std::string file = known_hosts_file(session);
  switch (ssh_session_is_known_server(session.handle())) {
    case SSH_KNOWN_HOSTS_OK:
      return;
    case SSH_KNOWN_HOSTS_CHANGED:
    case SSH_KNOWN_HOSTS_OTHER:
      refuse(
          session,
          fmt::format("the host key of {} has CHANGED: it shows {}, and known_hosts has another. "
                      "Somebody may be listening in, or the host was installed anew",
                      name, describe(key)),
          fmt::format("only if you know that the key was replaced: `ssh-keygen -f {} -R {}`, then "
                      "`{}`",
                      command_line({file}), command_line({name}),
                      adding_command(session, target, peer)));
    case SSH_KNOWN_HOSTS_UNKNOWN:
    case SSH_KNOWN_HOSTS_NOT_FOUND:
      refuse(session, fmt::format("the host key of {} is unknown: {}", name, describe(key)),
             fmt::format("compare the fingerprint with what `ssh-keygen -lf "
                         "/etc/ssh/ssh_host_ed25519_key.pub` (or the file of another type) prints "
                         "on the host, then add the key: `{}`",
                         adding_command(session, target, peer)));
    case SSH_KNOWN_HOSTS_ERROR:
      break;
  }
  refuse(session, fmt::format("known_hosts cannot be used: {}", ssh_get_error(session.handle())),
         fmt::format("does `ssh-keygen -lf {}` list it?", command_line({file})));
}

void verify_pinned_key(const SshSession& session, const Endpoint& endpoint) {
  const KeyHandle shown = shown_key(session);
  std::string pinned;
  for (const std::string& line : endpoint.host_keys) {
    const KeyHandle key = parse_pinned(session, line);
    if (ssh_key_cmp(key.get(), shown.get(), SSH_KEY_CMP_PUBLIC) == 0) return;
    pinned += (pinned.empty() ? "" : ", ") + describe(key);
  }
  refuse(session,
         fmt::format("{} shows the host key {}, and should show {}", endpoint.address,
                     describe(shown), pinned.empty() ? "one that was read from the guest" : pinned),
         "another machine may have its address");
}

}  // namespace pve_accept
