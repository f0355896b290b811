#include "support/measure/sample.h"

#include <sstream>

#include "suites/unit/matchers.h"
#include "suites/unit/measure/samples.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/recorded.h"

namespace pve_accept {
namespace {

constexpr const char* kLine =
    R"({"t":1780822200.125,"mem":{"total":16149504,"available":14406656,"swapped":30},)"
    R"("cpu":[1,2,3,4,5,6,7,8,9,10],)"
    R"("arc":{"size":4294967296,"c_min":1073741824},"psi":{"cpu":11,"io":12,"memory":13},"ksm":14,)"
    R"("cgroup":{"current":21,"anon":22,"file":23,"kernel":24,"usage_usec":25,"oom":26,)"
    R"("oom_kill":27,"high":28,"max":29},"process":{"rss_kib":31,"pss_kib":32}})";

std::string without(const std::string& key) {
  Json object = parse_json(kLine);
  object.erase(key);
  return object.dump();
}

std::string changed(const std::string& path, const Json& value) {
  Json object = parse_json(kLine);
  object[Json::json_pointer(path)] = value;
  return object.dump();
}

TEST(Sample, ReadsEveryField) {
  const Sample sample = parse_sample(kLine);
  EXPECT_DOUBLE_EQ(sample.t_s, 1780822200.125);
  EXPECT_EQ(sample.memory.total_kib, 16149504);
  EXPECT_EQ(sample.memory.available_kib, 14406656);
  EXPECT_EQ(sample.cpu.user, 1);
  EXPECT_EQ(sample.cpu.nice, 2);
  EXPECT_EQ(sample.cpu.system, 3);
  EXPECT_EQ(sample.cpu.idle, 4);
  EXPECT_EQ(sample.cpu.iowait, 5);
  EXPECT_EQ(sample.cpu.irq, 6);
  EXPECT_EQ(sample.cpu.softirq, 7);
  EXPECT_EQ(sample.cpu.steal, 8);
  EXPECT_EQ(sample.cpu.guest, 9);
  EXPECT_EQ(sample.cpu.guest_nice, 10);
  EXPECT_EQ(sample.arc->size_bytes, 4294967296);
  EXPECT_EQ(sample.arc->c_min_bytes, 1073741824);
  EXPECT_EQ(sample.pressure->cpu_us, 11);
  EXPECT_EQ(sample.pressure->io_us, 12);
  EXPECT_EQ(sample.pressure->memory_us, 13);
  EXPECT_EQ(sample.ksm_pages_sharing, 14);
  EXPECT_EQ(sample.cgroup->current_bytes, 21);
  EXPECT_EQ(sample.cgroup->anon_bytes, 22);
  EXPECT_EQ(sample.cgroup->file_bytes, 23);
  EXPECT_EQ(sample.cgroup->kernel_bytes, 24);
  EXPECT_EQ(sample.cgroup->usage_us, 25);
  EXPECT_EQ(sample.cgroup->oom, 26);
  EXPECT_EQ(sample.cgroup->oom_kill, 27);
  EXPECT_EQ(sample.cgroup->high, 28);
  EXPECT_EQ(sample.cgroup->max, 29);
  EXPECT_EQ(sample.process->rss_kib, 31);
  EXPECT_EQ(sample.process->pss_kib, 32);
}

TEST(Sample, SurvivesJson) {
  EXPECT_EQ(write_fields(parse_sample(kLine)), parse_json(kLine));
  const std::string bare = write_fields(sample_at(3)).dump();
  EXPECT_EQ(write_fields(parse_sample(bare)).dump(), bare);
}

TEST(Sample, ReadsARecordedSampler) {
  std::istringstream lines(recorded("sampler.txt", "perl - --lines 4 --interval-ms 1000").out);
  std::string line;
  int read = 0;
  for (; std::getline(lines, line); ++read) {
    const Sample sample = parse_sample(line);
    EXPECT_EQ(sample.memory.total_kib, 24684096);
    EXPECT_TRUE(sample.pressure);
    EXPECT_FALSE(sample.cgroup);
    EXPECT_FALSE(sample.process);
  }
  EXPECT_EQ(read, 4);
}

TEST(Sample, HasPssOnlyNowAndThen) {
  std::istringstream lines(
      recorded("sampler.txt", "perl - --lines 17 --interval-ms 100 --pid 2042").out);
  std::string line;
  std::vector<int> with_pss;
  for (int i = 0; std::getline(lines, line); ++i) {
    if (parse_sample(line).process->pss_kib) with_pss.push_back(i);
  }
  EXPECT_EQ(with_pss, (std::vector<int>{0, 15}));
}

class BadSample : public testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(BadSample, IsShownWithWhatWasExpected) {
  const std::string& line = GetParam().first;
  const std::string& expected = GetParam().second;
  EXPECT_THAT([&] { parse_sample(line); },
              ThrowsMessage<HarnessError>(AllOf(HasSubstr(expected), HasSubstr(line))));
}

INSTANTIATE_TEST_SUITE_P(
    Sample, BadSample,
    testing::Values(
        std::pair(std::string(), "not valid JSON"),
        std::pair(std::string("perl: not found"), "not valid JSON"),
        std::pair(std::string(kLine).substr(0, 60), "not valid JSON"),
        std::pair(std::string("[1,2]"), "expected an object"),
        std::pair(std::string(R"({"t":1e999})"), "expected a finite number"),
        std::pair(std::string(R"({"t":1,"t":2})"), "stands twice"),
        std::pair(without("t"), "'t' is missing"), std::pair(without("mem"), "'mem' is missing"),
        std::pair(without("cpu"), "'cpu' is missing"),
        std::pair(changed("/mem/total", 0), "mem/total: expected a whole number from 1"),
        std::pair(changed("/mem/available", -1), "must not be negative"),
        std::pair(changed("/mem/available", 1.5), "expected a whole number"),
        std::pair(changed("/mem/available", 18446744073709551615U), "expected a whole number"),
        std::pair(changed("/cpu", {1, 2, 3}), "expected 10 counters, found 3"),
        std::pair(changed("/cpu/3", "4"), "cpu/3"),
        std::pair(changed("/cgroup/bogus", 1), "unknown key"),
        std::pair(changed("/process/rss_kib", nullptr), "process/rss_kib")));

TEST(RamUsed, IsTotalMinusAvailable) { EXPECT_DOUBLE_EQ(ram_used_mib(sample_at(0, 1702)), 1702); }

TEST(RamUsed, LeavesOutWhatTheArcGivesBack) {
  Sample sample = sample_at(0, 8192);
  sample.arc = {.size_bytes = 4096LL << 20, .c_min_bytes = 1024LL << 20};
  EXPECT_DOUBLE_EQ(ram_used_mib(sample), 8192 - 3072);
}

TEST(RamUsed, IsNotRaisedByAnArcBelowItsMinimum) {
  Sample sample = sample_at(0, 8192);
  sample.arc = {.size_bytes = 512LL << 20, .c_min_bytes = 1024LL << 20};
  EXPECT_DOUBLE_EQ(ram_used_mib(sample), 8192);
}

}  // namespace
}  // namespace pve_accept
