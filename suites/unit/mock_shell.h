#pragma once

#include "suites/unit/matchers.h"
#include "support/shell/shell.h"

namespace pve_accept {

class MockShell : public Shell {
 public:
  explicit MockShell(std::string name = "node");
  ~MockShell() override;

  const std::string& name() const override { return name_; }
  MOCK_METHOD(CommandResult, run, (const Command&), (override));
  MOCK_METHOD(std::unique_ptr<Process>, start, (const Command&), (override));
  MOCK_METHOD(std::unique_ptr<Shell>, hop, (const Endpoint&), (override));

 private:
  std::string name_;
};

class MockProcess : public Process {
 public:
  MockProcess();
  ~MockProcess() override;
  MOCK_METHOD(std::optional<OutputLine>, next_line, (Clock::Duration), (override));
  MOCK_METHOD(bool, ended, (), (override));
  MOCK_METHOD(CommandResult, finish, (), (override));
  MOCK_METHOD(void, cancel, (), (override));
};

// A clock that moves only when it is slept on.
class FakeClock final : public Clock {
 public:
  Instant now() const override { return now_; }
  WallTime wall() const override {
    return WallTime(std::chrono::seconds(1'780'822'200)) + (now_ - Instant{});
  }
  void sleep_for(Duration duration) override { now_ += duration; }

 private:
  Instant now_{};
};

// Matches a Command by its command line, as the host receives it.
MATCHER_P(CommandLine, line, "") {
  *result_listener << command_line(arg.argv);
  return command_line(arg.argv) == line;
}

// Matches a Command whose command line contains `part`.
MATCHER_P(CommandLineHas, part, "") {
  *result_listener << command_line(arg.argv);
  return command_line(arg.argv).find(part) != std::string::npos;
}

}  // namespace pve_accept
