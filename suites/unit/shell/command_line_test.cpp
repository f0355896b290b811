#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "suites/unit/mock_shell.h"
#include "support/shell/shell.h"

namespace pve_accept {
namespace {

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
  EXPECT_THAT(error, Not(HasSubstr("line 89\n")));
}

// The word that a result blames for "not found".
std::string missing_of(std::vector<std::string> argv, int exit_status, std::string err,
                       std::string out = {}) {
  return missing_tool({.argv = std::move(argv)},
                      {.exit_status = exit_status, .out = std::move(out), .err = std::move(err)});
}

TEST(MissingTool, IsNamedByWhoeverLookedForIt) {
  EXPECT_EQ(missing_of({"curl", "x"}, 127, "bash: line 1: curl: command not found\n"), "curl");
  EXPECT_EQ(missing_of({"curl", "x"}, 127, "sh: 1: curl: not found\n"), "curl");
  EXPECT_EQ(missing_of({"/x/y"}, 127, "bash: line 1: /x/y: No such file or directory\n"), "/x/y");
  EXPECT_EQ(missing_of({"/x/y"}, 126, "bash: line 1: /x/y: Permission denied\n"), "/x/y");
  EXPECT_EQ(
      missing_of({"/x/y"}, 127, "bash: line 1: /x/y: cannot execute: required file not found\n"),
      "/x/y");
  for (const char* said : {"env: 'apt-get': No such file or directory\n",
                           "env: ‘apt-get’: No such file or directory\n"}) {
    EXPECT_EQ(missing_of({"env", "A=b", "apt-get"}, 127, said), "apt-get");
  }
  EXPECT_EQ(missing_of({"docker", "exec", "web", "nc", "db"}, 127, "",
                       "OCI runtime exec failed: exec failed: unable to start container process: "
                       "exec: \"nc\": executable file not found in $PATH: unknown\r\n"),
            "nc");
  EXPECT_EQ(missing_of({"docker", "exec", "web", "nc", "db"}, 127, "nc: applet not found\n"), "nc");
  EXPECT_EQ(missing_of({"pct", "exec", "9001", "--", "cat", "f"}, 127,
                       "lxc-attach: 9001: ../src/lxc/attach.c: lxc_attach_run_command: 1841 No "
                       "such file or directory - Failed to exec \"cat\"\n"),
            "cat");
}

TEST(MissingTool, IsNoneWhereTheToolRanOrAnotherIsBlamed) {
  EXPECT_EQ(missing_of({"curl"}, 0, ""), "");
  EXPECT_EQ(missing_of({"curl"}, 127, ""), "");
  EXPECT_EQ(missing_of({"cat", "/x"}, 1, "cat: /x: No such file or directory\n"), "");
  EXPECT_EQ(missing_of({"docker", "run", "hello-world"}, 127,
                       "docker: Error response from daemon: runc create failed: exec: "
                       "\"/hello\": permission denied\n"),
            "");
  EXPECT_EQ(missing_of({"docker", "exec", "db", "true"}, 126, "",
                       "OCI runtime exec failed: exec failed: failed to update "
                       "/proc/1234/timens_offsets: unknown\r\n"),
            "");
}

TEST(Probe, ReturnsAnyExitStatusButThatOfAMissingTool) {
  MockShell shell("lxc");
  EXPECT_CALL(shell, run)
      .WillOnce(Return(CommandResult{.exit_status = 3}))
      .WillOnce(Return(CommandResult{.exit_status = 127, .err = "sh: 1: nc: not found\n"}));
  EXPECT_EQ(probe(shell, {.argv = {"nc", "db"}}, "connect").exit_status, 3);
  EXPECT_EQ(message_of<HarnessError>([&] {
              probe(shell, {.argv = {"nc", "db"}}, "connect");
            }),
            "connect: nc is missing, or may not be run: `nc db` on lxc exited 127: sh: 1: nc: not "
            "found");
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
