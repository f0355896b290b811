#include "suites/benchmark/run_share.h"

#include "suites/unit/matchers.h"
#include "support/base/error.h"

namespace pve_accept {
namespace {

std::string line(const std::string& at, double duration_s, const std::string& command) {
  return R"({"at":"2026-06-07T)" + at + R"(Z","command":")" + command + R"(","duration_s":)" +
         std::to_string(duration_s) +
         R"(,"exit":0,"stderr":"","stdout":"","where":"node"})"
         "\n";
}

TEST(RunShare, SplitsTheWallTimeOfARun) {
  const std::string transcript =
      line("08:50:00.500", 0.25, "pct status 9001") +
      line("08:50:02.000", 0.25, "pct status 9001") +  // 1.25 s later: a pause and our own 0.25 s
      line("08:50:04.125", 60, "docker exec spike-db-1 pgbench -U postgres -T 60 -c 4 postgres") +
      line("08:50:04.000", 59, "perl - --lines 60 --interval-ms 1000") +  // beside pgbench
      line("08:51:04.125", 2, "pct stop 9001");
  const RunShare share = run_share(parse_transcript(transcript), 70);
  EXPECT_NEAR(share.demanded_s, 60.125, 1e-6);
  EXPECT_NEAR(share.node_s, 2.5, 1e-6);
  EXPECT_NEAR(share.pauses_s, 2, 1e-6);
  EXPECT_NEAR(share.harness_s(), 70 - 60.125 - 2.5 - 2, 1e-6);
  EXPECT_EQ(share.commands, 5);
  EXPECT_FALSE(share.virtual_time());
}

TEST(RunShare, KnowsASimulatedClock) {
  const RunShare share = run_share(parse_transcript(line("08:50:00.000", 60, "pct create")), 3);
  EXPECT_TRUE(share.virtual_time());
}

TEST(RunShare, RefusesATranscriptThatItCannotRead) {
  EXPECT_THAT([] { parse_transcript(line("08:50:00.500", 1, "true") + R"({"at":"yesterday"})"); },
              ThrowsMessage<InputError>(HasSubstr("line 2: at: expected a time like")));
}

TEST(RunShare, ReadsTheTotalTimeOfCtest) {
  EXPECT_DOUBLE_EQ(parse_total_test_time("...\nTotal Test time (real) =   2.88 sec\n\nThe"), 2.88);
  EXPECT_THAT([] { parse_total_test_time("Start 1: sim.preflight"); },
              ThrowsMessage<InputError>(HasSubstr("did the run end?")));
}

}  // namespace
}  // namespace pve_accept
