#include "support/measure/window.h"

#include "suites/unit/matchers.h"
#include "suites/unit/measure/samples.h"
#include "suites/unit/parse_json.h"

namespace pve_accept {
namespace {

using ::testing::Key;

TEST(Window, HasTheFiguresOfTheNode) {
  EXPECT_THAT(
      figures(quiet_window(5)),
      ElementsAre(Key("cpu_busy_percent"), Key("cpu_guest_percent"), Key("cpu_iowait_percent"),
                  Key("cpu_softirq_percent"), Key("cpu_steal_percent"), Key("cpu_system_percent"),
                  Key("cpu_used_percent"), Key("cpu_user_percent"), Key("ram_used_mib"),
                  Key("swapped_mib")));
}

TEST(Window, HasOneCpuShareAnInterval) {
  Figures of = figures(quiet_window(5));
  EXPECT_EQ(of["cpu_used_percent"].n, 4U);
  EXPECT_EQ(of["ram_used_mib"].n, 5U);
  EXPECT_DOUBLE_EQ(of["cpu_used_percent"].median, 60);
  EXPECT_DOUBLE_EQ(of["cpu_busy_percent"].median, 50);
  EXPECT_DOUBLE_EQ(of["ram_used_mib"].median, 1702);
}

TEST(Window, HasTheFiguresOfTheGuest) {
  Window window = quiet_window(3);
  for (TimedSample& timed : window.samples) {
    timed.sample.cgroup = {.current_bytes = 1961LL << 20, .file_bytes = 1536LL << 20};
    timed.sample.process = {.rss_kib = 2031 * 1024};
  }
  window.samples[0].sample.process->pss_kib = 2029 * 1024;
  Figures of = figures(window);
  EXPECT_DOUBLE_EQ(of["cgroup_current_mib"].median, 1961);
  EXPECT_DOUBLE_EQ(of["cgroup_without_cache_mib"].median, 425);
  EXPECT_DOUBLE_EQ(of["process_rss_mib"].median, 2031);
  EXPECT_DOUBLE_EQ(of["process_pss_mib"].median, 2029);
  EXPECT_EQ(of["process_pss_mib"].n, 1U);
}

TEST(Window, HasTheShareOfItsTimeInWhichTasksWaited) {
  Window window = quiet_window(11);
  for (int second = 0; second <= 10; ++second) {
    Sample& sample = window.samples[static_cast<std::size_t>(second)].sample;
    const std::int64_t counted_s = second - second % 2;  // as the kernel does
    sample.pressure = {.cpu_us = 7'000'000 + 10'000 * counted_s, .io_us = 980'000 * counted_s};
    sample.cgroup = Sample::Cgroup{.pressure = Sample::Pressure{.memory_us = 20'000 * counted_s}};
  }
  Figures of = figures(window);
  EXPECT_DOUBLE_EQ(of["pressure_cpu_percent"].mean, 1);
  EXPECT_DOUBLE_EQ(of["pressure_io_percent"].mean, 98);
  EXPECT_DOUBLE_EQ(of["pressure_memory_percent"].mean, 0);
  EXPECT_DOUBLE_EQ(of["cgroup_pressure_memory_percent"].mean, 2);
  EXPECT_EQ(of["pressure_io_percent"].n, 1U);
}

TEST(Window, HasNoPressureOfCountersThatCannotBe) {
  const auto with_io = [](std::int64_t first_us, std::int64_t last_us) {
    Window window = quiet_window(11);
    window.samples.front().sample.pressure = {.io_us = first_us};
    window.samples.back().sample.pressure = {.io_us = last_us};
    return figures(window);
  };
  EXPECT_DOUBLE_EQ(with_io(0, 12'000'000).at("pressure_io_percent").mean, 100);  // 2 s late
  EXPECT_FALSE(with_io(0, 12'500'000).contains("pressure_io_percent"));
  EXPECT_FALSE(with_io(5, 4).contains("pressure_io_percent"));
  EXPECT_FALSE(figures(quiet_window(11)).contains("pressure_io_percent"));
  Window no_time = quiet_window(2);
  for (TimedSample& timed : no_time.samples) timed.sample.pressure = Sample::Pressure{};
  no_time.samples[1].sample.t_s = no_time.samples[0].sample.t_s;
  EXPECT_FALSE(figures(no_time).contains("pressure_io_percent"));
}

TEST(Window, LeavesOutWhatDoesNotCount) {
  Window window = window_of({sample_at(0), sample_at(1, 9999), sample_at(2), sample_at(3)});
  window.samples[1].counts = false;
  Figures of = figures(window);
  EXPECT_EQ(of["ram_used_mib"].n, 3U);
  EXPECT_DOUBLE_EQ(of["ram_used_mib"].max, 1702);
  EXPECT_EQ(of["cpu_used_percent"].n, 2U);
}

TEST(Window, HasNoFiguresWithoutAnInterval) {
  const auto refuses = ThrowsMessage<HarnessError>(HasSubstr("not one interval"));
  EXPECT_THAT([] { figures(Window{.name = "load"}); }, refuses);
  EXPECT_THAT([] { figures(quiet_window(1)); }, refuses);
}

TEST(Window, KeepsTheSamplersOwnLines) {
  Window window = quiet_window(4);
  for (TimedSample& timed : window.samples) timed.line = write_fields(timed.sample).dump();
  window.samples[2].counts = false;
  window.samples[3].arrived += std::chrono::milliseconds(123);
  const auto lines = sample_lines(window);
  ASSERT_EQ(lines.size(), 4U);
  const Json last = parse_json(lines[3]);
  EXPECT_EQ(last.at("at_s"), 3.123);
  EXPECT_EQ(last.at("counts"), true);
  EXPECT_EQ(last.at("ram_used_mib"), 1702);
  EXPECT_EQ(last.at("cpu_used_percent"), 60);
  EXPECT_EQ(parse_json(lines[2]).at("counts"), false);
  EXPECT_FALSE(parse_json(lines[0]).contains("cpu_used_percent"));
  EXPECT_THAT(lines[3], EndsWith(window.samples[3].line.substr(1)));
}

TEST(Window, KeepsLinesWhoseCountersMakeNoShare) {
  Window window = quiet_window(3);
  for (TimedSample& timed : window.samples) timed.line = write_fields(timed.sample).dump();
  window.samples[2].sample.cpu = window.samples[1].sample.cpu;
  EXPECT_FALSE(parse_json(sample_lines(window)[2]).contains("cpu_used_percent"));
  EXPECT_THAT([&] { figures(window); }, ThrowsMessage<HarnessError>(HasSubstr("no tick passed")));
}

}  // namespace
}  // namespace pve_accept
