#include "support/shell/transcript.h"

#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "suites/unit/mock_shell.h"
#include "suites/unit/parse_json.h"
#include "support/base/file.h"
#include "support/base/temporary_directory.h"

namespace pve_accept {
namespace {

class TranscriptTest : public testing::Test {
 protected:
  TranscriptTest() : mock_(new testing::StrictMock<MockShell>("node")) {
    shell_ = transcribed(std::unique_ptr<Shell>(mock_), transcript_);
  }

  // The lines of the transcript, parsed.
  std::vector<Json> entries() const {
    std::vector<Json> result;
    std::istringstream lines(read_file(directory_.path() / "t.jsonl"));
    for (std::string line; std::getline(lines, line);) result.push_back(parse_json(line));
    return result;
  }

  TemporaryDirectory directory_;
  FakeClock clock_;
  std::shared_ptr<Transcript> transcript_ =
      std::make_shared<Transcript>(directory_.path() / "t.jsonl", clock_);
  MockShell* mock_;
  std::unique_ptr<Shell> shell_;
};

TEST_F(TranscriptTest, KeepsCommandHostExitAndOutput) {
  EXPECT_CALL(*mock_, run)
      .WillOnce(Return(CommandResult{7, "out\n", "err\n", std::chrono::milliseconds(1500)}));
  shell_->run({.argv = {"pct", "exec", "9001", "--", "sh -c"}});
  ASSERT_EQ(entries().size(), 1U);
  const Json entry = entries()[0];
  EXPECT_EQ(entry["at"], "2026-06-07T08:50:00.000Z");
  EXPECT_EQ(entry["where"], "node");
  EXPECT_EQ(entry["command"], "pct exec 9001 -- 'sh -c'");
  EXPECT_EQ(entry["exit"], 7);
  EXPECT_EQ(entry["duration_s"], 1.5);
  EXPECT_EQ(entry["stdout"], "out\n");
  EXPECT_EQ(entry["stderr"], "err\n");
}

TEST_F(TranscriptTest, SaysWhatEachCommandWasFor) {
  EXPECT_CALL(*mock_, run).Times(2).WillRepeatedly(Return(CommandResult{}));
  shell_->run({.argv = {"hostname"}});
  transcript_->attribute_to("docker.exec/vm");
  shell_->run({.argv = {"docker", "ps"}});
  EXPECT_FALSE(entries()[0].contains("for"));
  EXPECT_EQ(entries()[1]["for"], "docker.exec/vm");
}

// What is written is what is read: of a run that was killed, all but a line that is cut.
TEST_F(TranscriptTest, IsReadAgainButForALineThatIsCut) {
  EXPECT_CALL(*mock_, run)
      .WillOnce(Return(CommandResult{7, "out\n", "", std::chrono::milliseconds(1500)}))
      .WillOnce(Throw(ConnectionError("run qm", "connection lost")));
  transcript_->attribute_to("provision/vm");
  shell_->run({.argv = {"qm", "list"}, .input = "SECRET"});
  EXPECT_THROW(shell_->run({.argv = {"qm", "list"}}), ConnectionError);
  std::ofstream(directory_.path() / "t.jsonl", std::ios::app) << "{\"at\": \"2026";
  const CommandLog log = read_command_log(directory_.path() / "t.jsonl");
  EXPECT_TRUE(log.found);
  EXPECT_EQ(log.unreadable, 1U);
  ASSERT_EQ(log.commands.size(), 2U);
  EXPECT_EQ(log.commands[0].purpose, "provision/vm");
  EXPECT_EQ(log.commands[0].exit, 7);
  EXPECT_EQ(log.commands[0].out, "out\n");
  EXPECT_EQ(log.commands[0].input_bytes, 6);
  EXPECT_FALSE(log.commands[1].exit.has_value());
  EXPECT_THAT(log.commands[1].failure.value_or(""), HasSubstr("connection lost"));
  EXPECT_FALSE(read_command_log(directory_.path() / "none.jsonl").found);
}

TEST_F(TranscriptTest, NeverWritesWhatWentToStandardInput) {
  EXPECT_CALL(*mock_, run).WillOnce(Return(CommandResult{}));
  shell_->run({.argv = {"install", "-m", "0600", "/dev/stdin", "/run/k"}, .input = "SECRET"});
  EXPECT_THAT(read_file(directory_.path() / "t.jsonl"), Not(HasSubstr("SECRET")));
  EXPECT_EQ(entries()[0]["input_bytes"], 6);
}

TEST_F(TranscriptTest, NamesAnInputFileAndCountsItsBytes) {
  const auto file = directory_.path() / "redis.tar";
  write_file_atomically(file, "LAYERS");
  EXPECT_CALL(*mock_, run).WillOnce(Return(CommandResult{}));
  shell_->run({.argv = {"docker", "load"}, .input_file = file});
  EXPECT_THAT(read_file(directory_.path() / "t.jsonl"), Not(HasSubstr("LAYERS")));
  EXPECT_EQ(entries()[0]["input_bytes"], 6);
  EXPECT_EQ(entries()[0]["input_file"], file.string());
}

TEST_F(TranscriptTest, KeepsWhyACommandGaveNoResult) {
  EXPECT_CALL(*mock_, run).WillOnce(Throw(ConnectionError("run qm", "connection lost")));
  EXPECT_THROW(shell_->run({.argv = {"qm", "list"}}), ConnectionError);
  EXPECT_TRUE(entries()[0]["exit"].is_null());
  EXPECT_THAT(entries()[0]["failure"].get<std::string>(), HasSubstr("connection lost"));
}

// The command was run, whatever became of the line.
TEST_F(TranscriptTest, RemembersWhatAFullDiskKeptOutOfIt) {
  std::filesystem::create_symlink("/dev/full", directory_.path() / "t.jsonl");
  EXPECT_CALL(*mock_, run).Times(2).WillRepeatedly(Return(CommandResult{0, "9000\n", "", {}}));
  transcript_->require_whole();
  EXPECT_EQ(shell_->run({.argv = {"qm", "list"}}).out, "9000\n");
  EXPECT_EQ(shell_->run({.argv = {"qm", "list"}}).out, "9000\n");
  EXPECT_THAT(message_of([&] { transcript_->require_whole(); }),
              AllOf(HasSubstr("t.jsonl"), HasSubstr("No space left on device")));
}

// A limit on the size of a file cuts a line as a disk does that fills up in the middle of it.
TEST_F(TranscriptTest, LeavesNoHalfOfALine) {
  EXPECT_CALL(*mock_, run).Times(2).WillRepeatedly(Return(CommandResult{0, "9000\n", "", {}}));
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto on_excess = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{.rlim_cur = 20, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &tight);
  shell_->run({.argv = {"qm", "list"}});
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, on_excess);
  EXPECT_THROW(transcript_->require_whole(), HarnessError);
  shell_->run({.argv = {"qm", "config", "9000"}});
  ASSERT_EQ(entries().size(), 1U);
  EXPECT_EQ(entries()[0]["command"], "qm config 9000");
}

TEST_F(TranscriptTest, ShortensLongOutput) {
  EXPECT_CALL(*mock_, run).WillOnce(Return(CommandResult{0, std::string(1'000'000, 'x'), "", {}}));
  shell_->run({.argv = {"cat", "big"}});
  const auto text = entries()[0]["stdout"].get<std::string>();
  EXPECT_LT(text.size(), 20'000U);
  EXPECT_THAT(text, HasSubstr("983616 bytes left out"));
}

TEST_F(TranscriptTest, SurvivesOutputThatIsNotUtf8) {
  EXPECT_CALL(*mock_, run).WillOnce(Return(CommandResult{0, "\xff\xfe", "", {}}));
  shell_->run({.argv = {"cat", "binary"}});
  EXPECT_EQ(entries().size(), 1U);
}

TEST_F(TranscriptTest, FollowsIntoTheGuest) {
  auto guest = std::make_unique<testing::StrictMock<MockShell>>("lxc");
  EXPECT_CALL(*guest, run).WillOnce(Return(CommandResult{}));
  EXPECT_CALL(*mock_, hop).WillOnce(Return(ByMove(std::move(guest))));
  shell_->hop({.name = "lxc", .address = "192.0.2.1"})->run({.argv = {"true"}});
  EXPECT_EQ(entries()[0]["where"], "lxc");
}

TEST_F(TranscriptTest, NotesAProcessOnceAtItsEnd) {
  auto process = std::make_unique<testing::NiceMock<MockProcess>>();
  EXPECT_CALL(*process, finish).WillOnce(Return(CommandResult{2, "report", "", {}}));
  EXPECT_CALL(*mock_, start).WillOnce(Return(ByMove(std::move(process))));
  shell_->start({.argv = {"pgbench"}})->finish();
  ASSERT_EQ(entries().size(), 1U);
  EXPECT_EQ(entries()[0]["exit"], 2);
}

TEST_F(TranscriptTest, NotesAProcessThatWasLeft) {
  EXPECT_CALL(*mock_, start)
      .WillOnce(Return(ByMove(std::make_unique<testing::NiceMock<MockProcess>>())));
  auto process = shell_->start({.argv = {"perl", "-"}});
  clock_.sleep_for(std::chrono::milliseconds(1250));
  process.reset();
  ASSERT_EQ(entries().size(), 1U);
  EXPECT_EQ(entries()[0]["duration_s"], 1.25);
  EXPECT_THAT(entries()[0]["failure"].get<std::string>(), HasSubstr("left running"));
}

}  // namespace
}  // namespace pve_accept
