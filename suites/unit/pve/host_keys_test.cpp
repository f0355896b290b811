#include "suites/unit/matchers.h"
#include "suites/unit/pve/replies.h"
#include "suites/unit/scripted_process.h"

namespace pve_accept {
namespace {

using namespace replies;
using namespace std::chrono_literals;

const std::string kOnConsole =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEl8QYhd9JuMqtH+NpqfklfSZ85HldvQx9/+uPl7UGMA";
const std::string kAskAgent = "qm guest exec 9000 -- cat /etc/ssh/ssh_host_ed25519_key.pub";
const std::string kInContainer = "cat /proc/3516/root/etc/ssh/ssh_host_ed25519_key.pub";

class GuestHostKeys : public GuestTest {
 protected:
  GuestHostKeys() {
    mock.answers("qm start 9000", prints(""));
    mock.answers(kStatus, kRunning);
    mock.answers(kVmStatus, kVmRunning);
    mock.answers(kAskAgent, fails(255, "QEMU guest agent is not running\n"));
  }

  // The next console that is opened prints these lines.
  auto console(std::vector<ScriptedLine> lines, ScriptedProcess::End end = {.at = 1h}) {
    return [this, lines = std::move(lines), end = std::move(end)](const Command&) {
      return std::make_unique<ScriptedProcess>(mock.clock, lines, end);
    };
  }
  static std::vector<ScriptedLine> keys_at(Clock::Duration at) {
    return {{at, "-----BEGIN SSH HOST KEY KEYS-----\r"},
            {at, kOnConsole + " root@spike-vm\r"},
            {at, "-----END SSH HOST KEY KEYS-----\r"}};
  }
  void agent_tells(const std::string& key) {
    mock.answers(kAskAgent,
                 prints_json({{"exitcode", 0}, {"exited", 1}, {"out-data", key + "\n"}}));
  }
};

TEST_F(GuestHostKeys, OfAContainerIsRead) {
  mock.answers(kInContainer, prints("ssh-ed25519 AAAA root@spike-lxc\n"));
  EXPECT_THAT(lxc->host_keys().keys, ElementsAre("ssh-ed25519 AAAA root@spike-lxc"));
}

TEST_F(GuestHostKeys, OfAContainerMayBeMissing) {
  mock.answers(kInContainer, fails(1, "cat: x: No such file or directory\n"));
  const HostKeys host_keys = lxc->host_keys();
  EXPECT_THAT(host_keys.keys, IsEmpty());
  EXPECT_EQ(host_keys.trouble,
            "there is none in /etc/ssh/ssh_host_ed25519_key.pub of the container");
  EXPECT_THAT(host_keys.hint, HasSubstr("SSH server"));
  mock.answers(kInContainer, prints("\n"));
  EXPECT_THAT(lxc->host_keys().keys, IsEmpty());
}

TEST_F(GuestHostKeys, OfAVmStandOnItsConsole) {
  EXPECT_CALL(mock.shell, start(CommandLineHas("9000.serial0"))).WillOnce(console(keys_at(30s)));
  vm->start();
  EXPECT_THAT(vm->host_keys().keys, IsEmpty());
  mock.clock.sleep_for(30s);
  EXPECT_THAT(vm->host_keys().keys, ElementsAre(kOnConsole));
}

TEST_F(GuestHostKeys, OfAVmAreToldByItsAgentWhenItHasOne) {
  EXPECT_CALL(mock.shell, start(_)).WillOnce(console({}));
  agent_tells("ssh-ed25519 BBBB");
  vm->start();
  mock.clock.sleep_for(60s);
  EXPECT_THAT(vm->host_keys().keys, ElementsAre("ssh-ed25519 BBBB"));
}

// Each question takes a second of the node's CPU, and a cloud image has no agent.
TEST_F(GuestHostKeys, AreAskedOfAnAgentSeldomWhileTheVmBoots) {
  EXPECT_CALL(mock.shell, start(_)).WillOnce(console({}));
  EXPECT_CALL(mock.shell, run(CommandLine(kAskAgent))).Times(3);  // after 60, 90 and 120 s
  vm->start();
  for (int second = 0; second < 121; ++second) {
    vm->host_keys();
    mock.clock.sleep_for(1s);
  }
}

// An agent may have read the image's keys before cloud-init made new ones.
TEST_F(GuestHostKeys, OnTheConsoleAreTheLatest) {
  EXPECT_CALL(mock.shell, start(_)).WillOnce(console(keys_at(90s)));
  agent_tells("ssh-ed25519 BBBB");
  vm->start();
  mock.clock.sleep_for(60s);
  EXPECT_THAT(vm->host_keys().keys, ElementsAre("ssh-ed25519 BBBB"));
  mock.clock.sleep_for(30s);
  EXPECT_THAT(vm->host_keys().keys, ElementsAre(kOnConsole));
}

TEST_F(GuestHostKeys, OfAVmWithNeitherSayWhyAndWhatToDo) {
  EXPECT_CALL(mock.shell, start(_)).WillOnce(console({{0s, "spike-vm login: "}}));
  vm->start();
  const HostKeys host_keys = vm->host_keys();
  EXPECT_THAT(host_keys.keys, IsEmpty());
  EXPECT_EQ(host_keys.trouble,
            "its serial console showed no host keys (last line: \"spike-vm login:\"), and its "
            "guest agent tells none");
  EXPECT_THAT(host_keys.hint, HasSubstr("`qm terminal 9000`"));
  EXPECT_THAT(host_keys.hint, HasSubstr("`ssh: {emit_keys_to_console: true}`"));
  // qm exits 0 although the command in the VM failed.
  mock.answers(kAskAgent, prints(R"({"exitcode":1,"exited":1,"err-data":"No such file"})"));
  mock.clock.sleep_for(60s);
  EXPECT_THAT(vm->host_keys().keys, IsEmpty());
}

TEST_F(GuestHostKeys, OfAVmThatWasNotStartedHereAreAskedOfItsAgent) {
  EXPECT_CALL(mock.shell, start(_)).Times(0);
  EXPECT_THAT(vm->host_keys().trouble, HasSubstr("its serial console was not watched"));
  agent_tells("ssh-ed25519 BBBB");
  mock.clock.sleep_for(30s);
  EXPECT_THAT(vm->host_keys().keys, ElementsAre("ssh-ed25519 BBBB"));
}

TEST_F(GuestHostKeys, EveryBootOfAVmHasAConsoleOfItsOwn) {
  EXPECT_CALL(mock.shell, start(_)).WillOnce(console(keys_at(0s))).WillOnce(console({}));
  vm->start();
  EXPECT_THAT(vm->host_keys().keys, ElementsAre(kOnConsole));
  vm->start();
  EXPECT_THAT(vm->host_keys().trouble, HasSubstr("its serial console stayed silent"));
}

TEST_F(GuestHostKeys, ConsoleThatIsLostWithTheConnectionIsOpenedAgain) {
  EXPECT_CALL(mock.shell, start(_))
      .WillOnce(console({}, {.at = 5s, .connection_lost = true}))
      .WillOnce(console(keys_at(30s)));
  vm->start();
  mock.clock.sleep_for(10s);
  EXPECT_THAT(vm->host_keys().keys, IsEmpty());
  mock.clock.sleep_for(20s);
  EXPECT_THAT(vm->host_keys().keys, ElementsAre(kOnConsole));
}

TEST_F(GuestHostKeys, NothingIsWatchedOfAVmThatDoesNotStart) {
  mock.answers("qm start 9000", fails(255, "VM is locked (backup)\n"));
  mock.answers(kVmStatus, kVmStopped);
  EXPECT_CALL(mock.shell, start(_)).Times(0);
  EXPECT_NE(trouble_of([this] { vm->start(); }), "");
}

}  // namespace
}  // namespace pve_accept
