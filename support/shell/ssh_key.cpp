#include "support/shell/ssh_key.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <sstream>
#include <string_view>

#include "support/base/error.h"
#include "support/shell/ssh_public_key.h"

namespace pve_accept {
namespace {

constexpr std::string_view kOpensshHeader = "-----BEGIN OPENSSH PRIVATE KEY-----\n";

HarnessError trouble(std::string problem) {
  return HarnessError("make an SSH key", std::move(problem));
}

// A string that libssh made, wiped before it is given back: it may be a private key.
class LibsshString {
 public:
  LibsshString() = default;
  ~LibsshString() {
    if (text_ == nullptr) return;
    explicit_bzero(text_, std::strlen(text_));
    ssh_string_free_char(text_);
  }
  LibsshString(const LibsshString&) = delete;
  LibsshString& operator=(const LibsshString&) = delete;

  char** out() { return &text_; }
  std::string_view view() const { return text_ == nullptr ? std::string_view() : text_; }

 private:
  char* text_ = nullptr;
};

void write_new_private_file(const std::filesystem::path& file, std::string_view text) {
  const auto failure = [&](const char* action) {
    return trouble(fmt::format("cannot {} {}: {}", action, file.string(), std::strerror(errno)));
  };
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) throw failure("create");
  const auto written = ::write(descriptor, text.data(), text.size());
  const bool complete = written == static_cast<ssize_t>(text.size());
  if (::close(descriptor) == 0 && complete) return;
  const int reason = errno;
  ::unlink(file.c_str());
  errno = reason;
  throw failure("write");
}

}  // namespace

KeyHandle parse_public_key(const std::string& line) {
  std::istringstream words(line);
  std::string type;
  std::string blob;
  words >> type >> blob;
  ssh_key key = nullptr;
  (void)ssh_pki_import_pubkey_base64(blob.c_str(), ssh_key_type_from_name(type.c_str()), &key);
  return {key, &ssh_key_free};
}

bool is_public_key(const std::string& line) {
  const KeyHandle key = parse_public_key(line);
  LibsshString blob;
  if (!key || ssh_pki_export_pubkey_base64(key.get(), blob.out()) != SSH_OK) return false;
  // libssh takes no notice of what stands behind a key.
  return line == fmt::format("{} {}", ssh_key_type_to_char(ssh_key_type(key.get())), blob.view());
}

SshKeyPair generate_ssh_key(const std::filesystem::path& private_key_file) {
  ssh_key made = nullptr;
  if (ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &made) != SSH_OK) {
    throw trouble("libssh could not generate one");
  }
  const KeyHandle key(made, &ssh_key_free);
  LibsshString public_key;
  LibsshString private_key;
  if (ssh_pki_export_pubkey_base64(key.get(), public_key.out()) != SSH_OK ||
      ssh_pki_export_privkey_base64(key.get(), nullptr, nullptr, nullptr, private_key.out()) !=
          SSH_OK) {
    throw trouble("libssh could not export it");
  }
  // libssh's default for ed25519 is OpenSSH's format; another one would surprise ssh(1) later.
  if (!private_key.view().starts_with(kOpensshHeader)) {
    throw trouble("libssh exported it in another format than OpenSSH's");
  }
  write_new_private_file(private_key_file, private_key.view());
  return {.public_line = fmt::format("ssh-ed25519 {} pve-accept", public_key.view())};
}

}  // namespace pve_accept
