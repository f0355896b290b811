#include <chrono>
#include <random>

#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "suites/unit/shell/ssh_server.h"
#include "support/shell/ssh_shell.h"

namespace pve_accept {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class SshHopTest : public testing::Test {
 protected:
  std::string refusal(const Endpoint& endpoint) {
    return message_of<ConnectionError>([&] { node_->hop(endpoint); }, "connected");
  }

  SshServer node_server_;
  SshServer guest_server_{"127.0.0.2"};
  Endpoint endpoint_ = guest_server_.endpoint("lxc");
  SshTimings timings_{.quiet = milliseconds(200), .answer = milliseconds(300)};
  std::unique_ptr<Shell> node_ = connect_ssh(node_server_.target(), "node", timings_);
};

TEST_F(SshHopTest, RunsCommandsInTheGuest) {
  const auto guest = node_->hop(endpoint_);
  EXPECT_EQ(guest->name(), "lxc");
  const CommandResult result =
      guest->run({.argv = {"sh", "-c", "set -- $SSH_CONNECTION; echo $3; exit 5"}});
  EXPECT_EQ(result.out, "127.0.0.2\n");
  EXPECT_EQ(result.exit_status, 5);
}

TEST_F(SshHopTest, RefusesAnotherKeyThanThePinnedOne) {
  endpoint_.host_keys = {node_server_.host_key()};
  EXPECT_THAT(refusal(endpoint_),
              AllOf(HasSubstr("verify lxc"), HasSubstr("shows the host key ssh-ed25519 SHA256:"),
                    HasSubstr("should show ssh-ed25519 SHA256:")));
}

TEST_F(SshHopTest, RefusesAGuestWithoutAPinnedKey) {
  endpoint_.host_keys.clear();
  EXPECT_THAT(refusal(endpoint_), HasSubstr("none of its host keys is known"));
}

TEST_F(SshHopTest, RefusesAPinThatIsNoKey) {
  endpoint_.host_keys = {"ssh-ed25519 nonsense"};
  EXPECT_THAT(refusal(endpoint_), HasSubstr("\"ssh-ed25519 nonsense\""));
}

TEST_F(SshHopTest, AcceptsOneOfSeveralPinnedKeys) {
  endpoint_.host_keys.insert(endpoint_.host_keys.begin(), node_server_.host_key());
  EXPECT_EQ(refusal(endpoint_), "connected");
}

TEST_F(SshHopTest, SaysThatTheGuestDoesNotListen) {
  int port = 0;
  {
    const SilentListener listener;
    port = listener.port();
  }
  endpoint_.address = "127.0.0.1:" + std::to_string(port);
  EXPECT_THAT(refusal(endpoint_),
              AllOf(HasSubstr("connect from node to 127.0.0.1"), HasSubstr("refused")));
}

TEST_F(SshHopTest, GivesUpOnAGuestThatNeverGreets) {
  const SilentListener listener;
  endpoint_.address = "127.0.0.1:" + std::to_string(listener.port());
  timings_.connect = milliseconds(300);
  node_ = connect_ssh(node_server_.target(), "node", timings_);
  EXPECT_THAT(refusal(endpoint_), HasSubstr("no SSH greeting came within 0."));
  EXPECT_EQ(node_->run({.argv = {"echo", "fine"}}).out, "fine\n");
}

TEST_F(SshHopTest, SaysThatTheIdentityFileIsMissing) {
  endpoint_.identity_file = "/no/such/key";
  EXPECT_THAT(refusal(endpoint_), HasSubstr("the private key /no/such/key cannot be read"));
}

TEST_F(SshHopTest, SaysThatTheIdentityFileIsEncrypted) {
  make_key(guest_server_.file("locked"), "secret");
  endpoint_.identity_file = guest_server_.file("locked");
  EXPECT_THAT(refusal(endpoint_), HasSubstr("locked is encrypted"));
}

TEST_F(SshHopTest, SaysThatTheGuestDoesNotAcceptTheKey) {
  make_key(guest_server_.file("other"));
  endpoint_.identity_file = guest_server_.file("other");
  EXPECT_THAT(refusal(endpoint_), HasSubstr("accepts none of our keys"));
}

TEST_F(SshHopTest, CarriesMuchInBothDirections) {
  std::string input(5UL << 20U, '\0');
  std::mt19937 random(2);
  for (char& c : input) c = static_cast<char>(random());
  const auto guest = node_->hop(endpoint_);
  EXPECT_TRUE(guest->run({.argv = {"cat"}, .input = input}).out == input);
}

// The sampler runs on the node while pgbench runs in the guest.
TEST_F(SshHopTest, NoticesTheLinesOfBothHostsWhenTheyArrive) {
  const auto guest = node_->hop(endpoint_);
  const Command command{.argv = {"sh", "-c", "for i in 1 2 3 4 5; do echo $i; sleep 0.1; done"}};
  const auto sampler = node_->start(command);
  const auto load = guest->start(command);
  while (!sampler->ended()) sampler->next_line(seconds(5));
  std::vector<Clock::Instant> arrived;
  while (!load->ended()) {
    if (const auto line = load->next_line(seconds(5))) arrived.push_back(line->arrived);
  }
  ASSERT_EQ(arrived.size(), 5U);
  EXPECT_GT(arrived.back() - arrived.front(), milliseconds(350));
}

TEST_F(SshHopTest, LosesTheGuestAloneWhenOnlyTheGuestGoes) {
  const auto guest = node_->hop(endpoint_);
  const auto process = guest->start({.argv = {"sh", "-c", "echo begun; sleep 1000"}});
  ASSERT_TRUE(process->next_line(seconds(5)).has_value());
  guest_server_.signal_all(SIGKILL);
  EXPECT_THROW(process->finish(), ConnectionError);
  EXPECT_EQ(node_->run({.argv = {"echo", "fine"}}).out, "fine\n");
}

TEST_F(SshHopTest, NoticesAGuestThatHangs) {
  const auto guest = node_->hop(endpoint_);
  const auto process = guest->start({.argv = {"sh", "-c", "echo begun; sleep 1000"}});
  ASSERT_TRUE(process->next_line(seconds(5)).has_value());
  guest_server_.signal_all(SIGSTOP);
  EXPECT_THROW(process->finish(), ConnectionError);
  EXPECT_EQ(node_->run({.argv = {"echo", "fine"}}).out, "fine\n");
}

TEST_F(SshHopTest, LosesTheGuestWithTheNodeAndReachesItAgain) {
  const auto guest = node_->hop(endpoint_);
  const auto serving = node_->run({.argv = {"sh", "-c", "echo $PPID"}}).out;
  const auto process = guest->start({.argv = {"sh", "-c", "echo begun; sleep 1000"}});
  ASSERT_TRUE(process->next_line(seconds(5)).has_value());
  run_program({"/bin/sh", "-c", "kill -KILL " + serving});
  EXPECT_THAT(message_of<ConnectionError>([&] { process->finish(); }),
              AllOf(HasSubstr("the connection was lost"), HasSubstr("on lxc")));
  EXPECT_EQ(guest->run({.argv = {"echo", "again"}}).out, "again\n");
  EXPECT_EQ(node_->run({.argv = {"echo", "again"}}).out, "again\n");
}

TEST_F(SshHopTest, OutlivesTheShellThatItCameFrom) {
  const auto guest = node_->hop(endpoint_);
  node_.reset();
  EXPECT_EQ(guest->run({.argv = {"echo", "here"}}).out, "here\n");
}

}  // namespace
}  // namespace pve_accept
