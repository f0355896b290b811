#include <chrono>
#include <fstream>
#include <random>

#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "suites/unit/sanitized.h"
#include "suites/unit/shell/ssh_server.h"
#include "support/shell/ssh_shell.h"

namespace pve_accept {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class SshCommandTest : public testing::Test {
 protected:
  SshServer server_;
  std::unique_ptr<Shell> shell_ = connect_ssh(server_.target(), "node");
};

TEST_F(SshCommandTest, KeepsOutputAndErrorsApart) {
  const CommandResult result = shell_->run({.argv = {"sh", "-c", "echo out; echo err >&2"}});
  EXPECT_EQ(result.exit_status, 0);
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
}

TEST_F(SshCommandTest, ReportsTheExitStatus) {
  EXPECT_EQ(shell_->run({.argv = {"sh", "-c", "exit 7"}}).exit_status, 7);
}

TEST_F(SshCommandTest, ReportsDeathBySignalAs128PlusItsNumber) {
  EXPECT_EQ(shell_->run({.argv = {"sh", "-c", "kill -TERM $$"}}).exit_status, 128 + 15);
}

TEST_F(SshCommandTest, ReportsAnUnknownCommandAsTheRemoteShellDoes) {
  const CommandResult result = shell_->run({.argv = {"no-such-command"}});
  EXPECT_EQ(result.exit_status, 127);
  EXPECT_THAT(result.err, HasSubstr("no-such-command"));
}

TEST_F(SshCommandTest, PassesBinaryOutput) {
  EXPECT_EQ(shell_->run({.argv = {"printf", "a\\0b\\377\\n"}}).out, std::string("a\0b\377\n", 5));
}

TEST_F(SshCommandTest, ForwardsNoEnvironmentAndNoTerminal) {
  ::setenv("LC_PVE_ACCEPT", "leaked", 1);
  const CommandResult result =
      shell_->run({.argv = {"sh", "-c", "echo \"${LC_PVE_ACCEPT-unset}\"; tty"}});
  EXPECT_EQ(result.out, "unset\nnot a tty\n");
}

TEST_F(SshCommandTest, EchoesMoreInputThanAnyBufferHolds) {
  std::string input(5UL << 20U, '\0');
  std::mt19937 random(1);
  for (char& c : input) c = static_cast<char>(random());
  const CommandResult result = shell_->run({.argv = {"cat"}, .input = input});
  EXPECT_EQ(result.exit_status, 0);
  EXPECT_TRUE(result.out == input);
}

TEST_F(SshCommandTest, EndsWhenTheCommandLeavesItsInputUnread) {
  const Command command{.argv = {"true"}, .input = std::string(3UL << 20U, 'x')};
  for (int i = 0; i < 12; ++i) EXPECT_EQ(shell_->run(command).exit_status, 0);
}

// A figure of /proc/self/status, in KiB.
long own_status_kib(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == name + ":") {
      long kib = 0;
      status >> kib;
      return kib;
    }
  }
  throw std::runtime_error("no " + name + " in /proc/self/status");
}

// The address sanitizer holds freed memory back: under it, the process's size says nothing.
constexpr bool kMemoryIsTelling = !kSanitized;
constexpr long kMaxGrowthMib = 50;

TEST_F(SshCommandTest, Takes200MegabytesOfOutputInBoundedMemory) {
  write_text("/proc/self/clear_refs", "5");  // the peak starts over
  const long before_kib = own_status_kib("VmRSS");
  const CommandResult result =
      shell_->run({.argv = {"sh", "-c", "echo first; head -c 200000000 /dev/zero; echo last"}});
  const long growth_kib = own_status_kib("VmHWM") - before_kib;
  if (kMemoryIsTelling) {
    EXPECT_LT(growth_kib, kMaxGrowthMib * 1024);
  }
  EXPECT_TRUE(result.out.starts_with("first\n"));
  EXPECT_TRUE(result.out.ends_with("last\n"));
  EXPECT_THAT(result.out, HasSubstr("[… 183222795 bytes left out …]"));
}

// A file whose pieces all differ, so that one that is lost, doubled or out of order shows.
std::filesystem::path numbered_file(const SshServer& server, std::size_t bytes) {
  const auto file = server.file("input");
  std::ofstream out(file, std::ios::binary);
  std::string block;
  for (std::size_t written = 0; written < bytes; written += block.size()) {
    block = std::to_string(written) + '\n';
    block.resize(std::min<std::size_t>(4000, bytes - written), '.');
    out << block;
  }
  return file;
}

TEST_F(SshCommandTest, GivesAFileOf200MegabytesInBoundedMemory) {
  const auto file = numbered_file(server_, 200'000'000);
  write_text("/proc/self/clear_refs", "5");  // the peak starts over
  const long before_kib = own_status_kib("VmRSS");
  const CommandResult result =
      shell_->run({.argv = {"sha256sum"}, .input_file = file, .deadline = seconds(120)});
  const long growth_kib = own_status_kib("VmHWM") - before_kib;
  if (kMemoryIsTelling) {
    EXPECT_LT(growth_kib, kMaxGrowthMib * 1024);
  }
  EXPECT_EQ(result.out.substr(0, 64), run_program({"/usr/bin/sha256sum", file}).substr(0, 64));
}

TEST_F(SshCommandTest, GivesAnEmptyFileAsNoInput) {
  write_text(server_.file("empty"), "");
  EXPECT_EQ(shell_->run({.argv = {"wc", "-c"}, .input_file = server_.file("empty")}).out, "0\n");
}

TEST_F(SshCommandTest, EndsWhenTheCommandLeavesItsFileUnread) {
  const auto file = numbered_file(server_, 20'000'000);
  EXPECT_EQ(shell_->run({.argv = {"true"}, .input_file = file}).exit_status, 0);
}

TEST_F(SshCommandTest, NamesAnUnreadableFileBeforeTheCommandStarts) {
  const auto mark = server_.file("mark");
  EXPECT_THAT(message_of<InputError>([&] {
                shell_->run({.argv = {"touch", mark}, .input_file = "/nonexistent/postgres.tar"});
              }),
              HasSubstr("/nonexistent/postgres.tar: cannot be read"));
  shell_->run({.argv = {"true"}});
  EXPECT_FALSE(std::filesystem::exists(mark));
}

TEST_F(SshCommandTest, FailsWhenTheFileBecomesShorterWhileItIsRead) {
  const auto file = numbered_file(server_, 50'000'000);
  const auto go = server_.file("go");
  const auto process =
      shell_->start({.argv = {"sh", "-c", "until test -e \"$0\"; do sleep 0.02; done; wc -c", go},
                     .input_file = file});
  process->next_line(milliseconds(100));  // what fits is on its way
  std::filesystem::resize_file(file, 1000);
  write_text(go, "");
  try {
    process->finish();
    FAIL();
  } catch (const ConnectionError&) {
    FAIL() << "a lost connection, which may be tried again";
  } catch (const HarnessError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr(file.string()), HasSubstr("before the size")));
  }
  EXPECT_EQ(shell_->run({.argv = {"echo", "alive"}}).out, "alive\n");
}

TEST_F(SshCommandTest, GivesLinesAsTheyComeAndAllOutputAtTheEnd) {
  const auto process = shell_->start(
      {.argv = {"sh", "-c", "echo 1; read x; echo 2 >&2; printf 3"}, .input = "go\n"});
  std::vector<std::string> lines;
  while (!process->ended()) {
    if (const auto line = process->next_line(seconds(5))) {
      lines.push_back((line->stream == OutputLine::Stream::kErr ? "err " : "out ") + line->text);
    }
  }
  EXPECT_THAT(lines, testing::UnorderedElementsAre("out 1", "err 2", "out 3"));
  const CommandResult result = process->finish();
  EXPECT_EQ(result.out, "1\n3");
  EXPECT_EQ(result.err, "2\n");
}

TEST_F(SshCommandTest, WaitsForALineNoLongerThanAsked) {
  const auto process = shell_->start({.argv = {"sleep", "1000"}});
  EXPECT_EQ(process->next_line(milliseconds(1)), std::nullopt);
  EXPECT_FALSE(process->ended());
}

TEST_F(SshCommandTest, RunsTenCommandsAtOnce) {
  std::vector<std::unique_ptr<Process>> processes;
  processes.reserve(10);
  for (int i = 0; i < 10; ++i) {
    processes.push_back(shell_->start(
        {.argv = {"sh", "-c", "read n; echo $n"}, .input = std::to_string(i) + "\n"}));
  }
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(processes[static_cast<std::size_t>(i)]->finish().out, std::to_string(i) + "\n");
  }
}

TEST_F(SshCommandTest, GivesTheNinthCommandItsTurnWhenAnotherEnds) {
  std::vector<std::unique_ptr<Process>> processes;
  processes.reserve(8);
  for (int i = 0; i < 8; ++i) processes.push_back(shell_->start({.argv = {"sleep", "1000"}}));
  const auto ninth = shell_->start({.argv = {"echo", "ninth"}});
  EXPECT_EQ(ninth->next_line(milliseconds(50)), std::nullopt);
  processes.front()->cancel();
  EXPECT_EQ(ninth->finish().out, "ninth\n");
}

TEST_F(SshCommandTest, SaysThatACommandWaitedForItsTurnInVain) {
  std::vector<std::unique_ptr<Process>> processes;
  processes.reserve(8);
  for (int i = 0; i < 8; ++i) processes.push_back(shell_->start({.argv = {"sleep", "1000"}}));
  EXPECT_THAT(message_of<DeadlineError>(
                  [&] { shell_->run({.argv = {"true"}, .deadline = milliseconds(50)}); }),
              HasSubstr("waited 0.05 s for a free channel"));
}

TEST_F(SshCommandTest, RunsManyCommandsOneAfterAnother) {
  for (int i = 0; i < 100; ++i) EXPECT_EQ(shell_->run({.argv = {"true"}}).exit_status, 0);
}

TEST_F(SshCommandTest, ReplacesManyEndedProcessesAtOnce) {
  for (int round = 0; round < 5; ++round) {
    std::vector<std::unique_ptr<Process>> processes;
    processes.reserve(16);
    for (int i = 0; i < 16; ++i) processes.push_back(shell_->start({.argv = {"true"}}));
    for (const auto& process : processes) EXPECT_EQ(process->finish().exit_status, 0);
  }
}

TEST_F(SshCommandTest, CancelledProcessHasTheStatusOfTheSignal) {
  const auto process = shell_->start({.argv = {"sh", "-c", "echo begun; sleep 1000"}});
  EXPECT_EQ(process->next_line(seconds(5))->text, "begun");
  process->cancel();
  EXPECT_TRUE(process->ended());
  EXPECT_EQ(process->finish().exit_status, 128 + 15);
  EXPECT_EQ(process->finish().out, "begun\n");
}

TEST_F(SshCommandTest, LostConnectionFailsTheRunningCommandsAtOnceAndNamesThem) {
  const auto first = shell_->start({.argv = {"sh", "-c", "echo 1; sleep 1000"}});
  const auto second = shell_->start({.argv = {"sleep", "1001"}});
  ASSERT_TRUE(first->next_line(seconds(5)).has_value());
  server_.signal_all(SIGKILL);
  const auto started = std::chrono::steady_clock::now();
  for (const auto& [process, line] :
       {std::pair{first.get(), "sleep 1000"}, std::pair{second.get(), "sleep 1001"}}) {
    EXPECT_THAT(message_of<ConnectionError>([process = process] { process->finish(); }),
                AllOf(HasSubstr("the connection was lost"), HasSubstr(line), HasSubstr("on node")));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - started, seconds(2));
}

}  // namespace
}  // namespace pve_accept
