#include "support/measure/settle.h"

#include "suites/unit/matchers.h"
#include "suites/unit/measure/samples.h"

namespace pve_accept {
namespace {

using namespace std::chrono_literals;

class SettleTest : public testing::Test {
 protected:
  // A node whose RAM used is `ram_used_mib(second)`.
  template <typename RamUsed>
  Settled settle_on(RamUsed ram_used_mib, const SettleLimits& limits) {
    EXPECT_CALL(node_, start(_)).WillOnce([&](const Command& command) {
      std::vector<Sample> samples;
      const int lines = std::stoi(command.argv.at(3));
      samples.reserve(static_cast<std::size_t>(lines));
      for (int second = 0; second < lines; ++second) {
        samples.push_back(sample_at(second, ram_used_mib(second)));
      }
      return std::make_unique<ScriptedProcess>(clock_, sampler_lines(samples),
                                               ScriptedProcess::End{std::chrono::seconds(lines)});
    });
    return settle(sampler_, limits);
  }

  FakeClock clock_;
  testing::StrictMock<MockShell> node_;
  Sampler sampler_{node_, "the script"};
};

TEST_F(SettleTest, TakesTwoWindowsOnAQuietNode) {
  const Settled settled = settle_on([](int) { return 1702.0; }, {.window_samples = 10});
  EXPECT_TRUE(settled.settled);
  EXPECT_DOUBLE_EQ(settled.took_s, 19);
  EXPECT_DOUBLE_EQ(settled.drift_mib, 0);
  EXPECT_DOUBLE_EQ(settled.ram_used_mib, 1702);
}

TEST_F(SettleTest, WaitsForTheFallToEnd) {
  // As after a stop in the spike: 1965 MiB, down to 1702 at 5 MiB a second.
  const auto falling = [](int second) { return std::max(1702.0, 1965.0 - 5 * second); };
  const Settled settled =
      settle_on(falling, {.window_samples = 10, .tolerance_mib = 10, .deadline = 120s});
  EXPECT_TRUE(settled.settled);
  EXPECT_GT(settled.took_s, 53);  // when the fall ends
  EXPECT_LT(settled.took_s, 75);
  EXPECT_LE(settled.drift_mib, 10);
}

TEST_F(SettleTest, ReturnsANodeThatNeverSettles) {
  const auto falling = [](int second) { return 5000.0 - 2 * second; };
  const Settled settled =
      settle_on(falling, {.window_samples = 10, .tolerance_mib = 10, .deadline = 60s});
  EXPECT_FALSE(settled.settled);
  EXPECT_DOUBLE_EQ(settled.took_s, 60);
  EXPECT_DOUBLE_EQ(settled.drift_mib, 20);
}

TEST_F(SettleTest, DoesNotWaitForAlmostNothing) {
  const auto falling = [](int second) { return 5000.0 - 0.5 * second; };
  EXPECT_TRUE(settle_on(falling, {.window_samples = 10, .tolerance_mib = 10}).settled);
}

TEST_F(SettleTest, IsNotHeldUpByARise) {
  const auto rising = [](int second) { return 1702.0 + second; };
  const Settled settled = settle_on(rising, {.window_samples = 10});
  EXPECT_TRUE(settled.settled);
  EXPECT_DOUBLE_EQ(settled.drift_mib, -10);
}

TEST_F(SettleTest, RefusesADeadlineThatCannotBeKept) {
  EXPECT_THAT([&] { settle(sampler_, {.window_samples = 10, .deadline = 15s}); },
              ThrowsMessage<HarnessError>(HasSubstr("do not fit into the deadline of 15 s")));
  EXPECT_THROW(settle(sampler_, {.window_samples = 0}), HarnessError);
}

TEST_F(SettleTest, TakesADeadlineThatIsLongEnoughToTheSample) {
  const auto falling = [](int second) { return 5000.0 - second; };
  const Settled settled =
      settle_on(falling, {.window_samples = 10, .tolerance_mib = 10, .deadline = 19s});
  EXPECT_DOUBLE_EQ(settled.drift_mib, 10);
  EXPECT_TRUE(settled.settled) << "at the tolerance";
}

TEST_F(SettleTest, FailsWithItsSampler) {
  EXPECT_CALL(node_, start(_))
      .WillOnce(Return(ByMove(std::make_unique<ScriptedProcess>(
          clock_, sampler_lines({sample_at(0)}), ScriptedProcess::End{1h}))));
  EXPECT_THROW(settle(sampler_), HarnessError);
}

}  // namespace
}  // namespace pve_accept
