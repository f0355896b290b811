#include "suites/unit/matchers.h"
#include "suites/unit/sim/lab.h"

namespace pve_accept::sim_testing {
namespace {

using namespace std::chrono_literals;

Command sampler(int lines) {
  return {.argv = {"perl", "-", "--lines", std::to_string(lines), "--interval-ms", "1000"},
          .input = "script",
          .deadline = 600s};
}

Command load(int seconds) {
  return {.argv = {"docker", "exec", "spike-db-1", "pgbench", "-U", "postgres", "-T",
                   std::to_string(seconds), "-c", "4", "-P", "1", "postgres"},
          .deadline = std::chrono::seconds(seconds + 30)};
}

TEST(SimProcess, WaitingForALineMovesTimeToIt) {
  Lab lab;
  const auto process = lab.shell().start(sampler(3));
  ASSERT_TRUE(process->next_line(1s));
  const auto first = lab.clock().now();
  const auto line = process->next_line(5s);
  ASSERT_TRUE(line);
  EXPECT_EQ(line->arrived - first, 1s);
  EXPECT_EQ(lab.clock().now(), line->arrived);
}

TEST(SimProcess, WaitingInVainTakesTheWholeWait) {
  Lab lab;
  const auto process = lab.shell().start(sampler(3));
  ASSERT_TRUE(process->next_line(1s));
  const auto before = lab.clock().now();
  EXPECT_FALSE(process->next_line(400ms));
  EXPECT_EQ(lab.clock().now() - before, 400ms);
}

TEST(SimProcess, EndsBehindItsLastLine) {
  Lab lab;
  const auto process = lab.shell().start(sampler(2));
  EXPECT_FALSE(process->ended());
  while (process->next_line(2s)) {
  }
  EXPECT_TRUE(process->ended());
  const CommandResult result = process->finish();
  EXPECT_EQ(std::ranges::count(result.out, '\n'), 2);
}

TEST(SimProcess, ALineWithoutNewlineIsALineAndStaysExact) {
  Lab lab;
  const auto process = lab.shell().start({.argv = {"curl", "-s", "-o", "/dev/null", "-w",
                                                   "%{http_code}", "http://192.168.0.9:8080/"}});
  EXPECT_EQ(process->next_line(1s)->text, "000");
  const CommandResult result = process->finish();
  EXPECT_EQ(result.out, "000");
  EXPECT_EQ(result.exit_status, 7);
}

TEST(SimProcess, TwoAreReadAlternately) {
  Lab lab;
  const auto guest = lab.start_all();
  const auto bench = guest->start(load(10));
  const auto samples = lab.shell().start(sampler(30));
  int progress = 0, sampled = 0;
  while (!bench->ended()) {
    if (samples->next_line(1s)) ++sampled;
    while (const auto line = bench->next_line(0s)) {
      if (line->text.find("progress:") == 0) ++progress;
      EXPECT_LE(line->arrived, lab.clock().now());
    }
  }
  EXPECT_EQ(progress, 10);
  EXPECT_GE(sampled, 9);
}

TEST(SimProcess, LinesThatAreDueCostNoTime) {
  Lab lab;
  const auto process = lab.shell().start(sampler(5));
  lab.pass(10);
  const auto before = lab.clock().now();
  auto last = Clock::Instant{};
  for (int i = 0; i < 5; ++i) {
    const auto line = process->next_line(1s);
    ASSERT_TRUE(line);
    EXPECT_GT(line->arrived, last);
    last = line->arrived;
  }
  EXPECT_EQ(lab.clock().now(), before);
  EXPECT_TRUE(process->ended());
}

TEST(SimProcess, TheDeadlineCountsFromTheStart) {
  Lab lab;
  Command command = sampler(100);
  command.deadline = 20s;
  const auto before = lab.clock().now();
  const auto process = lab.shell().start(command);
  lab.pass(15);
  EXPECT_THROW(process->finish(), DeadlineError);
  EXPECT_EQ(lab.clock().now() - before, 20s);
}

TEST(SimProcess, ACancelledLoadLoadsNoLonger) {
  Lab lab;
  const auto guest = lab.start_all();
  auto bench = guest->start(load(60));
  lab.pass(5);
  EXPECT_GT(100 - percent(sample(lab, 5), 3), 30);
  bench.reset();
  lab.pass(1);
  EXPECT_LT(100 - percent(sample(lab, 20), 3), 2);
}

}  // namespace
}  // namespace pve_accept::sim_testing
