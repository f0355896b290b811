#include <fmt/format.h>
#include <unistd.h>

#include <vector>

#include "support/base/error.h"
#include "support/shell/ssh_setup.h"

namespace pve_accept {
namespace {

// Key files for which libssh asked for a passphrase.
struct Encrypted {
  ssh_session session;
  std::vector<std::string> files = {};
};

int refuse_passphrase(const char*, char*, std::size_t, int, int, void* userdata) {
  auto& encrypted = *static_cast<Encrypted*>(userdata);
  char* file = nullptr;
  const bool named =
      ssh_userauth_publickey_auto_get_current_identity(encrypted.session, &file) == SSH_OK;
  encrypted.files.emplace_back(named ? file : "");
  ssh_string_free_char(file);
  return -1;
}

// What a session has once ours are out of scope; libssh takes no null.
ssh_callbacks no_callbacks() {
  static ssh_callbacks_struct none = [] {
    ssh_callbacks_struct callbacks{};
    ssh_callbacks_init(&callbacks);
    return callbacks;
  }();
  return &none;
}

[[noreturn]] void refuse(const SshSession& session, const SshPeer& peer, std::string problem,
                         std::string hint) {
  throw ConnectionError(HarnessError::Details{
      .attempted = fmt::format("log in to {} as {}", session.name(), peer.user),
      .problem = std::move(problem),
      .hint = std::move(hint)});
}

[[noreturn]] void refuse_encrypted(const SshSession& session, const SshPeer& peer,
                                   const std::string& file) {
  refuse(session, peer,
         fmt::format("the private key {} is encrypted, and no agent has offered a key that the "
                     "host accepts",
                     file),
         fmt::format("load it into an agent: `eval \"$(ssh-agent)\"; ssh-add {}`; a passphrase is "
                     "never asked for here",
                     command_line({file})));
}

KeyHandle read_identity(const SshSession& session, const SshPeer& peer, const std::string& file) {
  Encrypted encrypted{session.handle()};
  ssh_key key = nullptr;
  const int status =
      ssh_pki_import_privkey_file(file.c_str(), nullptr, refuse_passphrase, &encrypted, &key);
  if (status == SSH_OK) return {key, &ssh_key_free};
  if (!encrypted.files.empty()) refuse_encrypted(session, peer, file);
  refuse(session, peer, fmt::format("the private key {} cannot be read", file),
         ::access(file.c_str(), R_OK) == 0 ? "the file is not a private key that libssh understands"
                                           : "the file is missing, or not readable for this user");
}

[[noreturn]] void explain(const SshSession& session, const SshPeer& peer, std::optional<int> answer,
                          const Encrypted& encrypted) {
  if (!answer) {
    const bool lost = session.broken();
    refuse(session, peer, lost ? session.failure() : "no answer to the login",
           lost ? "the host may have had too many keys from the agent; `ssh -v` shows each" : "");
  }
  if (*answer == SSH_AUTH_PARTIAL) {
    refuse(session, peer, "the host asks for more than a key",
           "allow this user to log in with a key alone");
  }
  if (!encrypted.files.empty()) refuse_encrypted(session, peer, encrypted.files.front());
  if (*answer == SSH_AUTH_ERROR) {
    refuse(session, peer, ssh_get_error(session.handle()),
           "`ssh -v` to the same host shows which keys are tried");
  }
  refuse(
      session, peer,
      "the host accepts none of our keys (the agent's, and the identity files of the SSH "
      "configuration)",
      fmt::format("add the public key there: `ssh-copy-id -p {} {}@{}`; or name the right private "
                  "key as IdentityFile in ~/.ssh/config",
                  peer.port, peer.user, peer.host));
}

}  // namespace

void authenticate(SshSession& session, const SshPeer& peer, const std::string& identity_file,
                  Clock::Instant deadline) {
  Encrypted encrypted{session.handle()};
  std::optional<int> answer;
  if (!identity_file.empty()) {
    const KeyHandle key = read_identity(session, peer, identity_file);
    answer =
        session.repeat([&] { return ssh_userauth_publickey(session.handle(), nullptr, key.get()); },
                       SSH_AUTH_AGAIN, deadline);
  } else {
    ssh_callbacks_struct callbacks{};
    callbacks.userdata = &encrypted;
    callbacks.auth_function = refuse_passphrase;
    ssh_callbacks_init(&callbacks);
    ssh_set_callbacks(session.handle(), &callbacks);
    answer = session.repeat(
        [&] { return ssh_userauth_publickey_auto(session.handle(), nullptr, nullptr); },
        SSH_AUTH_AGAIN, deadline);
    ssh_set_callbacks(session.handle(), no_callbacks());
  }
  if (answer != SSH_AUTH_SUCCESS) explain(session, peer, answer, encrypted);
}

}  // namespace pve_accept
