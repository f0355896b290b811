#include "support/sshd/service.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "suites/unit/shell/ssh_server.h"
#include "support/base/error.h"
#include "support/base/temporary_directory.h"
#include "support/shell/ssh_key.h"
#include "support/shell/ssh_shell.h"

namespace pve_accept {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Does what the words of its line say: "out TEXT", "err TEXT", "exit N", "input", "much MIB",
// "hang", "cut".
class ScriptedServedProcess final : public ServedProcess {
 public:
  ScriptedServedProcess(const std::string& line, std::string input) {
    std::istringstream words(line);
    std::string word;
    while (words >> word) {
      std::string value;
      if (word == "out" && words >> value) output_.out += value + "\n";
      if (word == "err" && words >> value) output_.err += value + "\n";
      if (word == "exit" && words >> value) exit_status_ = std::stoi(value);
      if (word == "much" && words >> value) output_.out.assign(std::stoul(value) << 20U, 'x');
      if (word == "input") output_.out += std::exchange(input, {});
      if (word == "hang") hangs_ = true;
      if (word == "cut") cut_ = true;
    }
  }

  Output take() override {
    if (cut_) throw ConnectionError("run a command", "the connection was lost");
    return std::exchange(output_, {});
  }
  std::optional<int> exit_status() override {
    return hangs_ ? std::nullopt : std::optional(exit_status_);
  }
  Clock::Instant due() override { return hangs_ ? Clock::Instant::max() : RealClock().now(); }

 private:
  Output output_;
  int exit_status_ = 0;
  bool hangs_ = false;
  bool cut_ = false;
};

// "front", and one host behind it at 192.0.2.7.
class ScriptedHosts final : public ServedHosts {
 public:
  explicit ScriptedHosts(const std::filesystem::path& directory) : directory_(directory) {
    for (const char* key : {"front", "behind"}) key_of(key);
    identity_ = generate_ssh_key(directory / "id").public_line;
  }

  std::string public_key(const std::string& host) const { return keys_.at(host); }

  std::string front() override { return "front"; }
  std::string name_of(const std::string& id) override { return id; }
  std::filesystem::path host_key_file(const std::string& id) override { return directory_ / id; }
  std::vector<std::string> authorized_keys(const std::string&) override {
    return {"# a comment", "ssh-ed25519 nonsense", identity_};
  }
  bool reads_input(const std::string& line) override {
    return line.find("input") != std::string::npos;
  }
  std::unique_ptr<ServedProcess> start(const std::string& id, const std::string& line,
                                       std::string input) override {
    if (line == "where") {
      return std::make_unique<ScriptedServedProcess>("out " + id, "");
    }
    return std::make_unique<ScriptedServedProcess>(line, std::move(input));
  }
  std::string host_at(const std::string& address, int port) override {
    if (address == "192.0.2.7" && port == 22) return "behind";
    throw ConnectionError("connect to " + address, "no route to host");
  }

 private:
  void key_of(const std::string& host) {
    keys_[host] = generate_ssh_key(directory_ / host).public_line;
  }

  std::filesystem::path directory_;
  std::map<std::string, std::string> keys_;
  std::string identity_;
};

class SshServiceTest : public testing::Test {
 protected:
  SshServiceTest() {
    write_text(directory_.path() / "known_hosts",
               fmt::format("[127.0.0.1]:{} {}\n", service_.port(), hosts_.public_key("front")));
    write_configuration("root", "id");
  }
  ~SshServiceTest() override {
    stop_ = 1;
    thread_.join();
  }

  void write_configuration(const std::string& user, const std::string& identity) {
    write_text(directory_.path() / "config",
               fmt::format("Host front\n  HostName 127.0.0.1\n  Port {}\n  User {}\n"
                           "  IdentityFile {}\n  IdentitiesOnly yes\n  UserKnownHostsFile {}\n"
                           "  GlobalKnownHostsFile /dev/null\n",
                           service_.port(), user, (directory_.path() / identity).string(),
                           (directory_.path() / "known_hosts").string()));
  }

  std::unique_ptr<Shell> connect() {
    return connect_ssh({.host = "front", .config_file = directory_.path() / "config"}, "node");
  }

  Endpoint behind() const {
    return {.name = "lxc",
            .address = "192.0.2.7",
            .identity_file = (directory_.path() / "id").string(),
            .host_keys = {hosts_.public_key("behind")}};
  }

  // OpenSSH's own client, with what is typed as its standard input.
  std::string openssh(const std::string& arguments, const std::string& typed = "") {
    write_text(directory_.path() / "typed", typed);
    return run_program(
        {"/bin/sh", "-c",
         fmt::format("ssh -F {0}/config {1} < {0}/typed", directory_.path().string(), arguments)});
  }

  TemporaryDirectory directory_;
  ScriptedHosts hosts_{directory_.path()};
  SshService service_{hosts_, 0};
  volatile std::sig_atomic_t stop_ = 0;
  std::thread thread_{[this] { service_.serve_until(stop_); }};
};

TEST_F(SshServiceTest, RunsACommand) {
  const CommandResult result = connect()->run({.argv = {"out", "a", "err", "b", "exit", "3"}});
  EXPECT_EQ(result.out, "a\n");
  EXPECT_EQ(result.err, "b\n");
  EXPECT_EQ(result.exit_status, 3);
}

TEST_F(SshServiceTest, RunsManyCommandsOverOneConnection) {
  const auto shell = connect();
  std::vector<std::unique_ptr<Process>> processes;
  processes.reserve(30);
  for (int i = 0; i < 30; ++i) {
    processes.push_back(shell->start({.argv = {"out", std::to_string(i)}}));
  }
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(processes[static_cast<std::size_t>(i)]->finish().out, fmt::format("{}\n", i));
  }
}

TEST_F(SshServiceTest, GivesACommandAllOfItsInput) {
  std::string input(3UL << 20U, '\0');
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<char>(i * 7);
  EXPECT_TRUE(connect()->run({.argv = {"input"}, .input = input}).out == input);
}

TEST_F(SshServiceTest, SendsMoreThanAnyWindowHolds) {
  EXPECT_EQ(connect()->run({.argv = {"much", "8"}}).out.size(), 8UL << 20U);
}

TEST_F(SshServiceTest, ServesSeveralClientsAtOnce) {
  const auto first = connect();
  const auto hanging = first->start({.argv = {"out", "begun", "hang"}});
  ASSERT_TRUE(hanging->next_line(seconds(5)).has_value());
  EXPECT_EQ(connect()->run({.argv = {"where"}}).out, "front\n");
}

TEST_F(SshServiceTest, EndsACommandAtASignal) {
  EXPECT_THAT(message_of<DeadlineError>(
                  [&] { connect()->run({.argv = {"hang"}, .deadline = milliseconds(300)}); }),
              HasSubstr("was ended"));
}

TEST_F(SshServiceTest, CutsTheConnectionWithItsHost) {
  const auto shell = connect();
  EXPECT_THROW(shell->run({.argv = {"cut"}}), ConnectionError);
  EXPECT_EQ(shell->run({.argv = {"where"}}).out, "front\n");
}

TEST_F(SshServiceTest, ForwardsToTheHostBehind) {
  const auto shell = connect();
  const auto guest = shell->hop(behind());
  EXPECT_EQ(guest->run({.argv = {"where"}}).out, "behind\n");
  EXPECT_EQ(guest->run({.argv = {"much", "3"}}).out.size(), 3UL << 20U);
  EXPECT_EQ(shell->run({.argv = {"where"}}).out, "front\n");
}

TEST_F(SshServiceTest, EachHostShowsItsOwnKey) {
  Endpoint endpoint = behind();
  endpoint.host_keys = {hosts_.public_key("front")};
  const auto shell = connect();
  EXPECT_THROW(shell->hop(endpoint), ConnectionError);
}

TEST_F(SshServiceTest, ForwardsToNobodyElse) {
  Endpoint endpoint = behind();
  endpoint.address = "192.0.2.8";
  const auto shell = connect();
  EXPECT_THROW(shell->hop(endpoint), ConnectionError);
  EXPECT_EQ(shell->run({.argv = {"where"}}).out, "front\n");
}

TEST_F(SshServiceTest, RefusesAnotherKey) {
  generate_ssh_key(directory_.path() / "other");
  write_configuration("root", "other");
  EXPECT_THROW(connect(), ConnectionError);
}

TEST_F(SshServiceTest, RefusesAnotherUser) {
  write_configuration("somebody", "id");
  EXPECT_THROW(connect(), ConnectionError);
}

TEST_F(SshServiceTest, SaysThatThePortIsTaken) {
  EXPECT_THAT(message_of<HarnessError>([&] { const SshService second(hosts_, service_.port()); }),
              AllOf(HasSubstr(fmt::format("port {}", service_.port())), HasSubstr("--port")));
}

TEST_F(SshServiceTest, ServesOpenssh) {
  EXPECT_EQ(openssh("front out hello"), "hello\n");
  EXPECT_EQ(openssh("front input", "typed"), "typed");
}

TEST_F(SshServiceTest, IsAShellWithoutACommand) {
  EXPECT_EQ(openssh("-T front", "where\n\nout two\nout three"), "front\ntwo\nthree\n");
  EXPECT_EQ(openssh("-T front", "where\nexit\nout two\n"), "front\n");
}

TEST_F(SshServiceTest, IsAShellInATerminal) {
  const std::string screen = openssh("-tt front", "where\n\x04");
  EXPECT_THAT(screen, HasSubstr("what it prints comes from a model"));
  EXPECT_THAT(screen, HasSubstr("root@front:~# where\r\nfront\r\nroot@front:~# "));
}

}  // namespace
}  // namespace pve_accept
