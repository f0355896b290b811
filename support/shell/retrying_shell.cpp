#include "support/shell/retrying_shell.h"

#include <utility>

namespace pve_accept {
namespace {

class RetryingShell final : public Shell {
 public:
  explicit RetryingShell(std::unique_ptr<Shell> shell) : shell_(std::move(shell)) {}

  const std::string& name() const override { return shell_->name(); }

  CommandResult run(const Command& command) override {
    try {
      return shell_->run(command);
    } catch (const ConnectionError&) {
      if (!command.repeatable) throw;
    }
    return shell_->run(command);
  }

  std::unique_ptr<Process> start(const Command& command) override { return shell_->start(command); }

  std::unique_ptr<Shell> hop(const Endpoint& endpoint) override {
    return retrying(shell_->hop(endpoint));
  }

 private:
  std::unique_ptr<Shell> shell_;
};

}  // namespace

std::unique_ptr<Shell> retrying(std::unique_ptr<Shell> shell) {
  return std::make_unique<RetryingShell>(std::move(shell));
}

}  // namespace pve_accept
