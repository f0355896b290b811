#pragma once

#include <memory>
#include <string>
#include <utility>

#include "support/shell/shell.h"

namespace pve_accept {

// A shell around another one, which does what that one does but for what a class of it says
// otherwise. What becomes of shells that are reached through it, each has to say.
class WrappedShell : public Shell {
 public:
  explicit WrappedShell(std::unique_ptr<Shell> shell) : shell_(std::move(shell)) {}

  const std::string& name() const override { return shell_->name(); }
  CommandResult run(const Command& command) override { return shell_->run(command); }
  std::unique_ptr<Process> start(const Command& command) override { return shell_->start(command); }
  Clock::Duration patience(Clock::Duration usual) const override { return shell_->patience(usual); }

 protected:
  std::unique_ptr<Shell> shell_;
};

}  // namespace pve_accept
