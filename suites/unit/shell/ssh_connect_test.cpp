#include <fmt/format.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "suites/unit/shell/ssh_server.h"
#include "support/shell/retrying_shell.h"
#include "support/shell/ssh_shell.h"
#include "support/shell/ssh_socket.h"

namespace pve_accept {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What the error says when no connection comes about.
std::string refusal(const SshTarget& target, const SshTimings& timings = {}) {
  return message_of<ConnectionError>([&] { connect_ssh(target, "node", timings); }, "connected");
}

class SshConnectTest : public testing::Test {
 protected:
  void replace_user_key(const std::string& passphrase) {
    std::filesystem::remove(server_.file("user_key"));
    std::filesystem::remove(server_.file("user_key.pub"));
    make_key(server_.file("user_key"), passphrase);
  }

  void append_to_config(const std::string& text) {
    write_text(server_.file("config"), text_of(server_.file("config")) + text);
  }

  SshServer server_;
};

TEST_F(SshConnectTest, ReadsHostPortUserAndIdentityFromTheConfiguration) {
  EXPECT_EQ(connect_ssh(server_.target(), "node")->run({.argv = {"echo", "here"}}).out, "here\n");
}

TEST_F(SshConnectTest, WhatTheTargetSaysGoesOverTheConfiguration) {
  SshTarget target = server_.target();
  target.port = 1;
  EXPECT_THAT(refusal(target), AllOf(HasSubstr("port 1:"), HasSubstr("Connection refused")));
}

TEST_F(SshConnectTest, RefusesAnUnknownKeyWithItsFingerprintAndTheCommandThatAddsIt) {
  write_text(server_.file("known_hosts"), "");
  const std::string fingerprint =
      run_program({"/usr/bin/ssh-keygen", "-lf", server_.file("host_key.pub")});
  const std::string sha256 = fingerprint.substr(fingerprint.find("SHA256:"), 50);
  const auto file = server_.file("known_hosts").string();
  EXPECT_THAT(
      refusal(server_.target()),
      AllOf(HasSubstr(fmt::format("the host key of [127.0.0.1]:{} is unknown: ssh-ed25519 {}",
                                  server_.port(), sha256)),
            HasSubstr(fmt::format("`ssh-keyscan -p {} 127.0.0.1 >> {}`", server_.port(), file))));
}

TEST_F(SshConnectTest, RefusesAnUnknownKeyWithoutAKnownHostsFile) {
  std::filesystem::remove(server_.file("known_hosts"));
  EXPECT_THAT(refusal(server_.target()), HasSubstr("is unknown"));
}

TEST_F(SshConnectTest, AcceptsTheKeyOnceItWasAddedAsAdvised) {
  const std::string keys =
      run_program({"/usr/bin/ssh-keyscan", "-p", std::to_string(server_.port()), "127.0.0.1"});
  write_text(server_.file("known_hosts"), keys);
  EXPECT_EQ(refusal(server_.target()), "connected");
}

TEST_F(SshConnectTest, LaxHostKeyCheckingInTheConfigurationChangesNothing) {
  append_to_config("  StrictHostKeyChecking no\n");
  write_text(server_.file("known_hosts"), "");
  EXPECT_THAT(refusal(server_.target()), HasSubstr("is unknown"));
  make_key(server_.file("other_key"));
  server_.write_known_hosts(text_of(server_.file("other_key.pub")));
  EXPECT_THAT(refusal(server_.target()), HasSubstr("has CHANGED"));
}

TEST_F(SshConnectTest, RefusesAChangedKey) {
  make_key(server_.file("other_key"));
  server_.write_known_hosts(text_of(server_.file("other_key.pub")));
  EXPECT_THAT(refusal(server_.target()),
              AllOf(HasSubstr("has CHANGED"), HasSubstr("SHA256:"), HasSubstr("ssh-keygen -f"),
                    Not(HasSubstr("is unknown"))));
}

TEST_F(SshConnectTest, ReadsTheGlobalKnownHosts) {
  std::filesystem::rename(server_.file("known_hosts"), server_.file("global"));
  std::string config = text_of(server_.file("config"));
  config.replace(config.find("/dev/null"), 9, server_.file("global"));
  write_text(server_.file("config"), config);
  EXPECT_EQ(refusal(server_.target()), "connected");
}

TEST_F(SshConnectTest, SaysThatTheHostAcceptsNoneOfOurKeys) {
  replace_user_key("");
  EXPECT_THAT(refusal(server_.target()),
              AllOf(HasSubstr("accepts none of our keys"), HasSubstr("ssh-copy-id -p"),
                    HasSubstr(server_.user() + "@127.0.0.1")));
}

TEST_F(SshConnectTest, SaysThatAKeyIsEncryptedAndNoAgentHasIt) {
  replace_user_key("secret");
  write_text(server_.file("authorized_keys"), text_of(server_.file("user_key.pub")));
  const std::string key = server_.file("user_key");
  EXPECT_THAT(refusal(server_.target()),
              AllOf(HasSubstr("the private key " + key + " is encrypted"),
                    HasSubstr("ssh-add " + key), Not(HasSubstr("accepts none"))));
}

TEST_F(SshConnectTest, UsesTheAgent) {
  const std::string socket = server_.file("agent");
  const std::string started = run_program({"/usr/bin/ssh-agent", "-a", socket});
  const auto pid = static_cast<pid_t>(std::stoi(started.substr(started.find("pid ") + 4)));
  run_program(
      {"/usr/bin/env", "SSH_AUTH_SOCK=" + socket, "ssh-add", "-q", server_.file("user_key")});
  std::filesystem::remove(server_.file("user_key"));
  std::filesystem::remove(server_.file("user_key.pub"));
  std::string config = text_of(server_.file("config"));
  config.replace(config.find("IdentityAgent none"), 18, "IdentityAgent " + socket);
  write_text(server_.file("config"), config);
  EXPECT_EQ(refusal(server_.target()), "connected");
  ::kill(pid, SIGTERM);
}

TEST_F(SshConnectTest, FollowsAProxyJump) {
  ::setenv("SHLVL", "1", 1);  // libssh starts ssh from a shell; ours is to read no .bashrc
  append_to_config("Host behind\n  ProxyJump node\n" +
                   text_of(server_.file("config")).substr(std::string("Host node\n").size()));
  SshTarget target = server_.target();
  target.host = "behind";
  EXPECT_EQ(refusal(target), "connected");
}

TEST_F(SshConnectTest, ConnectsAnewAfterALostConnection) {
  const auto shell = retrying(connect_ssh(server_.target(), "node"));
  const CommandResult parent = shell->run({.argv = {"sh", "-c", "echo $PPID"}});
  // What serves this connection; sshd itself stays.
  run_program({"/bin/sh", "-c", "kill -KILL " + parent.out});
  EXPECT_EQ(shell->run(reading({"echo", "again"})).out, "again\n");
}

TEST_F(SshConnectTest, NoticesAHostThatHangs) {
  const SshTimings timings{.quiet = milliseconds(100), .answer = milliseconds(200)};
  const auto shell = connect_ssh(server_.target(), "node", timings);
  const auto process = shell->start({.argv = {"sh", "-c", "echo begun; sleep 1000"}});
  ASSERT_TRUE(process->next_line(seconds(5)).has_value());
  server_.signal_all(SIGSTOP);
  EXPECT_THAT(message_of<ConnectionError>([&] { process->finish(); }),
              HasSubstr("no sign of life for 0."));
}

TEST_F(SshConnectTest, LeavesACommandAloneThatIsSilent) {
  const SshTimings timings{.quiet = milliseconds(20), .answer = seconds(5)};
  const auto shell = connect_ssh(server_.target(), "node", timings);
  EXPECT_EQ(shell->run({.argv = {"sleep", "0.5"}}).exit_status, 0);
}

TEST(SshConnectFailureTest, NamesAConfigurationThatCannotBeRead) {
  EXPECT_THAT(message_of<InputError>(
                  [&] { connect_ssh({.host = "node", .config_file = "/no/such/file"}, "node"); }),
              HasSubstr("/no/such/file: cannot be read"));
}

// A configuration that names a port of the loopback and nothing else.
class LoopbackTarget {
 public:
  explicit LoopbackTarget(int port) {
    write_text(directory_.path() / "config", "");
    target_ = {.host = "127.0.0.1", .port = port, .config_file = directory_.path() / "config"};
  }

  const SshTarget& get() const { return target_; }

 private:
  TemporaryDirectory directory_;
  SshTarget target_;
};

TEST(SshConnectFailureTest, SaysThatThePortIsClosed) {
  int port = 0;
  {
    const SilentListener listener;
    port = listener.port();
  }
  EXPECT_THAT(
      refusal(LoopbackTarget(port).get()),
      AllOf(HasSubstr(fmt::format("127.0.0.1 port {}", port)), HasSubstr("Connection refused")));
}

TEST(SshConnectFailureTest, SaysThatTheNameDoesNotResolve) {
  TemporaryDirectory directory;
  write_text(directory.path() / "config", "Host node\n  HostName no-such-host.invalid\n");
  EXPECT_THAT(refusal({.host = "node", .config_file = directory.path() / "config"}),
              HasSubstr("does not resolve"));
}

TEST(SshConnectFailureTest, GivesUpOnAPortThatNeverGreets) {
  const SilentListener listener;
  EXPECT_THAT(refusal(LoopbackTarget(listener.port()).get(), {.connect = milliseconds(200)}),
              HasSubstr("no SSH greeting came within 0.2 s"));
}

TEST(SshConnectFailureTest, GivesUpOnAPortThatAcceptsNothing) {
  const SilentListener listener;
  std::vector<FileDescriptor> waiting;  // fill its queue, until the kernel answers no more
  const auto fill = [&] {
    waiting.push_back(connect_tcp("127.0.0.1", static_cast<unsigned int>(listener.port()),
                                  RealClock().now() + milliseconds(50)));
  };
  EXPECT_THROW(for (int i = 0; i < 20; ++i) fill(), ConnectionError);
  EXPECT_THAT(refusal(LoopbackTarget(listener.port()).get(), {.connect = milliseconds(200)}),
              HasSubstr("no answer within 0.2 s"));
}

// Runs in a network of its own, where 192.0.2.0/24 swallows everything. Exits with 0 when the
// deadline fires, 77 when such a network cannot be made.
int connect_into_black_hole() {
  if (::unshare(CLONE_NEWNET) != 0) return 77;
  try {
    const auto ip = [](std::vector<std::string> arguments) {
      arguments.insert(arguments.begin(), "/usr/sbin/ip");
      run_program(arguments);
    };
    ip({"link", "add", "hole", "type", "veth", "peer", "name", "bottom"});
    ip({"address", "add", "192.0.2.1/24", "dev", "hole"});
    ip({"link", "set", "hole", "up"});
    ip({"link", "set", "bottom", "up"});
    ip({"neigh", "add", "192.0.2.2", "lladdr", "02:00:00:00:00:01", "dev", "hole"});
  } catch (const std::runtime_error&) {
    return 77;
  }
  const auto started = std::chrono::steady_clock::now();
  TemporaryDirectory directory;
  write_text(directory.path() / "config", "");
  const std::string text =
      refusal({.host = "192.0.2.2", .config_file = directory.path() / "config"},
              {.connect = milliseconds(300)});
  const bool in_time = std::chrono::steady_clock::now() - started < seconds(2);
  return in_time && text.find("no answer within 0.3 s") != std::string::npos ? 0 : 1;
}

TEST(SshConnectFailureTest, GivesUpInABlackHole) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(connect_into_black_hole());
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "a network of its own takes root and iproute2";
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace pve_accept
