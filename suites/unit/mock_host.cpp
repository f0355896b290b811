#include "suites/unit/mock_host.h"

namespace pve_accept {

using testing::_;

MockHost::MockHost(const std::string& name) : shell(name) {
  ON_CALL(shell, run(_)).WillByDefault([](const Command& command) {
    return fails(127, command_line(command.argv) + ": not expected by this test");
  });
  EXPECT_CALL(shell, run(_)).Times(testing::AnyNumber());
}

MockHost::~MockHost() = default;

void MockHost::answers(const std::string& line, const CommandResult& result) {
  ON_CALL(shell, run(CommandLine(line))).WillByDefault(testing::Return(result));
}

}  // namespace pve_accept
