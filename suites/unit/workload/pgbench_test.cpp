#include "support/workload/pgbench.h"

#include "suites/unit/matchers.h"
#include "suites/unit/workload/scripted_guest.h"
#include "support/base/text.h"

namespace pve_accept {
namespace {

PgbenchReport recorded_report(std::string_view command) {
  return parse_pgbench_report(recorded("pgbench-17.txt", command));
}

TEST(PgbenchCommand, IsTheSpikes) {
  EXPECT_EQ(command_line(pgbench_init_command({}).argv),
            "docker exec spike-db-1 pgbench -U postgres -i -s 10 postgres");
  const Command run = pgbench_run_command({.clients = 8, .seconds = 90});
  EXPECT_EQ(command_line(run.argv),
            "docker exec spike-db-1 pgbench -U postgres -T 90 -c 8 -P 1 postgres");
  EXPECT_GT(run.deadline, std::chrono::seconds(90));
}

TEST(PgbenchProgressLine, HasTimeAndRate) {
  const auto progress =
      parse_pgbench_progress("progress: 1.0 s, 1692.8 tps, lat 2.318 ms stddev 1.545, 0 failed");
  ASSERT_TRUE(progress);
  EXPECT_DOUBLE_EQ(progress->at_s, 1.0);
  EXPECT_DOUBLE_EQ(progress->tps, 1692.8);
  EXPECT_EQ(progress->failed, 0);
}

TEST(PgbenchProgressLine, MayShowAStall) {
  const auto stalled =
      parse_pgbench_progress("progress: 2.0 s, 0.0 tps, lat 0.000 ms stddev 0.000, 18591 failed");
  EXPECT_DOUBLE_EQ(stalled->tps, 0);
  EXPECT_EQ(stalled->failed, 18591);
  EXPECT_DOUBLE_EQ(stalled->at_s, 2);
}

TEST(PgbenchProgressLine, CountsWhatFailedWhereItSaysSo) {
  const std::string head = "progress: 2.0 s, 5.0 tps, lat 1.000 ms stddev 0.000";
  EXPECT_EQ(parse_pgbench_progress(head)->failed, 0) << "before PostgreSQL 15";
  EXPECT_EQ(parse_pgbench_progress(head + ", 3 failed, 4 retried, 5 retries")->failed, 3);
  EXPECT_THROW(parse_pgbench_progress(head + ", x failed"), HarnessError);
  EXPECT_THROW(parse_pgbench_progress(head + ", -3 failed"), HarnessError);
}

TEST(PgbenchReportText, KnowsOfEachFailureThatWasSeen) {
  PgbenchReport report;
  report.failed = 3;
  require_all_failures(report, 3);
  EXPECT_THROW(require_all_failures(report, 4), HarnessError);
  report.aborted = true;  // it reports none then
  require_all_failures(report, 4);
}

TEST(PgbenchProgressLine, OfEveryRecordIsRead) {
  int lines = 0;
  for (const char* command : {"pgbench -p 5433 -T 12 -c 4 -P 1 postgres",
                              "pgbench -p 5433 -T 4 -c 8 -P 1 -f /pg/conf.sql postgres"}) {
    std::istringstream err(recorded("pgbench-17.txt", command).err);
    for (std::string line; std::getline(err, line);) lines += parse_pgbench_progress(line) ? 1 : 0;
  }
  EXPECT_EQ(lines, 16);
}

TEST(PgbenchProgressLine, IsToldFromOthers) {
  EXPECT_FALSE(parse_pgbench_progress("starting vacuum...end."));
  EXPECT_FALSE(parse_pgbench_progress(""));
  for (const char* bad :
       {"progress: ", "progress: 1.0 s, nan tps, lat 0 ms stddev 0, 0 failed",
        "progress: -nan s, 5 tps, lat 0 ms stddev 0.0, 0 failed",
        "progress: 1.0 s, -5 tps, lat 0 ms stddev 0.0, 0 failed", "progress: 1.0 s, 1692.8"}) {
    EXPECT_THROW(parse_pgbench_progress(bad), HarnessError) << bad;
  }
}

TEST(PgbenchReportText, HasEveryFigure) {
  const PgbenchReport report = recorded_report("pgbench -p 5433 -T 12 -c 4 -P 1 postgres");
  EXPECT_EQ(report.transactions, 21540);
  EXPECT_EQ(report.failed, 0);
  EXPECT_DOUBLE_EQ(report.duration_s, 12);
  EXPECT_EQ(report.clients, 4);
  EXPECT_EQ(report.scale, 10);
  EXPECT_DOUBLE_EQ(*report.latency_ms, 2.219);
  EXPECT_DOUBLE_EQ(*report.tps, 1793.066775);
  EXPECT_FALSE(report.aborted);
}

TEST(PgbenchReportText, OfAContainerReadsTheSame) {
  const PgbenchReport report = parse_pgbench_report(
      in_guest("docker exec spike-db-1 pgbench -U postgres -T 6 -c 2 -P 1 postgres"));
  EXPECT_EQ(report.transactions, 74);
  EXPECT_DOUBLE_EQ(*report.latency_ms, 162.561);
}

TEST(PgbenchReportText, CountsFailures) {
  const PgbenchReport report =
      recorded_report("pgbench -p 5433 -T 4 -c 8 -P 1 -f /pg/conf.sql postgres");
  EXPECT_EQ(report.failed, 11143);
}

TEST(PgbenchReportText, OfARunThatBrokeOffIsAborted) {
  const PgbenchReport report = recorded_report("pgbench -p 5433 -T 10 -c 4 -P 1 postgres");
  EXPECT_EQ(report.failed, 0);  // so it says
  EXPECT_TRUE(report.aborted);
}

TEST(PgbenchReportText, OfARunThatDidNothingHasNoLatency) {
  const PgbenchReport report = parse_pgbench_report(
      recorded("pgbench-15.txt", "pgbench -p 5444 -n -T 2 -c 2 -P 1 -f never.sql postgres"));
  EXPECT_EQ(report.transactions, 0);
  EXPECT_FALSE(report.latency_ms);
  EXPECT_FALSE(report.tps);
}

TEST(PgbenchReportText, ThatIsMissingSaysWhy) {
  EXPECT_THAT(trouble_of([] { recorded_report("pgbench -p 5433 -T 3 -c 200 postgres"); }),
              HasSubstr("too many clients already"));
  EXPECT_THAT(trouble_of([] { recorded_report("pgbench -p 5433 -T 3 nosuchdb"); }),
              HasSubstr("exited 1 without one"));
  EXPECT_THROW(parse_pgbench_report("", "", 0), HarnessError);
}

TEST(PgbenchReportText, NeverLetsNanThrough) {
  const CommandResult good = recorded("pgbench-17.txt", "pgbench -p 5433 -T 3 -c 4 postgres");
  const auto spoilt = [&](const std::string& from, const std::string& to) {
    std::string out = good.out;
    out.replace(out.find(from), from.size(), to);
    return out;
  };
  EXPECT_THROW(parse_pgbench_report(spoilt("tps = 1216.793077", "tps = nan"), "", 0), HarnessError);
  EXPECT_THROW(parse_pgbench_report(spoilt("latency average = 3.287 ms\n", ""), "", 0),
               HarnessError);
  EXPECT_THROW(parse_pgbench_report(spoilt("processed: 3652", "processed: many"), "", 0),
               HarnessError);
}

// Figures of one run that contradict one another, or come in another unit, are none.
TEST(PgbenchReportText, AgreesWithItself) {
  const CommandResult good = recorded("pgbench-17.txt", "pgbench -p 5433 -T 3 -c 4 postgres");
  const auto trouble_with = [&](const std::string& from, const std::string& to) {
    std::string out = good.out;
    out.replace(out.find(from), from.size(), to);
    return trouble_of([&] { parse_pgbench_report(out, "", 0); });
  };
  EXPECT_THAT(trouble_with("tps = 1216", "tps = 121679"), HasSubstr("about 1217.3 tps"));
  EXPECT_THAT(trouble_with("processed: 3652", "processed: 36"), HasSubstr("about 12.0 tps"));
  EXPECT_THAT(trouble_with("processed: 3652", "processed: 0"), HasSubstr("0 transactions"));
  EXPECT_THAT(trouble_with("average = 3.287", "average = 0.003"), HasSubstr("about 3.287 ms"));
  EXPECT_THAT(trouble_with("average = 3.287 ms", "average = 0.003287 s"), HasSubstr("latency"));
  EXPECT_THAT(trouble_with("duration: 3 s", "duration: 3000 ms"), HasSubstr("duration"));
}

TEST(PgbenchReportText, IsOfTheLoadThatWasAskedFor) {
  const PgbenchReport report = recorded_report("pgbench -p 5433 -T 12 -c 4 -P 1 postgres");
  EXPECT_THAT(differences(report, {.seconds = 12}), IsEmpty());
  const std::string of_another =
      text::replaced(recorded("pgbench-17.txt", "pgbench -p 5433 -T 12 -c 4 -P 1 postgres").out,
                     "query mode: simple", "query mode: prepared");
  EXPECT_THAT(differences(parse_pgbench_report(of_another, "", 0), {.seconds = 12}),
              ElementsAre("query mode: prepared instead of simple"));
  EXPECT_THAT(
      differences(report, {.scale = 50, .clients = 8}),
      ElementsAre("scale 10 instead of 50", "clients 4 instead of 8", "seconds 12 instead of 60"));
}

}  // namespace
}  // namespace pve_accept
