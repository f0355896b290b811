#include "suites/unit/mock_host.h"

namespace pve_accept {

std::string config_file(const Json& config) {
  std::string description, settings;
  for (const auto& [key, value] : config.items()) {
    if (key == "lxc") {
      for (const Json& raw : value) {
        settings += raw[0].get<std::string>() + ": " + raw[1].get<std::string>() + "\n";
      }
      continue;
    }
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (key == "description") description = "#" + text.substr(0, text.find('\n')) + "\n";
    if (key != "description") settings += key + ": " + text + "\n";
  }
  return description + settings;
}

MockHost::MockHost(const std::string& name) : shell(name) {
  ON_CALL(shell, run(_)).WillByDefault([](const Command& command) {
    return fails(127, command_line(command.argv) + ": not expected by this test");
  });
  EXPECT_CALL(shell, run(_)).Times(testing::AnyNumber());
}

MockHost::~MockHost() = default;

void MockHost::answers(const std::string& line, const CommandResult& result) {
  ON_CALL(shell, run(CommandLine(line))).WillByDefault(Return(result));
}

}  // namespace pve_accept
