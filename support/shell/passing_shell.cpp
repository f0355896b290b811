#include "support/shell/passing_shell.h"

#include <utility>

#include "support/shell/wrapped_shell.h"

namespace pve_accept {
namespace {

class PassingShell final : public WrappedShell {
 public:
  PassingShell(std::unique_ptr<Shell> shell, OnTheWay step)
      : WrappedShell(std::move(shell)), step_(std::move(step)) {}

  CommandResult run(const Command& command) override { return shell_->run(step_(name(), command)); }

  std::unique_ptr<Process> start(const Command& command) override {
    return shell_->start(step_(name(), command));
  }

  std::unique_ptr<Shell> hop(const Endpoint& endpoint) override {
    return passing(shell_->hop(endpoint), step_);
  }

 private:
  OnTheWay step_;
};

}  // namespace

std::unique_ptr<Shell> passing(std::unique_ptr<Shell> shell, OnTheWay step) {
  return std::make_unique<PassingShell>(std::move(shell), std::move(step));
}

}  // namespace pve_accept
