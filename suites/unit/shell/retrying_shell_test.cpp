#include "support/shell/retrying_shell.h"

#include "suites/unit/matchers.h"
#include "suites/unit/mock_shell.h"

namespace pve_accept {
namespace {

const ConnectionError kLost("run a command", "the connection was lost");

class RetryingShellTest : public testing::Test {
 protected:
  std::unique_ptr<MockShell> owned_ = std::make_unique<MockShell>("node");
  MockShell& shell_ = *owned_;
  std::unique_ptr<Shell> retrying_ = retrying(std::move(owned_));
};

TEST_F(RetryingShellTest, HasTheNameOfItsShell) { EXPECT_EQ(retrying_->name(), "node"); }

TEST_F(RetryingShellTest, RepeatsAReadOnce) {
  EXPECT_CALL(shell_, run(CommandLine("hostname")))
      .WillOnce(Throw(kLost))
      .WillOnce(Return(CommandResult{.out = "pve1\n"}));
  EXPECT_EQ(retrying_->run(reading({"hostname"})).out, "pve1\n");
}

TEST_F(RetryingShellTest, RepeatsAReadOnlyOnce) {
  EXPECT_CALL(shell_, run).Times(2).WillRepeatedly(Throw(kLost));
  EXPECT_THROW(retrying_->run(reading({"hostname"})), ConnectionError);
}

TEST_F(RetryingShellTest, NeverRepeatsWhatMayHaveChangedSomething) {
  EXPECT_CALL(shell_, run).WillOnce(Throw(kLost));
  EXPECT_THROW(retrying_->run({.argv = {"pct", "create", "9001"}}), ConnectionError);
}

TEST_F(RetryingShellTest, DoesNotRepeatAfterADeadline) {
  EXPECT_CALL(shell_, run).WillOnce(Throw(DeadlineError("run a command", "did not end")));
  EXPECT_THROW(retrying_->run(reading({"hostname"})), DeadlineError);
}

TEST_F(RetryingShellTest, DoesNotRepeatAProcess) {
  EXPECT_CALL(shell_, start).WillOnce(Throw(kLost));
  EXPECT_THROW(retrying_->start(reading({"journalctl", "-f"})), ConnectionError);
}

TEST_F(RetryingShellTest, RepeatsInAGuestToo) {
  auto guest = std::make_unique<MockShell>("lxc");
  EXPECT_CALL(*guest, run).WillOnce(Throw(kLost)).WillOnce(Return(CommandResult{.out = "up\n"}));
  EXPECT_CALL(shell_, hop).WillOnce(Return(ByMove(std::move(guest))));
  EXPECT_EQ(retrying_->hop({.name = "lxc", .address = "192.0.2.7"})->run(reading({"true"})).out,
            "up\n");
}

}  // namespace
}  // namespace pve_accept
