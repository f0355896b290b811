#include "support/measure/load_window.h"

#include <fmt/ranges.h>

#include <limits>

#include "suites/unit/matchers.h"
#include "suites/unit/measure/samples.h"

namespace pve_accept {
namespace {

using namespace std::chrono_literals;

constexpr int kLoadSeconds = 20;

std::string problem_of(const LoadWindow& load) {
  return fmt::format("{}", fmt::join(load.window.problems, "; "));
}

std::optional<Progress> parse(std::string_view line) {
  Progress progress;
  if (std::sscanf(std::string(line).c_str(), "progress: %lf s, %lf tps", &progress.at_s,
                  &progress.tps) != 2) {
    return std::nullopt;
  }
  return progress;
}

class LoadWindowTest : public testing::Test {
 protected:
  // Progress as pgbench reports it, when its first second begins at `from`.
  static std::vector<ScriptedLine> progress_lines(Clock::Duration from, int count) {
    std::vector<ScriptedLine> lines{{from, "starting vacuum...end.", OutputLine::Stream::kErr}};
    for (int k = 1; k <= count; ++k) {
      lines.push_back(progress_line(from, k, 2211.7));
    }
    return lines;
  }

  static ScriptedLine progress_line(Clock::Duration from, int k, double tps) {
    return {from + std::chrono::seconds(k),
            fmt::format("progress: {}.0 s, {} tps, lat 1.8 ms stddev 1.0, 0 failed", k, tps),
            OutputLine::Stream::kErr};
  }

  // All reports from the tenth on come later: the load's clock stood still.
  static std::vector<ScriptedLine> with_a_pause(Clock::Duration pause) {
    std::vector<ScriptedLine> lines = progress_lines(200ms, 20);
    for (std::size_t i = 10; i < lines.size(); ++i) lines[i].at += pause;
    return lines;
  }

  // The load does this, while the sampler samples as it should: the first time after 300 ms.
  LoadWindow observe(std::vector<ScriptedLine> load, ScriptedProcess::End end) {
    std::vector<Sample> samples;
    samples.reserve(81);
    for (int second = 0; second < 81; ++second) samples.push_back(sample_at(second));
    return observe(std::move(load), std::move(end), sampler_lines(samples, 300ms), {80300ms});
  }

  LoadWindow observe(std::vector<ScriptedLine> load, ScriptedProcess::End load_end,
                     std::vector<ScriptedLine> samples, ScriptedProcess::End samples_end) {
    EXPECT_CALL(guest_, start(CommandLine("pgbench -T 20")))
        .WillOnce(Return(ByMove(
            std::make_unique<ScriptedProcess>(clock_, std::move(load), std::move(load_end)))));
    EXPECT_CALL(node_, start(CommandLine("perl - --lines 81 --interval-ms 1000 "
                                         "--pid 4711 --pss-every 3")))
        .WillOnce(Return(ByMove(std::make_unique<ScriptedProcess>(clock_, std::move(samples),
                                                                  std::move(samples_end)))));
    return run_load_window(guest_, sampler_, clock_, plan_);
  }

  FakeClock clock_;
  testing::StrictMock<MockShell> node_{"node"};
  testing::StrictMock<MockShell> guest_{"lxc"};
  Sampler sampler_{node_, "the script"};
  LoadPlan plan_{.load = {.argv = {"pgbench", "-T", "20"}, .deadline = 80s},
                 .parse_progress = parse,
                 .seconds = kLoadSeconds,
                 .lead_in = 5s,
                 .start_limit = 30s,
                 .target = {.pid = 4711}};
};

TEST_F(LoadWindowTest, CountsWhatIsUnderConfirmedLoad) {
  const LoadWindow load = observe(progress_lines(200ms, 20), {20300ms, {.out = "tps = 2211.7"}});
  EXPECT_THAT(load.window.problems, IsEmpty());
  EXPECT_EQ(load.load_began, Clock::Instant(200ms));
  EXPECT_EQ(load.opens, Clock::Instant(5200ms));
  EXPECT_EQ(load.closes, Clock::Instant(19200ms));
  EXPECT_EQ(load.samples_inside, 13);  // 5.3 s to 18.3 s
  EXPECT_EQ(load.samples_inside, expected_samples(plan_, 1s));
  EXPECT_EQ(load.samples_outside, 0);
  EXPECT_EQ(load.zero_tps_intervals, 0);
  EXPECT_EQ(load.progress.size(), 20U);
  ASSERT_TRUE(load.load);
  EXPECT_EQ(load.load->out, "tps = 2211.7");
  EXPECT_EQ(load.window.samples.size(), 21U);   // until the load ended
  EXPECT_FALSE(load.window.samples[5].counts);  // its interval began in the lead-in
  EXPECT_TRUE(load.window.samples[6].counts);
  EXPECT_TRUE(load.window.samples[18].counts);
  EXPECT_FALSE(load.window.samples[19].counts);  // after the window closed
  EXPECT_EQ(figures(load.window).at("cpu_used_percent").n, 13U);
}

// The spike's first figure of the VM: pgbench started after the window and CPU read 5 %. A window
// that opens with the load has as many samples wherever that is, also where both fall together.
TEST_F(LoadWindowTest, OpensWithALoadThatTakesItsTime) {
  for (const Clock::Duration from : {0ms, 7000ms, 9300ms, 29999ms, 30000ms}) {
    const LoadWindow load = observe(progress_lines(from, 20), {from + 20100ms, {}});
    EXPECT_THAT(load.window.problems, IsEmpty()) << to_seconds(from);
    EXPECT_EQ(load.samples_inside, 13) << to_seconds(from);
    EXPECT_EQ(load.samples_outside, 0) << to_seconds(from);
    EXPECT_FALSE(load.late);
    EXPECT_EQ(load.opens, Clock::Instant(from + 5s));
    clock_ = {};
  }
}

TEST_F(LoadWindowTest, SaysThatALoadBeganTooLate) {
  const LoadWindow load = observe(progress_lines(30001ms, 20), {50300ms, {.out = "the report"}});
  EXPECT_EQ(problem_of(load), "the load began 30.0 s after its command, at most 30 s are allowed");
  EXPECT_TRUE(load.late);
  EXPECT_FALSE(load.window.broke_off);
  EXPECT_EQ(load.load->out, "the report");
}

TEST_F(LoadWindowTest, SaysThatALoadNeverBegan) {
  const LoadWindow load = observe({}, {.at = 600s, .connection_lost = true});
  EXPECT_THAT(problem_of(load), HasSubstr("the load reported no progress"));
  EXPECT_TRUE(load.late);
  EXPECT_EQ(load.samples_inside, 0);
}

// Reports that were held back on their way say when the load began all the same.
TEST_F(LoadWindowTest, OpensByTheReportThatWasDelayedLeast) {
  std::vector<ScriptedLine> lines = progress_lines(200ms, 20);
  for (const int k : {1, 2, 3}) lines[static_cast<std::size_t>(k)].at = 4s;
  const LoadWindow load = observe(lines, {20300ms, {}});
  EXPECT_EQ(load.load_began, Clock::Instant(200ms));
  EXPECT_EQ(load.samples_inside, 13);
  EXPECT_EQ(load.samples_outside, 0);
}

TEST_F(LoadWindowTest, BelievesNoProgressThatIsAheadOfTheTime) {
  std::vector<ScriptedLine> lines = progress_lines(200ms, 20);
  lines[1] = progress_line(200ms, 1, 2211.7);
  lines[1].text = "progress: 3.0 s, 2211.7 tps";
  const LoadWindow load = observe(lines, {20300ms, {}});
  EXPECT_THAT(problem_of(load), HasSubstr("ahead of the time: progress: 3.0 s"));
  EXPECT_TRUE(load.window.broke_off);
}

// A few moments may pass while the node stands still; a sampler that lags behind is no sampler.
TEST_F(LoadWindowTest, MissesSamplesThatTheSamplerDidNotTake) {
  std::vector<Sample> samples;
  samples.reserve(20);
  for (int i = 0; i < 20; ++i) samples.push_back(sample_at(2 * i));
  const LoadWindow load =
      observe(progress_lines(200ms, 20), {20300ms, {}}, sampler_lines(samples, 300ms, 2s), {60s});
  EXPECT_EQ(problem_of(load), "7 of 13 samples are missing");
  EXPECT_TRUE(load.window.broke_off);
}

TEST_F(LoadWindowTest, MissesNotOneSampleOfTen) {
  std::vector<Sample> samples;
  samples.reserve(80);
  for (int second = 0; second < 81; ++second) samples.push_back(sample_at(second));
  std::vector<ScriptedLine> lines = sampler_lines(samples, 300ms);
  lines.erase(lines.begin() + 10);
  const LoadWindow load = observe(progress_lines(200ms, 20), {20300ms, {}}, lines, {80300ms});
  EXPECT_EQ(load.samples_inside, 12);
  EXPECT_THAT(load.window.problems, IsEmpty());
}

TEST_F(LoadWindowTest, LeavesOutASecondWithoutTransactions) {
  std::vector<ScriptedLine> lines = progress_lines(200ms, 20);
  lines[10] = progress_line(200ms, 10, 0.0);  // 9.2 s to 10.2 s
  const LoadWindow load = observe(lines, {20300ms, {}});
  EXPECT_EQ(load.zero_tps_intervals, 1);
  EXPECT_EQ(load.samples_outside, 2);  // both samples that it touches
  EXPECT_EQ(load.samples_inside, 11);
  EXPECT_FALSE(load.window.samples[9].counts);
  EXPECT_FALSE(load.window.samples[10].counts);
  EXPECT_THAT(load.window.problems, IsEmpty());
}

TEST_F(LoadWindowTest, NeverConfirmsARateThatIsNoNumber) {
  plan_.parse_progress = [](std::string_view line) {
    auto progress = parse(line);
    if (progress) progress->tps = std::numeric_limits<double>::quiet_NaN();
    return progress;
  };
  const LoadWindow load = observe(progress_lines(200ms, 20), {20300ms, {}});
  EXPECT_EQ(load.samples_inside, 0);
  EXPECT_EQ(load.zero_tps_intervals, 20);
}

TEST_F(LoadWindowTest, JoinsReportsThatMeetWithinTheTolerance) {
  EXPECT_EQ(observe(with_a_pause(kJointTolerance), {20400ms, {}}).samples_outside, 0);
}

TEST_F(LoadWindowTest, LeavesOutWhatIsBetweenReportsFurtherApart) {
  const LoadWindow load = observe(with_a_pause(kJointTolerance + 1ms), {20400ms, {}});
  EXPECT_EQ(load.samples_outside, 2);  // on both sides of the pause
}

// Seen under a node that starved: a report came 0.17 s late, the next one in time.
TEST_F(LoadWindowTest, TakesAReportThatIsLateAloneForOneThatWasLongOnItsWay) {
  std::vector<ScriptedLine> lines = progress_lines(200ms, 20);
  lines[9].at += 1200ms;
  lines[10].at += 900ms;
  const LoadWindow load = observe(lines, {20300ms, {}});
  EXPECT_EQ(load.samples_outside, 0);
  EXPECT_EQ(load.progress[8].to, load.progress[9].from);
  EXPECT_EQ(load.progress[9].to, load.progress[10].from);
}

TEST_F(LoadWindowTest, TakesTheLengthFromTheReportItself) {
  std::vector<ScriptedLine> lines = progress_lines(200ms, 20);
  lines.erase(lines.begin() + 10);  // the next one covers two seconds
  const LoadWindow load = observe(lines, {20300ms, {}});
  EXPECT_EQ(load.samples_outside, 0);
  EXPECT_EQ(load.progress[9].to - load.progress[9].from, 2s);
}

TEST_F(LoadWindowTest, ReportsProgressThatStandsStill) {
  std::vector<ScriptedLine> lines = progress_lines(200ms, 20);
  lines[10].text = lines[9].text;
  const LoadWindow load = observe(lines, {20300ms, {}});
  EXPECT_THAT(problem_of(load), HasSubstr("did not move on: progress: 9.0"));
  EXPECT_TRUE(load.window.broke_off);
}

TEST_F(LoadWindowTest, KeepsWhatWasSeenOfALoadThatDied) {
  const LoadWindow load = observe(
      progress_lines(200ms, 10),
      {10400ms, {.exit_status = 2, .err = "progress: 10.0 s\npgbench: error: Run was aborted\n"}});
  EXPECT_THAT(problem_of(load), HasSubstr("the load exited 2 after 10.4 s"));
  EXPECT_THAT(problem_of(load), HasSubstr("Run was aborted"));
  EXPECT_FALSE(load.window.broke_off);  // it was watched as it died
  EXPECT_EQ(load.load->exit_status, 2);
  EXPECT_EQ(load.progress.size(), 10U);
  EXPECT_EQ(load.samples_inside, 4);   // 5.3 s to 9.3 s
  EXPECT_EQ(load.samples_outside, 9);  // what it owes
}

TEST_F(LoadWindowTest, NoticesALoadThatEndedEarly) {
  EXPECT_THAT(problem_of(observe(progress_lines(200ms, 10), {10400ms, {}})),
              HasSubstr("the load ended after 10.4 s, before its window closed at 19.2 s"));
}

TEST_F(LoadWindowTest, KeepsWhatWasSeenBeforeTheConnectionBroke) {
  const LoadWindow load =
      observe(progress_lines(200ms, 10), {.at = 10400ms, .connection_lost = true});
  EXPECT_THAT(problem_of(load), HasSubstr("follow the load (after 10.4 s)"));
  EXPECT_THAT(problem_of(load), HasSubstr("connection lost"));
  EXPECT_TRUE(load.window.broke_off);
  EXPECT_FALSE(load.load);
  EXPECT_EQ(load.progress.size(), 10U);
  EXPECT_EQ(load.samples_inside, 4);
}

TEST_F(LoadWindowTest, KeepsTheLoadsReportWhenTheSamplerFails) {
  const LoadWindow load =
      observe(progress_lines(200ms, 20), {20300ms, {.out = "tps = 2211.7"}},
              sampler_lines({sample_at(0), sample_at(1)}, 300ms), {2s, {.exit_status = 2}});
  EXPECT_THAT(problem_of(load), HasSubstr("the sampler ended after 2 of 81 samples"));
  EXPECT_TRUE(load.window.broke_off);
  EXPECT_EQ(load.window.samples.size(), 2U);
  EXPECT_EQ(load.progress.size(), 20U);
  EXPECT_EQ(load.load->out, "tps = 2211.7");
}

TEST_F(LoadWindowTest, GivesUpAtTheDeadline) {
  // A load that reports for ever.
  const LoadWindow load =
      observe(progress_lines(200ms, 500), {.at = 600s, .connection_lost = true});
  EXPECT_FALSE(load.load);
  EXPECT_LE(load.progress.size(), 80U);
}

// One that has not ended at its deadline.
class OverdueProcess final : public Process {
 public:
  explicit OverdueProcess(std::unique_ptr<Process> process) : process_(std::move(process)) {}
  std::optional<OutputLine> next_line(Clock::Duration wait) override {
    return process_->next_line(wait);
  }
  bool ended() override { return process_->ended(); }
  CommandResult finish() override { throw DeadlineError("run the load", "it does not end"); }
  void cancel() override { process_->cancel(); }

 private:
  std::unique_ptr<Process> process_;
};

TEST_F(LoadWindowTest, WatchesALoadThatDoesNotEndInTimeToTheLast) {
  EXPECT_CALL(guest_, start(_))
      .WillOnce(Return(ByMove(std::make_unique<OverdueProcess>(std::make_unique<ScriptedProcess>(
          clock_, progress_lines(200ms, 20), ScriptedProcess::End{600s})))));
  std::vector<Sample> samples;
  samples.reserve(81);
  for (int second = 0; second < 81; ++second) samples.push_back(sample_at(second));
  EXPECT_CALL(node_, start(_))
      .WillOnce(Return(ByMove(std::make_unique<ScriptedProcess>(
          clock_, sampler_lines(samples, 300ms), ScriptedProcess::End{80300ms}))));
  const LoadWindow load = run_load_window(guest_, sampler_, clock_, plan_);
  EXPECT_THAT(problem_of(load), HasSubstr("it does not end"));
  EXPECT_EQ(load.samples_inside, 13);
  EXPECT_FALSE(load.window.broke_off);
}

TEST_F(LoadWindowTest, ReportsALoadThatDoesNotStart) {
  EXPECT_CALL(guest_, start(_)).WillOnce(Throw(ConnectionError("reach lxc", "refused")));
  const LoadWindow load = run_load_window(guest_, sampler_, clock_, plan_);
  EXPECT_THAT(problem_of(load), HasSubstr("start the load (after 0.0 s): reach lxc: refused"));
  EXPECT_THAT(load.window.samples, IsEmpty());
}

TEST_F(LoadWindowTest, ReportsASamplerThatDoesNotStart) {
  EXPECT_CALL(guest_, start(_))
      .WillOnce(Return(ByMove(std::make_unique<ScriptedProcess>(clock_, progress_lines(200ms, 20),
                                                                ScriptedProcess::End{20300ms}))));
  EXPECT_CALL(node_, start(_)).WillOnce(Throw(ConnectionError("reach node", "refused")));
  const LoadWindow load = run_load_window(guest_, sampler_, clock_, plan_);
  EXPECT_THAT(problem_of(load), HasSubstr("start the sampler"));
  EXPECT_TRUE(load.window.broke_off);
  EXPECT_TRUE(load.load);
  EXPECT_EQ(load.progress.size(), 20U);
}

TEST_F(LoadWindowTest, ReportsAParserThatFails) {
  plan_.parse_progress = [](std::string_view line) -> std::optional<Progress> {
    if (line == "starting vacuum...end.") throw HarnessError("read progress", "odd line");
    return parse(line);
  };
  const LoadWindow load = observe(progress_lines(200ms, 20), {20300ms, {}});
  EXPECT_THAT(problem_of(load), HasSubstr("odd line"));
  EXPECT_EQ(load.samples_inside, 13);
}

TEST_F(LoadWindowTest, RefusesAPlanWithoutAWindow) {
  for (const int seconds : {6, 7}) {
    plan_.seconds = seconds;
    const LoadWindow load = run_load_window(guest_, sampler_, clock_, plan_);
    EXPECT_EQ(problem_of(load),
              fmt::format("a load of {} s leaves no window after a lead-in of 5 s", seconds));
  }
}

}  // namespace
}  // namespace pve_accept
