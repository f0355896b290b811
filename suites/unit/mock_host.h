#pragma once

#include <string>

#include "suites/unit/message_of.h"
#include "suites/unit/mock_shell.h"
#include "support/base/json.h"

// A host whose tools answer as a test says.
namespace pve_accept {

inline CommandResult prints(std::string out) { return {.exit_status = 0, .out = std::move(out)}; }
inline CommandResult prints_json(const Json& reply) { return prints(reply.dump()); }
// A guest's configuration, as the file under /etc/pve holds it.
std::string config_file(const Json& config);
inline CommandResult fails(int exit_status, std::string err, std::string out = {}) {
  return {.exit_status = exit_status, .out = std::move(out), .err = std::move(err)};
}

// What an expression throws as HarnessError; empty when it does not.
inline std::string trouble_of(const std::function<void()>& action) {
  return message_of<HarnessError>(action, "");
}

struct MockHost {
  testing::NiceMock<MockShell> shell;

  // Commands without an expectation fail as a shell fails.
  explicit MockHost(const std::string& name);
  ~MockHost();

  void answers(const std::string& line, const CommandResult& result);
};

}  // namespace pve_accept
