#include "support/shell/ssh_key.h"

#include <libssh/libssh.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "suites/unit/matchers.h"
#include "support/base/error.h"
#include "support/base/file.h"

namespace pve_accept {
namespace {

class SshKeyTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directory(directory_); }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  const std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() / ("pve-accept-key-" + std::to_string(getpid()));
  const std::filesystem::path file_ = directory_ / "id_ed25519";
};

TEST_F(SshKeyTest, IsReadByItsOwnerOnly) {
  const mode_t before = ::umask(0);
  generate_ssh_key(file_);
  ::umask(before);
  struct stat status {};
  ASSERT_EQ(::stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST_F(SshKeyTest, HasOpensshsFormat) {
  const SshKeyPair pair = generate_ssh_key(file_);
  // The type's name and the length of the key are the same in every ed25519 key.
  EXPECT_THAT(pair.public_line,
              MatchesRegex("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43} pve-accept"));
  const std::string text = read_file(file_);
  EXPECT_THAT(text, StartsWith("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE"));
  EXPECT_THAT(text, EndsWith("\n-----END OPENSSH PRIVATE KEY-----\n"));
}

TEST_F(SshKeyTest, BelongsToItsPublicHalf) {
  const SshKeyPair pair = generate_ssh_key(file_);
  ssh_key key = nullptr;
  ASSERT_EQ(ssh_pki_import_privkey_file(file_.c_str(), nullptr, nullptr, nullptr, &key), SSH_OK);
  char* public_key = nullptr;
  EXPECT_EQ(ssh_pki_export_pubkey_base64(key, &public_key), SSH_OK);
  EXPECT_EQ(pair.public_line, std::string("ssh-ed25519 ") + public_key + " pve-accept");
  ssh_string_free_char(public_key);
  ssh_key_free(key);
}

TEST_F(SshKeyTest, IsNewEveryTime) {
  EXPECT_NE(generate_ssh_key(file_).public_line,
            generate_ssh_key(directory_ / "another").public_line);
}

TEST_F(SshKeyTest, NeverOverwritesAKey) {
  std::ofstream(file_) << "a key in use";
  EXPECT_THAT([&] { generate_ssh_key(file_); },
              ThrowsMessage<HarnessError>(HasSubstr("id_ed25519: File exists")));
  EXPECT_EQ(read_file(file_), "a key in use");
}

TEST_F(SshKeyTest, NamesADirectoryThatIsMissing) {
  EXPECT_THAT([&] { generate_ssh_key(directory_ / "none" / "key"); },
              ThrowsMessage<HarnessError>(HasSubstr("No such file or directory")));
}

}  // namespace
}  // namespace pve_accept
