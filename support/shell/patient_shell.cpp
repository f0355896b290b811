#include "support/shell/patient_shell.h"

#include <algorithm>
#include <utility>

#include "support/shell/wrapped_shell.h"

namespace pve_accept {
namespace {

class PatientShell final : public WrappedShell {
 public:
  PatientShell(std::unique_ptr<Shell> shell, Clock::Duration least)
      : WrappedShell(std::move(shell)), least_(least) {}

  CommandResult run(const Command& command) override { return shell_->run(with_time(command)); }

  std::unique_ptr<Process> start(const Command& command) override {
    return shell_->start(with_time(command));
  }

  std::unique_ptr<Shell> hop(const Endpoint& endpoint) override {
    return patient(shell_->hop(endpoint), least_);
  }

  Clock::Duration patience(Clock::Duration usual) const override {
    return std::chrono::duration_cast<Clock::Duration>(shell_->patience(usual) * slowness(least_));
  }

 private:
  Command with_time(Command command) const {
    command.deadline = std::max(command.deadline, least_);
    return command;
  }

  Clock::Duration least_;
};

}  // namespace

double slowness(Clock::Duration least) {
  return std::max(1.0, to_seconds(least) / to_seconds(Command{}.deadline));
}

std::unique_ptr<Shell> patient(std::unique_ptr<Shell> shell, Clock::Duration least) {
  return std::make_unique<PatientShell>(std::move(shell), least);
}

}  // namespace pve_accept
