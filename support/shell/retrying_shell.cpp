#include "support/shell/retrying_shell.h"

#include <utility>

#include "support/shell/wrapped_shell.h"

namespace pve_accept {
namespace {

class RetryingShell final : public WrappedShell {
 public:
  using WrappedShell::WrappedShell;

  CommandResult run(const Command& command) override {
    try {
      return shell_->run(command);
    } catch (const ConnectionError&) {
      if (!command.repeatable) throw;
    }
    return shell_->run(command);
  }

  std::unique_ptr<Shell> hop(const Endpoint& endpoint) override {
    return retrying(shell_->hop(endpoint));
  }
};

}  // namespace

std::unique_ptr<Shell> retrying(std::unique_ptr<Shell> shell) {
  return std::make_unique<RetryingShell>(std::move(shell));
}

}  // namespace pve_accept
