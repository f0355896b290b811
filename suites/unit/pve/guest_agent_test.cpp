#include "support/pve/guest_agent.h"

#include "suites/unit/matchers.h"
#include "suites/unit/pve/replies.h"
#include "suites/unit/recorded.h"

namespace pve_accept {
namespace {

using namespace replies;

class PveGuestAgent : public testing::Test {
 protected:
  MockNode mock;
  GuestAgent agent{mock.shell, Vmid(9000)};
  const std::string ping = "qm guest cmd 9000 ping";
  const std::string status = "qm guest cmd 9000 fsfreeze-status";
  const std::string freeze_now = "qm guest cmd 9000 fsfreeze-freeze";
};

TEST_F(PveGuestAgent, AnswersAPing) {
  mock.answers(ping, recorded("node-quick/32-qm-agent-chroot.txt", ping));
  EXPECT_TRUE(agent.ping());
}

TEST_F(PveGuestAgent, MayNotBeThere) {
  mock.answers(ping, recorded("node-vm/24-qm-running-vm.txt", ping));
  EXPECT_FALSE(agent.ping());
}

TEST_F(PveGuestAgent, MayStartLater) {
  const auto silent = recorded("node-vm/24-qm-running-vm.txt", ping);
  EXPECT_CALL(mock.shell, run(CommandLine(ping)))
      .WillOnce(Return(silent))
      .WillOnce(Return(recorded("node-quick/32-qm-agent-chroot.txt", ping)))
      .WillRepeatedly(Return(silent));
  EXPECT_TRUE(agent.answers(mock.clock));
  EXPECT_FALSE(agent.answers(mock.clock));
}

TEST_F(PveGuestAgent, CannotBeAskedWhenTheVmIsStopped) {
  mock.answers(ping, recorded("node-quick/30-qm-lifecycle-chroot.txt", ping));
  EXPECT_THAT(trouble_of([this] { agent.ping(); }), HasSubstr("VM 9000 is not running"));
  mock.answers(ping, recorded("node-vm/10-empty-node.txt", ping));
  EXPECT_THROW(agent.ping(), HarnessError);
}

TEST_F(PveGuestAgent, SaysWhetherFileSystemsAreFrozen) {
  mock.answers(status, prints("\"thawed\"\n"));
  EXPECT_EQ(agent.fsfreeze_status(), "thawed");
  mock.answers(status, prints("frozen\n"));
  EXPECT_EQ(agent.fsfreeze_status(), "frozen");
  mock.answers(status, fails(255, "QEMU guest agent is not running\n"));
  EXPECT_EQ(agent.fsfreeze_status(), "QEMU guest agent is not running");
  mock.answers(status, prints(""));
  EXPECT_THROW(agent.fsfreeze_status(), HarnessError);
}

TEST_F(PveGuestAgent, FreezesAndThaws) {
  const auto real = [](int occurrence) {
    return recorded("node-quick/62-qm-freeze.txt", "qm guest cmd 555 fsfreeze-freeze", occurrence);
  };
  mock.answers(freeze_now, real(0));
  EXPECT_EQ(agent.freeze(), "");
  mock.answers(freeze_now, real(1));
  EXPECT_THAT(agent.freeze(), HasSubstr("Command guest-fsfreeze-freeze has been disabled"));
  mock.answers(freeze_now, prints("0\n"));
  EXPECT_EQ(agent.freeze(), "no file system was frozen");
  mock.answers(freeze_now, fails(255, "QEMU guest agent is not running\n"));
  EXPECT_EQ(agent.freeze(), "QEMU guest agent is not running");
  mock.answers(freeze_now, fails(1, ""));
  EXPECT_THAT(agent.freeze(), HasSubstr("says nothing"));
  mock.answers(freeze_now, fails(2, "VM 9000 is not running\n"));
  EXPECT_THROW(agent.freeze(), HarnessError);
}

TEST_F(PveGuestAgent, IsSentAChangeOnce) {
  EXPECT_CALL(mock.shell, run(AllOf(CommandLine("qm guest cmd 9000 fsfreeze-thaw"),
                                    Field(&Command::repeatable, false))))
      .WillOnce(Return(prints("1\n")));
  agent.thaw();
}

TEST_F(PveGuestAgent, ReplyThatIsNoListIsAnError) {
  mock.answers("qm guest cmd 9000 network-get-interfaces", prints("{}"));
  EXPECT_THROW(agent.network_interfaces(), HarnessError);
}

}  // namespace
}  // namespace pve_accept
