#pragma once

#include <string>

#include "suites/unit/mock_shell.h"
#include "suites/unit/recorded.h"
#include "support/base/json.h"

// Scripted answers of a guest's tools.
namespace pve_accept::scripted {

inline CommandResult prints(std::string out) { return {.exit_status = 0, .out = std::move(out)}; }
inline CommandResult fails(int exit_status, std::string err, std::string out = {}) {
  return {.exit_status = exit_status, .out = std::move(out), .err = std::move(err)};
}

// A record of a command that ran inside a container of a real node.
inline CommandResult in_guest(const std::string& command, int occurrence = 0) {
  return recorded("docker-in-lxc.txt", "in-guest '" + command + "'", occurrence);
}

// What an expression throws as HarnessError; empty when it does not.
template <typename Function>
std::string trouble_of(Function function) {
  try {
    function();
  } catch (const HarnessError& error) {
    return error.what();
  }
  return {};
}

struct MockGuest {
  testing::NiceMock<MockShell> shell{"lxc"};

  // Commands without an expectation fail as a shell fails.
  MockGuest() {
    using testing::_;
    ON_CALL(shell, run(_)).WillByDefault([](const Command& command) {
      return fails(127, command_line(command.argv) + ": not expected by this test");
    });
    EXPECT_CALL(shell, run(_)).Times(testing::AnyNumber());
  }

  void answers(const std::string& line, const CommandResult& result) {
    ON_CALL(shell, run(CommandLine(line))).WillByDefault(testing::Return(result));
  }
};

}  // namespace pve_accept::scripted
