#include "support/measure/cpu_share.h"

#include <sstream>

#include "suites/unit/matchers.h"
#include "suites/unit/measure/samples.h"
#include "suites/unit/recorded.h"

namespace pve_accept {
namespace {

Sample from_proc_stat(const std::string& line) {
  std::istringstream fields(line);
  std::string cpu;
  fields >> cpu;
  Json ticks = Json::array();
  for (std::int64_t tick = 0; fields >> tick;) ticks.push_back(tick);
  return parse_sample(
      Json{{"t", 1}, {"mem", {{"total", 1}, {"available", 1}}}, {"cpu", ticks}}.dump());
}

double sum(const CpuShare& share) {
  return share.user + share.nice + share.system + share.iowait + share.irq + share.softirq +
         share.steal + share.guest + share.guest_nice + share.idle;
}

// mpstat was run over given states of /proc/stat: 0, a VM under load; 1, iowait went back.
class RecordedMpstat : public testing::TestWithParam<int> {};

TEST_P(RecordedMpstat, HasTheSameShares) {
  const auto state = [&](int which) {
    return from_proc_stat(
        recorded("mpstat-cpu.txt", "head -n 1 /proc/stat", 2 * GetParam() + which).out);
  };
  const CpuShare share = cpu_share(state(0), state(1));
  const Json mpstat = recorded_json("mpstat-cpu.txt", "mpstat -u -o JSON 1 1", GetParam())
                          .at("/sysstat/hosts/0/statistics/0/cpu-load/0"_json_pointer);
  constexpr double kRounding = 0.0051;
  EXPECT_NEAR(share.user, mpstat.at("usr").get<double>(), kRounding);
  EXPECT_NEAR(share.nice, mpstat.at("nice").get<double>(), kRounding);
  EXPECT_NEAR(share.system, mpstat.at("sys").get<double>(), kRounding);
  EXPECT_NEAR(share.iowait, mpstat.at("iowait").get<double>(), kRounding);
  EXPECT_NEAR(share.irq, mpstat.at("irq").get<double>(), kRounding);
  EXPECT_NEAR(share.softirq, mpstat.at("soft").get<double>(), kRounding);
  EXPECT_NEAR(share.steal, mpstat.at("steal").get<double>(), kRounding);
  EXPECT_NEAR(share.guest, mpstat.at("guest").get<double>(), kRounding);
  EXPECT_NEAR(share.guest_nice, mpstat.at("gnice").get<double>(), kRounding);
  EXPECT_NEAR(share.idle, mpstat.at("idle").get<double>(), kRounding);
  EXPECT_NEAR(sum(share), 100, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(CpuShare, RecordedMpstat, testing::Values(0, 1));

TEST(CpuShare, TellsWaitingFromWork) {
  const CpuShare share = cpu_share(sample_at(10), sample_at(11));
  EXPECT_DOUBLE_EQ(share.used(), 60);
  EXPECT_DOUBLE_EQ(share.busy(), 50);
  EXPECT_DOUBLE_EQ(share.iowait, 10);
}

TEST(CpuShare, DoesNotCountGuestTwice) {
  Sample after = sample_at(1);
  after.cpu = {.user = 40, .idle = 60, .guest = 30};
  const CpuShare share = cpu_share(sample_at(0), after);
  EXPECT_DOUBLE_EQ(share.user, 10);
  EXPECT_DOUBLE_EQ(share.guest, 30);
  EXPECT_DOUBLE_EQ(share.used(), 40);
}

TEST(CpuShare, ToleratesGuestAheadOfUser) {
  Sample after = sample_at(1);
  after.cpu = {.user = 29, .idle = 70, .guest = 30};
  const CpuShare share = cpu_share(sample_at(0), after);
  EXPECT_DOUBLE_EQ(share.user, 0);
  EXPECT_NEAR(sum(share), 100, 1e-9);
}

TEST(CpuShare, RefusesCountersThatWentBack) {
  Sample after = sample_at(11);
  after.cpu.idle = 799;
  EXPECT_THAT([&] { cpu_share(sample_at(10), after); },
              ThrowsMessage<HarnessError>(HasSubstr("idle ticks of /proc/stat went back from 800 "
                                                    "to 799")));
}

TEST(CpuShare, RefusesAnIntervalWithoutATick) {
  EXPECT_THAT([] { cpu_share(sample_at(10), sample_at(10)); },
              ThrowsMessage<HarnessError>(HasSubstr("no tick passed")));
}

}  // namespace
}  // namespace pve_accept
