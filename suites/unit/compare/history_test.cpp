#include "support/compare/history.h"

#include "suites/unit/compare/runs.h"
#include "suites/unit/matchers.h"
#include "suites/unit/record/record_testing.h"

namespace pve_accept {
namespace {

// A run in which docker.exec ended so in the container, and whose container did so many tps.
Record run_with(int number, Outcome outcome, double tps = 2200) {
  Record record = record_with({.id = fmt::format("run-{:02}", number),
                               .boot = fmt::format("boot-{}", number),
                               .lxc_tps = {tps}});
  record.claims.push_back({.id = "docker.exec", .guest = kLxc, .outcome = outcome});
  return record;
}

History history(const std::vector<Record>& records) {
  return history_of(records, suite_thresholds());
}

TEST(AHistory, NamesTheLastGoodRunAndCountsFlips) {
  using enum Outcome;
  const History all =
      history({run_with(4, kFail), run_with(1, kPass), run_with(2, kFail), run_with(3, kPass)});
  ASSERT_THAT(all.cases, SizeIs(1));
  const CaseHistory& exec = all.cases[0];
  EXPECT_EQ(exec.name, "docker.exec/lxc");
  EXPECT_EQ(exec.outcomes, (std::vector{kPass, kFail, kPass, kFail}));
  EXPECT_EQ(exec.last_good, "run-03");
  EXPECT_EQ(exec.flips, 3);
  EXPECT_TRUE(exec.notable());
}

TEST(AHistory, TakesAnErrorForNoFlip) {
  using enum Outcome;
  const History all = history({run_with(1, kPass), run_with(2, kError), run_with(3, kPass)});
  EXPECT_EQ(all.cases[0].flips, 0);
  EXPECT_EQ(all.cases[0].errors, 1);
  EXPECT_EQ(all.cases[0].last_good, "run-03");
  EXPECT_FALSE(history({run_with(1, kPass), run_with(2, kPass)}).cases[0].notable());
  EXPECT_FALSE(history({run_with(1, kFail)}).cases[0].last_good);
}

std::vector<Record> falling(int runs, double by) {
  std::vector<Record> records;
  records.reserve(static_cast<std::size_t>(runs));
  for (int i = 0; i < runs; ++i) {
    records.push_back(run_with(i + 1, Outcome::kPass, 2200 * (1 - by * i)));
  }
  return records;
}

TEST(AHistory, WarnsOfWhatDriftsBeyondItsFloor) {
  const History all = history(falling(6, 0.01));
  ASSERT_FALSE(all.trends.empty());
  EXPECT_EQ(all.trends[0].metric->id, "throughput");
  EXPECT_EQ(all.trends[0].guest, kLxc);
  EXPECT_NEAR(all.trends[0].change, -5, 0.2);
  EXPECT_NEAR(all.trends[0].p, 2.0 / 720, 1e-9);
  EXPECT_THAT(history(falling(6, 0.004)).trends, IsEmpty());  // 2 % in all
  EXPECT_THAT(history(falling(5, 0.05)).trends, IsEmpty());   // too few
}

TEST(AHistory, HasNoTrendAcrossAnotherCpu) {
  auto records = falling(6, 0.01);
  records[0].node.cpu->model = "EPYC";
  const History all = history(records);
  EXPECT_EQ(all.comparable, 5U);
  EXPECT_THAT(all.trends, IsEmpty());
}

TEST(AHistory, IsOfOneNode) {
  auto records = falling(2, 0);
  records[0].node.name = "pve2";
  EXPECT_THAT(message_of<InputError>([&] { history(records); }),
              HasSubstr("name the runs of one node"));
  EXPECT_THAT(message_of<InputError>([] { history({}); }), HasSubstr("not a single run"));
}

TEST(AHistoryAsJson, HasOutcomesAndTrends) {
  const Json json = to_json(history(falling(6, 0.01)));
  EXPECT_EQ(json["claims"][0]["outcomes"], (Json{"pass", "pass", "pass", "pass", "pass", "pass"}));
  EXPECT_EQ(json["trends"][0]["metric"], "throughput");
  EXPECT_EQ(json["runs"].size(), 6U);
}

}  // namespace
}  // namespace pve_accept
