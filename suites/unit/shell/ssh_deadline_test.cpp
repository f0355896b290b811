#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "suites/unit/shell/ssh_server.h"
#include "support/shell/ssh_shell.h"

namespace pve_accept {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class SshDeadlineTest : public testing::Test {
 protected:
  void SetUp() override {
    try {
      server_ = std::make_unique<SshServer>("127.0.0.1", SshServer::Login::kNotRoot);
    } catch (const std::runtime_error&) {
      if (::geteuid() != 0) throw;
      GTEST_SKIP() << "as root this needs a mount namespace of its own";
    }
    shell_ = connect_ssh(server_->target(), "node");
  }

  // A command line that no other process has.
  Command sleeping(Clock::Duration deadline) const {
    return {.argv = {"sh", "-c", "echo begun; " + sleep_}, .deadline = deadline};
  }

  bool sleeps() const { return is_running(sleep_); }

  // The shell has said that it begins and then becomes the sleep: for a moment it is neither.
  bool sleeps_soon() const {
    return soon([this] { return sleeps(); });
  }
  bool ends_soon() const {
    return soon([this] { return !sleeps(); });
  }

  template <typename Condition>
  static bool soon(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(5);
    while (std::chrono::steady_clock::now() < deadline) {
      if (condition()) return true;
      std::this_thread::sleep_for(milliseconds(5));
    }
    return false;
  }

  std::unique_ptr<SshServer> server_;
  std::unique_ptr<Shell> shell_;
  std::string sleep_ = fmt::format("sleep 1000.{:08}{:03}", ::getpid(), ++count_);
  static inline int count_ = 0;
};

TEST_F(SshDeadlineTest, EndsTheRemoteProcess) {
  const auto process = shell_->start(sleeping(milliseconds(500)));
  ASSERT_TRUE(process->next_line(seconds(5)).has_value());
  ASSERT_TRUE(sleeps_soon());
  EXPECT_THAT(message_of<DeadlineError>([&] { process->finish(); }),
              AllOf(HasSubstr("did not end within 0.5 s and was ended"), HasSubstr("sleep 1000"),
                    HasSubstr("on node")));
  EXPECT_TRUE(ends_soon());
}

TEST_F(SshDeadlineTest, FiresWhileLinesAreRead) {
  const auto process = shell_->start(sleeping(milliseconds(200)));
  const auto read_to_the_end = [&] {
    while (!process->ended()) process->next_line(seconds(10));
  };
  EXPECT_THROW(read_to_the_end(), DeadlineError);
  EXPECT_TRUE(ends_soon());
}

TEST_F(SshDeadlineTest, KillsWhatIgnoresTheFirstSignal) {
  Command command = sleeping(milliseconds(200));
  command.argv.back() = "trap '' TERM; " + command.argv.back();
  const auto short_grace = connect_ssh(server_->target(), "node", {.end = milliseconds(100)});
  EXPECT_THROW(short_grace->run(command), DeadlineError);
  EXPECT_TRUE(ends_soon());
}

TEST_F(SshDeadlineTest, LeavesTheConnectionUsable) {
  EXPECT_THROW(shell_->run(sleeping(milliseconds(100))), DeadlineError);
  EXPECT_EQ(shell_->run({.argv = {"echo", "next"}}).out, "next\n");
}

TEST_F(SshDeadlineTest, CancellingEndsTheRemoteProcess) {
  const auto process = shell_->start(sleeping(seconds(30)));
  ASSERT_TRUE(process->next_line(seconds(5)).has_value());
  ASSERT_TRUE(sleeps_soon());
  process->cancel();
  EXPECT_TRUE(ends_soon());
}

TEST_F(SshDeadlineTest, DroppingTheProcessEndsTheRemoteOne) {
  auto process = shell_->start(sleeping(seconds(30)));
  ASSERT_TRUE(process->next_line(seconds(5)).has_value());
  ASSERT_TRUE(sleeps_soon());
  process.reset();
  EXPECT_TRUE(ends_soon());
}

TEST_F(SshDeadlineTest, DroppingTheShellTooEndsTheRemoteProcess) {
  auto process = shell_->start(sleeping(seconds(30)));
  ASSERT_TRUE(process->next_line(seconds(5)).has_value());
  ASSERT_TRUE(sleeps_soon());
  shell_.reset();
  process.reset();
  EXPECT_TRUE(ends_soon());
}

}  // namespace
}  // namespace pve_accept
