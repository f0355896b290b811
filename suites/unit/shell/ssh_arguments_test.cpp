#include <random>

#include "suites/unit/matchers.h"
#include "suites/unit/shell/ssh_server.h"
#include "support/shell/ssh_shell.h"

namespace pve_accept {
namespace {

// Pieces that a shell, printf or ssh could read as something else.
const std::vector<std::string> kPieces = {
    "",  "'",    "\"",   "\\",    "\n",       "\t",    " ",    "$",   "$HOME", "$(id)", "`id`",
    "*", "?",    "[a]",  "{a,b}", "~",        "~root", "-",    "--",  "-n",    "%s",    "%%",
    ";", "&&",   "|",    "<",     ">",        "#",     "!",    "!!",  "=",     "a=b",   "\r",
    "ü", "日本", "🙂", "\x01",  "\xff\xfe", "a",     "word", "\\n", "\\0",   "'\\''", "$'\\n'"};

std::string random_argument(std::mt19937& random) {
  std::string argument;
  const std::size_t pieces = random() % 5;
  for (std::size_t i = 0; i < pieces; ++i) argument += kPieces[random() % kPieces.size()];
  return argument;
}

TEST(SshArgumentsTest, ArriveUnchanged) {
  const SshServer server;
  const auto shell = connect_ssh(server.target(), "node");
  std::mt19937 random(20260607);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> argv = {"printf", "%s\\0"};
    std::string expected;
    for (std::size_t count = 1 + random() % 6; count > 0; --count) {
      argv.push_back(random_argument(random));
      expected += argv.back() + '\0';
    }
    const CommandResult result = shell->run({.argv = argv});
    ASSERT_EQ(result.out, expected) << command_line(argv) << "\n" << result.err;
  }
}

TEST(SshArgumentsTest, TheHostIsAskedToSpeakEnglish) {
  const SshServer server;
  const auto shell = connect_ssh(server.target(), "node");
  EXPECT_EQ(shell->run({.argv = {"printenv", "LC_ALL"}}).out, "C.UTF-8\n");
  EXPECT_EQ(shell->run({.argv = {"ls", "/no/such"}}).err,
            "ls: cannot access '/no/such': No such file or directory\n");
}

}  // namespace
}  // namespace pve_accept
