#include <gmock/gmock.h>

#include "suites/unit/message_of.h"
#include "suites/unit/mock_shell.h"
#include "support/shell/shell.h"

namespace pve_accept {
namespace {

using testing::HasSubstr;
using testing::Return;

TEST(CommandLine, LeavesPlainArgumentsAlone) {
  EXPECT_EQ(
      command_line({"pct", "create", "9001", "local:vztmpl/debian-13.tar.zst", "--rootfs=a,b"}),
      "pct create 9001 local:vztmpl/debian-13.tar.zst --rootfs=a,b");
}

TEST(CommandLine, QuotesWhatAShellWouldRead) {
  EXPECT_EQ(command_line({"a b", "", "$HOME", "*", "it's", "x\ny", "-n", "{{json .}}"}),
            "'a b' '' '$HOME' '*' 'it'\\''s' 'x\ny' -n '{{json .}}'");
}

TEST(RunChecked, SaysWhatWasAttemptedWhereAndHowItEnded) {
  MockShell shell("lxc");
  EXPECT_CALL(shell, run(CommandLine("apt-get update")))
      .WillOnce(Return(CommandResult{100, "", "E: no network\n", {}}));
  EXPECT_EQ(message_of<HarnessError>([&] {
              run_checked(shell, {.argv = {"apt-get", "update"}}, "refresh packages");
            }),
            "refresh packages: `apt-get update` on lxc exited 100: E: no network");
}

TEST(RunChecked, ShowsTheEndOfALongError) {
  MockShell shell;
  std::string text;
  for (int i = 0; i < 100; ++i) text += "line " + std::to_string(i) + "\n";
  EXPECT_CALL(shell, run).WillOnce(Return(CommandResult{1, "", text, {}}));
  const std::string error =
      message_of<HarnessError>([&] { run_checked(shell, {.argv = {"x"}}, "x"); });
  EXPECT_THAT(error, HasSubstr("line 99"));
  EXPECT_THAT(error, testing::Not(HasSubstr("line 89\n")));
}

TEST(RunJson, TakesNothingForAnError) {
  MockShell shell;
  EXPECT_CALL(shell, run).WillOnce(Return(CommandResult{}));
  EXPECT_THAT(message_of<HarnessError>([&] {
                run_json(shell, reading({"pvesh", "get", "/version"}), "read the version");
              }),
              HasSubstr("printed nothing where JSON is due"));
}

TEST(RunJson, ShowsWhatIsNotJson) {
  MockShell shell;
  EXPECT_CALL(shell, run).WillOnce(Return(CommandResult{0, "Usage: pvesh", "", {}}));
  EXPECT_THAT(
      message_of<HarnessError>([&] { run_json(shell, reading({"pvesh"}), "read the version"); }),
      HasSubstr("not JSON: `pvesh` on node exited 0: Usage: pvesh"));
}

}  // namespace
}  // namespace pve_accept
