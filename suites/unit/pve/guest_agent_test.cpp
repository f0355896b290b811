#include "support/pve/guest_agent.h"

#include <gmock/gmock.h>

#include "suites/unit/pve/replies.h"
#include "suites/unit/recorded.h"

namespace pve_accept {
namespace {

using namespace replies;
using testing::HasSubstr;

class PveGuestAgent : public testing::Test {
 protected:
  MockNode mock;
  GuestAgent agent{mock.shell, Vmid(9000)};
  const std::string ping = "qm guest cmd 9000 ping";
  const std::string freeze = "qm guest cmd 9000 fsfreeze-status";
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
      .WillOnce(testing::Return(silent))
      .WillOnce(testing::Return(recorded("node-quick/32-qm-agent-chroot.txt", ping)))
      .WillRepeatedly(testing::Return(silent));
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
  mock.answers(freeze, prints("\"thawed\"\n"));
  EXPECT_EQ(agent.fsfreeze_status(), "thawed");
  mock.answers(freeze, prints("frozen\n"));
  EXPECT_EQ(agent.fsfreeze_status(), "frozen");
  mock.answers(freeze, fails(255, "QEMU guest agent is not running\n"));
  EXPECT_EQ(agent.fsfreeze_status(), "QEMU guest agent is not running");
  mock.answers(freeze, prints(""));
  EXPECT_THROW(agent.fsfreeze_status(), HarnessError);
}

TEST_F(PveGuestAgent, ReplyThatIsNoListIsAnError) {
  mock.answers("qm guest cmd 9000 network-get-interfaces", prints("{}"));
  EXPECT_THROW(agent.network_interfaces(), HarnessError);
}

}  // namespace
}  // namespace pve_accept
