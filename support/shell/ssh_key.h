#pragma once

#include <filesystem>
#include <string>

namespace pve_accept {

struct SshKeyPair {
  std::string public_line;  // "ssh-ed25519 AAAA... pve-accept", without a newline
};

// Makes an ed25519 key pair and writes the private key, in OpenSSH's format and without a
// passphrase, to a new file that only its owner can read, from its first moment on. Throws
// HarnessError, also when the file exists: a key in use is never overwritten.
SshKeyPair generate_ssh_key(const std::filesystem::path& private_key_file);

// Whether it is a whole public key, with nothing behind it: "ssh-ed25519 AAAA…".
bool is_public_key(const std::string& line);

}  // namespace pve_accept
