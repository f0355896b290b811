#include "support/shell/patient_shell.h"

#include "suites/unit/matchers.h"
#include "suites/unit/mock_shell.h"

namespace pve_accept {
namespace {

using std::chrono::seconds;

class PatientShellTest : public testing::Test {
 protected:
  PatientShellTest() : mock_(new testing::StrictMock<MockShell>("node")) {
    shell_ = patient(std::unique_ptr<Shell>(mock_), seconds(100));
  }

  MockShell* mock_;
  std::unique_ptr<Shell> shell_;
};

TEST_F(PatientShellTest, GivesNoCommandLess) {
  EXPECT_CALL(*mock_, run(Field(&Command::deadline, seconds(100))))
      .WillOnce(Return(CommandResult{}));
  shell_->run({.argv = {"true"}, .deadline = seconds(30)});
}

TEST_F(PatientShellTest, LeavesACommandItsOwnTimeWhenThatIsMore) {
  EXPECT_CALL(*mock_, run(Field(&Command::deadline, seconds(900))))
      .WillOnce(Return(CommandResult{}));
  shell_->run({.argv = {"true"}, .deadline = seconds(900)});
}

TEST_F(PatientShellTest, IsPatientWithWhatItStarts) {
  EXPECT_CALL(*mock_, start(Field(&Command::deadline, seconds(100))))
      .WillOnce(Return(ByMove(std::make_unique<testing::NiceMock<MockProcess>>())));
  shell_->start({.argv = {"perl"}, .deadline = seconds(30)});
}

TEST_F(PatientShellTest, WaitsForAnythingElseLongerByAsMuch) {
  EXPECT_EQ(shell_->patience(seconds(120)), seconds(400));  // a command has 30 s
  EXPECT_EQ(mock_->patience(seconds(120)), seconds(120));
  EXPECT_EQ(slowness(seconds(30)), 1);
  EXPECT_EQ(slowness(seconds(10)), 1) << "nothing is waited for less";
}

TEST_F(PatientShellTest, IsPatientWithTheGuestBehindItToo) {
  auto guest = std::make_unique<testing::StrictMock<MockShell>>("lxc");
  EXPECT_CALL(*guest, run(Field(&Command::deadline, seconds(100))))
      .WillOnce(Return(CommandResult{}));
  EXPECT_CALL(*mock_, hop).WillOnce(Return(ByMove(std::move(guest))));
  const auto behind = shell_->hop({.name = "lxc", .address = "192.0.2.1"});
  EXPECT_EQ(behind->name(), "lxc");
  EXPECT_EQ(behind->patience(seconds(3)), seconds(10));
  behind->run({.argv = {"true"}});
}

}  // namespace
}  // namespace pve_accept
