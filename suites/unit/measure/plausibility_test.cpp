#include "support/measure/plausibility.h"

#include "suites/unit/matchers.h"
#include "suites/unit/measure/samples.h"

namespace pve_accept {
namespace {

class PlausibilityTest : public testing::Test {
 protected:
  Sample& sample(std::size_t i) { return window_.samples[i].sample; }

  // Exactly one problem, which has `text` in it.
  auto is_one_problem(const std::string& text) {
    return ElementsAre(AllOf(StartsWith("measurement not usable: "), HasSubstr(text)));
  }

  std::vector<std::string> problems() { return check_plausibility(window_, limits_).problems; }

  Window window_ = quiet_window(31);
  PlausibilityLimits limits_{.min_intervals = 30, .max_ram_spread_mib = 100};
};

TEST_F(PlausibilityTest, FindsNothingInAGoodWindow) {
  const Plausibility plausibility = check_plausibility(window_, limits_);
  EXPECT_TRUE(plausibility.usable());
  EXPECT_THAT(plausibility.problems, IsEmpty());
  EXPECT_THAT(plausibility.notes, IsEmpty());
}

TEST_F(PlausibilityTest, NeedsEnoughSamples) {
  window_.samples.pop_back();
  EXPECT_THAT(problems(), is_one_problem("29 samples count in window idle, at least 30"));
}

TEST_F(PlausibilityTest, NeedsSamplesThatCount) {
  for (std::size_t i = 0; i < 5; ++i) window_.samples[i].counts = false;
  EXPECT_THAT(problems(), is_one_problem("26 samples count"));
}

TEST_F(PlausibilityTest, RefusesAnEmptyWindowWhateverTheLimit) {
  window_.samples.clear();
  limits_.min_intervals = 0;
  EXPECT_THAT(problems(), is_one_problem("0 samples count"));
}

TEST_F(PlausibilityTest, RefusesNegativeRam) {
  sample(7).memory.available_kib = sample(7).memory.total_kib + 1024;
  EXPECT_THAT(problems(), Contains(HasSubstr("RAM used is negative (-1 MiB) 7.0 s into window")));
}

TEST_F(PlausibilityTest, RefusesRamThatTheArcMakesNegative) {
  for (TimedSample& timed : window_.samples) timed.sample.arc = {.size_bytes = 1LL << 40};
  EXPECT_THAT(problems(), is_one_problem("RAM used is negative"));
}

TEST_F(PlausibilityTest, RefusesRamAboveCapacity) {
  for (TimedSample& timed : window_.samples) timed.sample.memory.available_kib = -1024;
  EXPECT_THAT(problems(), is_one_problem("RAM used (15772 MiB) is above MemTotal (15771 MiB)"));
}

TEST_F(PlausibilityTest, RefusesACacheAboveItsCgroup) {
  for (TimedSample& timed : window_.samples) timed.sample.cgroup = Sample::Cgroup{};
  sample(7).cgroup->file_bytes = 1;
  EXPECT_THAT(problems(), is_one_problem("page cache (1 bytes) is above its whole memory"));
}

TEST_F(PlausibilityTest, RefusesAGuestAboveCapacity) {
  for (TimedSample& timed : window_.samples) timed.sample.cgroup = Sample::Cgroup{};
  sample(7).cgroup->current_bytes = 15771LL << 20;
  EXPECT_THAT(problems(), IsEmpty());
  sample(7).cgroup->current_bytes = 15772LL << 20;
  EXPECT_THAT(problems(), is_one_problem("booked on the guest (15772 MiB) is above MemTotal"));
  sample(7).cgroup->current_bytes = 0;
  sample(8).process = Sample::Process{.rss_kib = 15772LL << 10};
  limits_.expects_process = true;
  EXPECT_THAT(problems(), Contains(HasSubstr("booked on the guest (15772 MiB)")));
}

TEST_F(PlausibilityTest, RefusesSwappingInTheWindow) {
  for (TimedSample& timed : window_.samples) timed.sample.memory.swapped_kib = 500 * 1024;
  EXPECT_THAT(problems(), IsEmpty()) << "what was there before costs nobody of ours";
  window_.samples.back().sample.memory.swapped_kib = 510 * 1024;
  EXPECT_THAT(problems(), IsEmpty());
  window_.samples.back().sample.memory.swapped_kib = 511 * 1024;
  EXPECT_THAT(problems(), is_one_problem("11 MiB went to the swap in window idle, at most 10 MiB"));
}

TEST_F(PlausibilityTest, RefusesTheMemoryOfAnotherMachineOrUnit) {
  limits_.memory_mib = 15771;
  EXPECT_THAT(problems(), IsEmpty());
  limits_.memory_mib = 15640;  // another kernel keeps less of it for itself
  EXPECT_THAT(problems(), IsEmpty());
  limits_.memory_mib = 15500;
  EXPECT_THAT(problems(),
              is_one_problem("MemTotal is 15771 MiB in window idle, the node has 15500"));
  limits_.memory_mib = 15771;
  for (TimedSample& timed : window_.samples) {
    timed.sample.memory = {.total_kib = 15771, .available_kib = 14069};
  }
  EXPECT_THAT(problems(), is_one_problem("MemTotal is 15 MiB in window idle, the node has 15771"));
}

TEST_F(PlausibilityTest, AcceptsAProcessThatSharesNothing) {
  for (TimedSample& timed : window_.samples) {
    timed.sample.process = {.rss_kib = 2000, .pss_kib = 2000};
  }
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(PlausibilityTest, RefusesAShareAboveTheWhole) {
  sample(7).process = {.rss_kib = 2000, .pss_kib = 2001};
  EXPECT_THAT(problems(), Contains(HasSubstr("PSS, 2001 KiB")));
}

// Thirty samples of six seconds are not those of half a minute.
TEST_F(PlausibilityTest, RefusesSamplesThatCameTooFast) {
  for (std::size_t i = 0; i < window_.samples.size(); ++i) {
    sample(i).t_s = 1'780'822'200.0 + 0.2 * static_cast<double>(i);
    window_.samples[i].arrived = window_.began + std::chrono::milliseconds(200 * i);
  }
  EXPECT_THAT(problems(), is_one_problem("the 31 samples of window idle are from 6.0 s"));
}

TEST_F(PlausibilityTest, RefusesSamplesOfAnotherTimeThanTheirArrival) {
  for (TimedSample& timed : window_.samples) timed.arrived = window_.began;
  EXPECT_THAT(problems(), is_one_problem("30.0 s by the node's clock and arrived within 0.0 s"));
}

TEST_F(PlausibilityTest, ExpectsThePaceThatWasAskedFor) {
  limits_.interval = std::chrono::milliseconds(200);
  for (std::size_t i = 0; i < window_.samples.size(); ++i) {
    sample(i).t_s = 1'780'822'200.0 + 0.2 * static_cast<double>(i);
    window_.samples[i].arrived = window_.began + std::chrono::milliseconds(200 * i);
  }
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(PlausibilityTest, LooksAtThePaceOfTwoSamplesToo) {
  limits_.min_intervals = 1;
  window_.samples.resize(2);
  EXPECT_THAT(problems(), IsEmpty());
  window_.samples[1].arrived += std::chrono::seconds(60);
  EXPECT_THAT(problems(), is_one_problem("from 1.0 s by the node's clock"));
}

TEST_F(PlausibilityTest, RefusesAWideSpread) {
  sample(7) = sample_at(7, 1702 + 100);
  EXPECT_THAT(problems(), IsEmpty());
  sample(7) = sample_at(7, 1702 + 101);
  EXPECT_THAT(problems(), is_one_problem("varied by 101 MiB in window idle, at most 100 MiB"));
}

TEST_F(PlausibilityTest, SpreadsOnlyOverWhatCounts) {
  limits_.min_intervals = 29;
  sample(7) = sample_at(7, 1702 + 101);
  window_.samples[7].counts = false;
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(PlausibilityTest, RefusesKsmAtWork) {
  sample(9).ksm_pages_sharing = 512;
  EXPECT_THAT(problems(), is_one_problem("pages_sharing changed from 0 to 512 9.0 s into"));
}

TEST_F(PlausibilityTest, RefusesAKsmCounterThatVanished) {
  sample(9).ksm_pages_sharing = {};
  EXPECT_THAT(problems(), is_one_problem("pages_sharing changed from 0 to unknown"));
}

TEST_F(PlausibilityTest, AcceptsANodeWithoutKsm) {
  for (TimedSample& timed : window_.samples) timed.sample.ksm_pages_sharing = {};
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(PlausibilityTest, RefusesAChangeOfMemTotal) {
  sample(9).memory.total_kib -= 1024;
  sample(9).memory.available_kib -= 1024;
  EXPECT_THAT(problems(), is_one_problem("MemTotal changed from 16149504 to 16148480 KiB 9.0 s"));
}

TEST_F(PlausibilityTest, RefusesAClockThatStandsStill) {
  sample(9).t_s = sample(8).t_s;
  EXPECT_THAT(problems(), is_one_problem("clock went back or stood still (0.000 s) 9.0 s into"));
}

TEST_F(PlausibilityTest, RefusesAGap) {
  for (std::size_t i = 9; i < window_.samples.size(); ++i) sample(i).t_s += 2.5;
  EXPECT_THAT(problems(), is_one_problem("a gap of 3.5 s between two samples 9.0 s into"));
}

TEST_F(PlausibilityTest, AcceptsALateSample) {
  for (std::size_t i = 9; i < window_.samples.size(); ++i) sample(i).t_s += 1.5;
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(PlausibilityTest, RefusesTicksThatWentBack) {
  sample(9).cpu.system = 0;
  EXPECT_THAT(problems(), is_one_problem("system ticks of /proc/stat went back"));
}

TEST_F(PlausibilityTest, LooksAtTicksOnlyWhereTheyCount) {
  limits_.min_intervals = 28;
  sample(9).cpu.system = 0;
  window_.samples[9].counts = false;
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(PlausibilityTest, RefusesAGuestThatVanished) {
  for (std::size_t i = 0; i < 20; ++i) sample(i).process = Sample::Process{.rss_kib = 1};
  EXPECT_THAT(problems(), is_one_problem("the guest's process is in 20 of 31 samples"));
}

TEST_F(PlausibilityTest, RefusesAGuestThatOneSampleLacks) {
  for (std::size_t i = 1; i < window_.samples.size(); ++i) {
    sample(i).process = Sample::Process{.rss_kib = 1};
  }
  EXPECT_THAT(problems(), is_one_problem("the guest's process is in 30 of 31 samples"));
}

TEST_F(PlausibilityTest, RefusesAGuestThatIsNotThere) {
  limits_.expects_cgroup = true;
  EXPECT_THAT(problems(), is_one_problem("the guest's cgroup is in 0 of 31 samples"));
}

TEST_F(PlausibilityTest, OnlyNotesSteal) {
  for (std::size_t i = 9; i < window_.samples.size(); ++i) sample(i).cpu.steal += 50;
  const Plausibility plausibility = check_plausibility(window_, limits_);
  EXPECT_TRUE(plausibility.usable());
  EXPECT_THAT(plausibility.notes, ElementsAre(HasSubstr("steal up to 20.0 % in window idle")));
}

TEST_F(PlausibilityTest, NotesTheLeastSteal) {
  for (std::size_t i = 9; i < window_.samples.size(); ++i) sample(i).cpu.steal += 1;
  EXPECT_THAT(check_plausibility(window_, limits_).notes,
              ElementsAre(HasSubstr("steal up to 0.5 % in window idle")));
}

TEST_F(PlausibilityTest, FindsEveryKindAtOnce) {
  sample(7) = sample_at(7, 9999);
  sample(8).ksm_pages_sharing = 1;
  sample(9).t_s = 0;
  EXPECT_EQ(problems().size(), 3U);
}

}  // namespace
}  // namespace pve_accept
