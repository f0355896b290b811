#pragma once

#include <libssh/libssh.h>

#include <memory>
#include <string>

namespace pve_accept {

using KeyHandle = std::unique_ptr<ssh_key_struct, decltype(&ssh_key_free)>;

// The key in a line like those of known keys, "ssh-ed25519 AAAA… comment"; empty when it is none.
KeyHandle parse_public_key(const std::string& line);

}  // namespace pve_accept
