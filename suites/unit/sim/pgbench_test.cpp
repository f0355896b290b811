#include "suites/unit/matchers.h"
#include "suites/unit/recorded.h"
#include "suites/unit/sim/lab.h"
#include "support/base/pattern.h"

namespace pve_accept::sim_testing {
namespace {

constexpr const char* kRun = "docker exec spike-db-1 pgbench -U postgres -T 60 -c 4 -P 1 postgres";

double number_behind(const std::string& text, const std::string& label) {
  const auto found = Pattern(label + "([0-9.]+)").search(text);
  return found ? std::stod(found[1]) : std::nan("");
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) result.push_back(line);
  return result;
}

// The layout of a text: every number made equal.
std::string shape(const std::string& text) {
  return Pattern("[0-9]+(\\.[0-9]+)?").replaced(text, "N");
}

TEST(SimPgbench, NeedsItsTables) {
  Lab lab;
  auto guest = lab.start_lxc();
  Lab::install_docker(*guest);
  Lab::start_stack(*guest);
  const CommandResult result = Lab::run_in(*guest, kRun);
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_THAT(result.err, HasSubstr("pgbench_branches"));
  EXPECT_EQ(result.out, "");
}

TEST(SimPgbench, NeedsTheDatabase) {
  Lab lab;
  auto guest = lab.start_all();
  EXPECT_THAT(
      Lab::run_in(*guest, "docker exec spike-db-1 pgbench -U postgres -T 60 -c 4 -P 1 nosuchdb")
          .err,
      HasSubstr("FATAL:  database \"nosuchdb\" does not exist"));
  Lab::run_in(*guest, "docker rm -f spike-db-1");
  EXPECT_THAT(Lab::run_in(*guest, kRun).err, HasSubstr("No such container"));
}

TEST(SimPgbench, InitialisationIsLaidOutAsRecorded) {
  Lab lab;
  auto guest = lab.start_lxc();
  Lab::install_docker(*guest);
  Lab::start_stack(*guest);
  const std::string real = recorded("pgbench-17.txt", "pgbench -p 5433 -i -s 10 postgres").err;
  EXPECT_EQ(shape(Lab::run_in(*guest, kInit).err), shape(real));
}

TEST(SimPgbench, AReportIsLaidOutAsRecorded) {
  Lab lab;
  auto guest = lab.start_all();
  const CommandResult real = recorded("pgbench-17.txt", "pgbench -p 5433 -T 12 -c 4 -P 1 postgres");
  const CommandResult ours =
      Lab::run_in(*guest, "docker exec spike-db-1 pgbench -U postgres -T 12 -c 4 -P 1 postgres");
  const auto ours_lines = lines(shape(ours.out)), real_lines = lines(shape(real.out));
  ASSERT_EQ(ours_lines.size(), real_lines.size());
  for (std::size_t i = 1; i < real_lines.size(); ++i) EXPECT_EQ(ours_lines[i], real_lines[i]);
  EXPECT_EQ(shape(ours.err), shape(real.err));
  EXPECT_EQ(ours.exit_status, 0);
}

TEST(SimPgbench, FiguresAreTheSpikesAndAgreeWithEachOther) {
  Lab lab;
  auto guest = lab.start_all();
  const CommandResult result = Lab::run_in(*guest, kRun);
  const double tps = number_behind(result.out, "tps = ");
  const double processed = number_behind(result.out, "actually processed: ");
  const double latency = number_behind(result.out, "latency average = ");
  EXPECT_NEAR(tps, 2211.7, 2211.7 * 0.03);
  EXPECT_NEAR(processed / 60, tps, 1);
  EXPECT_NEAR(latency, 4000 / tps, 0.01);
  EXPECT_THAT(result.out, HasSubstr("number of failed transactions: 0 (0.000%)\n"));
  EXPECT_GT(result.elapsed, std::chrono::seconds(60));
  double sum = 0, lowest = 1e9, highest = 0;
  int intervals = 0;
  for (const std::string& line : lines(result.err)) {
    if (!line.starts_with("progress: ")) continue;
    const double interval = number_behind(line, "s, ");
    sum += interval;
    lowest = std::min(lowest, interval);
    highest = std::max(highest, interval);
    ++intervals;
  }
  EXPECT_EQ(intervals, 60);
  EXPECT_NEAR(sum, processed, 60);
  EXPECT_GT(highest - lowest, 0.05 * tps);
  EXPECT_GT(lowest, 0.8 * tps);
}

TEST(SimPgbench, TwoRunsDifferALittle) {
  Lab lab;
  auto guest = lab.start_all();
  const double one = number_behind(Lab::run_in(*guest, kRun).out, "tps = ");
  const double two = number_behind(Lab::run_in(*guest, kRun).out, "tps = ");
  EXPECT_NE(one, two);
  EXPECT_NEAR(one, two, 0.05 * one);
}

TEST(SimPgbench, AStallShowsAsIntervalsAtZero) {
  Lab lab(R"({"model":{"lxc":{"load":{"stall_from_s":10,"stall_s":2}}}})");
  auto guest = lab.start_all();
  EXPECT_THAT(Lab::run_in(*guest, kRun).err,
              HasSubstr("progress: 11.0 s, 0.0 tps, lat 0.000 ms stddev 0.000, 0 failed\n"));
}

TEST(SimPgbench, FailuresAreCountedWithStatusZero) {
  Lab lab(R"({"model":{"lxc":{"load":{"failed_percent":5}}}})");
  auto guest = lab.start_all();
  const CommandResult result = Lab::run_in(*guest, kRun);
  EXPECT_EQ(result.exit_status, 0);
  EXPECT_NEAR(number_behind(result.out, "failed transactions: [0-9]+ \\("), 5, 0.1);
}

TEST(SimPgbench, ARunThatBreaksOffStillReportsNoFailures) {
  Lab lab(R"({"model":{"lxc":{"load":{"abort_after_s":7}}}})");
  auto guest = lab.start_all();
  const CommandResult result = Lab::run_in(*guest, kRun);
  const CommandResult real = recorded("pgbench-17.txt", "pgbench -p 5433 -T 10 -c 4 -P 1 postgres");
  EXPECT_EQ(result.exit_status, real.exit_status);
  EXPECT_THAT(result.out, HasSubstr("number of failed transactions: 0 (0.000%)\n"));
  EXPECT_EQ(lines(result.err).back(), lines(real.err).back());
}

}  // namespace
}  // namespace pve_accept::sim_testing
