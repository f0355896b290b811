#include "support/measure/window.h"

#include <gmock/gmock.h>

#include "suites/unit/measure/samples.h"

namespace pve_accept {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::ThrowsMessage;

TEST(Window, HasTheFiguresOfTheNode) {
  EXPECT_THAT(
      figures(quiet_window(5)),
      ElementsAre(Key("cpu_busy_percent"), Key("cpu_guest_percent"), Key("cpu_iowait_percent"),
                  Key("cpu_softirq_percent"), Key("cpu_steal_percent"), Key("cpu_system_percent"),
                  Key("cpu_used_percent"), Key("cpu_user_percent"), Key("ram_used_mib")));
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

TEST(Window, SurvivesTheRecord) {
  FakeClock clock;
  Window window = quiet_window(4);
  window.started = clock.wall();
  window.samples[2].counts = false;
  window.samples[3].arrived += std::chrono::milliseconds(123);
  const Json stored = Json::parse(to_json(window).dump());
  const Window again = window_from_json("idle", JsonCursor(stored, "record.json"));
  EXPECT_EQ(to_json(again), stored);
  EXPECT_EQ(again.samples.size(), 4U);
  EXPECT_FALSE(again.samples[2].counts);
  EXPECT_EQ(stored.at("started"), "2026-06-07T08:50:00Z");
  EXPECT_EQ(stored.at("/samples/3/at_s"_json_pointer), 3.123);
  EXPECT_EQ(stored.at("/samples/3/ram_used_mib"_json_pointer), 1702);
  EXPECT_EQ(stored.at("/samples/3/cpu_used_percent"_json_pointer), 60);
  EXPECT_FALSE(stored.at("/samples/0"_json_pointer).contains("cpu_used_percent"));
  EXPECT_EQ(stored.at("/figures/cpu_used_percent/n"_json_pointer), 2);
}

TEST(Window, KeepsBadDataInTheRecordAndSaysSo) {
  Window window = quiet_window(3);
  window.samples[2].sample.cpu = window.samples[1].sample.cpu;
  const Json stored = to_json(window);
  EXPECT_EQ(stored.at("samples").size(), 3U);
  EXPECT_TRUE(stored.at("figures").empty());
  EXPECT_THAT(stored.at("problem").get<std::string>(), HasSubstr("no tick passed"));
}

TEST(Window, NamesThePlaceOfABadRecord) {
  const auto read = [](Json stored, const char* path, const Json& value) {
    stored[Json::json_pointer(path)] = value;
    window_from_json("idle", JsonCursor(stored, "record.json"));
  };
  const Json stored = to_json(quiet_window(2));
  EXPECT_THAT([&] { read(stored, "/samples/1/at_s", "x"); },
              ThrowsMessage<InputError>(HasSubstr("samples/1/at_s: expected a number")));
  EXPECT_THAT([&] { read(stored, "/started", "2026-06-31T08:50:00Z"); },
              ThrowsMessage<InputError>(HasSubstr("started: expected a time like")));
  EXPECT_THAT([&] { read(stored, "/started", "yesterday"); },
              ThrowsMessage<InputError>(HasSubstr("found 'yesterday'")));
}

}  // namespace
}  // namespace pve_accept
