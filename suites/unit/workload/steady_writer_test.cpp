#include "support/workload/steady_writer.h"

#include "suites/unit/matchers.h"
#include "suites/unit/mock_host.h"
#include "suites/unit/running_script.h"
#include "suites/unit/scripted_process.h"

namespace pve_accept {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A line every quarter of a second from the start on, the writes stuck from `from_s` to `to_s`.
std::vector<ScriptedLine> lines_of_writer(double from_s, double to_s) {
  std::vector<ScriptedLine> lines;
  int writes = 0;
  for (int i = 1; i <= 120; ++i) {
    const double at_s = i * 0.25;
    const bool stuck = at_s > from_s && at_s <= to_s;
    if (!stuck) writes += 5;
    const double gap_s = at_s > from_s ? std::min(at_s, to_s) - from_s : 0.05;
    lines.push_back({milliseconds(i * 250),
                     fmt::format(R"({{"at_s":{},"writes":{},"last_ago_s":{},"longest_gap_s":{}}})",
                                 100 + at_s, writes, stuck ? at_s - from_s : 0.02, gap_s)});
  }
  return lines;
}

class SteadyWriterTest : public testing::Test {
 protected:
  SteadyWriter writer(std::vector<ScriptedLine> lines, ScriptedProcess::End end) {
    EXPECT_CALL(guest.shell, start(CommandLine("perl - --seconds 60")))
        .WillOnce(Return(
            ByMove(std::make_unique<ScriptedProcess>(clock, std::move(lines), std::move(end)))));
    ON_CALL(guest.shell, run(CommandLine("cat /proc/uptime")))
        .WillByDefault([this](const Command&) {
          return prints(
              fmt::format("{:.2f} 1.00\n", 100 + to_seconds(clock.now() - Clock::Instant{})));
        });
    return {guest.shell, clock, "script", seconds(60)};
  }

  MockHost guest{"vm"};
  FakeClock clock;
};

TEST_F(SteadyWriterTest, StopsAndGoesOn) {
  SteadyWriter steady = writer(lines_of_writer(1, 6), {.at = seconds(31)});
  clock.sleep_for(seconds(2));
  EXPECT_TRUE(steady.stops());
  EXPECT_TRUE(steady.goes_on());
  EXPECT_DOUBLE_EQ(steady.longest_gap_s(), 5);
}

TEST_F(SteadyWriterTest, GoesOnOnlyByAWriteOfLater) {
  SteadyWriter steady = writer(lines_of_writer(5, 40), {.at = seconds(31)});
  clock.sleep_for(seconds(7));  // what was written before that waits to be read
  EXPECT_FALSE(steady.goes_on());
}

TEST_F(SteadyWriterTest, DoesNotStopForLessThanThreeSeconds) {
  SteadyWriter steady = writer(lines_of_writer(1, 3.9), {.at = seconds(31)});
  EXPECT_FALSE(steady.stops());
}

TEST_F(SteadyWriterTest, MayNeverGoOn) {
  SteadyWriter steady = writer(lines_of_writer(1, 40), {.at = seconds(31)});
  EXPECT_TRUE(steady.stops());
  EXPECT_FALSE(steady.goes_on());
}

TEST_F(SteadyWriterTest, ThatDiesOrSaysNothingIsAnError) {
  const std::vector<ScriptedLine> some = {
      {seconds(1), R"({"at_s":101,"writes":4,"last_ago_s":0.01,"longest_gap_s":0.06})"}};
  SteadyWriter dies = writer(
      some, {.at = seconds(2), .result = {.exit_status = 1, .err = "writer: write: full\n"}});
  EXPECT_THAT(trouble_of([&] { dies.stops(); }), HasSubstr("writer: write: full"));
  SteadyWriter silent =
      writer({{clock.now() - Clock::Instant{} + seconds(1), some[0].text}}, {.at = seconds(1000)});
  EXPECT_THAT(trouble_of([&] { silent.goes_on(); }), HasSubstr("says nothing"));
}

TEST(WriteProgressLine, HasItsFigures) {
  const WriteProgress seen =
      parse_write_progress(R"({"at_s":99.5,"writes":15,"last_ago_s":3.20,"longest_gap_s":4})");
  EXPECT_EQ(seen.writes, 15);
  EXPECT_DOUBLE_EQ(seen.last_ago_s, 3.2);
  for (const char* line : {"", "{}", R"({"at_s":1,"writes":-1,"last_ago_s":0,"longest_gap_s":0})",
                           R"({"at_s":1,"writes":1,"last_ago_s":0})",
                           R"({"at_s":1,"writes":1,"last_ago_s":-0.1,"longest_gap_s":0})",
                           R"({"at_s":1,"writes":1,"last_ago_s":0,"longest_gap_s":2})"}) {
    EXPECT_NE(trouble_of([&] { parse_write_progress(line); }), "") << line;
  }
}

class WriterScript : public RunningScript {
 public:
  explicit WriterScript(const std::string& arguments, const std::string& into = {})
      : RunningScript("writer.pl", arguments, {.into = into}) {}
};

TEST(WriterScriptTest, WritesUntilItsTimeIsOver) {
  WriterScript script("--seconds 1.2");
  const WriteProgress first = parse_write_progress(script.line());
  const WriteProgress second = parse_write_progress(script.line());
  EXPECT_GT(second.writes, first.writes);
  EXPECT_EQ(script.end(), 0);
}

TEST(WriterScriptTest, EndsWhenNobodyListens) {
  WriterScript script("--seconds 60", " | head -n 1");
  EXPECT_THAT(script.line(), HasSubstr("writes"));
  EXPECT_EQ(script.end(), 0);  // long before those 60 seconds: the test would not
}

TEST(WriterScriptTest, RefusesBadArguments) {
  for (const char* arguments : {"", "--seconds 0", "--seconds x", "--seconds 1 y"}) {
    EXPECT_EQ(WriterScript(arguments).end(), 64) << arguments;
  }
}

}  // namespace
}  // namespace pve_accept
