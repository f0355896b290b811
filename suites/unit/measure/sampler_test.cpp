#include "support/measure/sampler.h"

#include <fmt/ranges.h>

#include "suites/unit/matchers.h"
#include "suites/unit/measure/samples.h"

namespace pve_accept {
namespace {

using namespace std::chrono_literals;

class SamplerTest : public testing::Test {
 protected:
  void node_runs(std::vector<ScriptedLine> lines, ScriptedProcess::End end) {
    EXPECT_CALL(node_, start(_))
        .WillOnce(Return(
            ByMove(std::make_unique<ScriptedProcess>(clock_, std::move(lines), std::move(end)))));
  }

  std::string problem_of_a_window(int intervals) {
    const Window window = sampler_.run("idle", intervals, {});
    EXPECT_TRUE(window.broke_off);
    return fmt::format("{}", fmt::join(window.problems, "; "));
  }

  FakeClock clock_;
  testing::StrictMock<MockShell> node_;
  Sampler sampler_{node_, "the script"};
};

TEST_F(SamplerTest, RunsOneProcessForAWindow) {
  EXPECT_CALL(node_, start(CommandLine("perl - --lines 4 --interval-ms 1000 "
                                       "--cgroup /sys/fs/cgroup/qemu.slice/9000.scope --pid 4711 "
                                       "--pss-every 1")))
      .WillOnce([&](const Command& command) {
        EXPECT_EQ(command.input, "the script");
        EXPECT_GT(command.deadline, 3s);
        return std::make_unique<ScriptedProcess>(
            clock_, sampler_lines({sample_at(0), sample_at(1), sample_at(2), sample_at(3)}, 250ms),
            ScriptedProcess::End{3300ms});
      });
  const Window window =
      sampler_.run("idle", 3, {.cgroup_dir = "/sys/fs/cgroup/qemu.slice/9000.scope", .pid = 4711});
  EXPECT_EQ(window.name, "idle");
  EXPECT_EQ(to_rfc3339(window.started), "2026-06-07T08:50:00Z");
  ASSERT_EQ(window.samples.size(), 4U);
  EXPECT_EQ(window.samples[3].arrived - window.began, 3s);
  EXPECT_EQ(figures(window).at("cpu_used_percent").n, 3U);
}

TEST_F(SamplerTest, IsNotDisturbedByWarnings) {
  std::vector<ScriptedLine> lines = sampler_lines({sample_at(0), sample_at(1)}, 1s);
  lines.insert(lines.begin(),
               {100ms, "perl: warning: Setting locale failed.", OutputLine::Stream::kErr});
  node_runs(lines, {2s});
  EXPECT_EQ(sampler_.run("idle", 1, {}).samples.size(), 2U);
}

TEST_F(SamplerTest, ReportsAnEarlyEnd) {
  node_runs({{100ms, write_fields(sample_at(0)).dump()},
             {200ms, "sampler: /proc/stat has no cpu line", OutputLine::Stream::kErr}},
            {300ms, {.exit_status = 2}});
  EXPECT_THAT(problem_of_a_window(3),
              AllOf(HasSubstr("ended after 1 of 4 samples"), HasSubstr("--lines 4"),
                    HasSubstr("exited 2"), HasSubstr("has no cpu line")));
}

TEST_F(SamplerTest, ReportsAMissingPerl) {
  node_runs({{100ms, "bash: line 1: perl: command not found", OutputLine::Stream::kErr}},
            {200ms, {.exit_status = 127}});
  EXPECT_THAT(problem_of_a_window(3),
              AllOf(HasSubstr("exited 127"), HasSubstr("perl: command not found")));
}

TEST_F(SamplerTest, ReportsAStall) {
  node_runs(sampler_lines({sample_at(0), sample_at(1)}), {1h});
  EXPECT_THAT(problem_of_a_window(3),
              AllOf(HasSubstr("no sample for 5 s"), HasSubstr("after 2 of 4 samples")));
  EXPECT_EQ(clock_.now(), Clock::Instant(6s));
}

TEST_F(SamplerTest, ReportsAStallThatIsOnlyNoisy) {
  std::vector<ScriptedLine> lines;
  lines.reserve(60);
  for (int second = 0; second < 60; ++second) {
    lines.push_back({std::chrono::seconds(second), "noise", OutputLine::Stream::kErr});
  }
  node_runs(lines, {1h});
  EXPECT_THAT(problem_of_a_window(3), AllOf(HasSubstr("no sample for 5 s"), HasSubstr("noise")));
}

TEST_F(SamplerTest, ReportsAStallInTheMiddleThatIsOnlyNoisy) {
  std::vector<ScriptedLine> lines = sampler_lines({sample_at(0), sample_at(1)});
  for (int second = 2; second < 60; ++second) {
    lines.push_back({std::chrono::seconds(second), "noise", OutputLine::Stream::kErr});
  }
  node_runs(lines, {1h});
  EXPECT_THAT(problem_of_a_window(3),
              AllOf(HasSubstr("no sample for 5 s"), HasSubstr("after 2 of 4 samples")));
}

TEST_F(SamplerTest, ShowsGarbage) {
  node_runs({{0s, "Welcome to Proxmox VE"}}, {1h});
  EXPECT_THAT(problem_of_a_window(3),
              AllOf(HasSubstr("not valid JSON"), HasSubstr("Welcome to Proxmox VE")));
}

TEST_F(SamplerTest, KeepsWhatWasSeenBeforeTheConnectionBroke) {
  node_runs(sampler_lines({sample_at(0)}), {.at = 1500ms, .connection_lost = true});
  const Window window = sampler_.run("idle", 3, {});
  EXPECT_THAT(window.problems, ElementsAre(HasSubstr("connection lost")));
  EXPECT_TRUE(window.broke_off);
  EXPECT_EQ(window.samples.size(), 1U);
}

TEST_F(SamplerTest, ReportsANodeThatIsNotReached) {
  EXPECT_CALL(node_, start(_)).WillOnce(Throw(ConnectionError("reach node", "refused")));
  EXPECT_THAT(problem_of_a_window(3), HasSubstr("reach node: refused"));
}

TEST_F(SamplerTest, KeepsAWindowWhoseEndWasLost) {
  node_runs(sampler_lines({sample_at(0), sample_at(1)}), {.at = 1200ms, .connection_lost = true});
  EXPECT_EQ(sampler_.run("idle", 1, {}).samples.size(), 2U);
}

TEST_F(SamplerTest, CanBePolled) {
  node_runs(sampler_lines({sample_at(0), sample_at(1)}), {2s});
  const auto running = sampler_.start(1, {}, 1);
  EXPECT_TRUE(running->poll(100ms));
  EXPECT_FALSE(running->poll(100ms));
  EXPECT_FALSE(running->done());
  EXPECT_TRUE(running->poll(2s));
  EXPECT_TRUE(running->done());
  EXPECT_THROW(running->next(), HarnessError);
}

}  // namespace
}  // namespace pve_accept
