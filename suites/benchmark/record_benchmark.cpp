// What the harness does between two commands, as often as it does it: for every sample, for every
// window, and for every test of a run.

#include <benchmark/benchmark.h>

#include "suites/unit/measure/samples.h"
#include "suites/unit/temporary_directory.h"
#include "support/measure/cpu_share.h"
#include "support/record/run_record.h"
#include "support/shell/shell.h"

namespace pve_accept {
namespace {

Sample sample_of_a_guest(int second) {
  Sample sample = sample_at(second);
  sample.pressure = Sample::Pressure{.cpu_us = 40833215, .io_us = 19650371, .memory_us = 0};
  sample.cgroup = Sample::Cgroup{.current_bytes = 915775488,
                                 .anon_bytes = 103174144,
                                 .file_bytes = 770588672,
                                 .kernel_bytes = 41684992,
                                 .usage_us = 926684583};
  return sample;
}

Window window_of_a_guest(int samples) {
  std::vector<Sample> list;
  for (int second = 0; second < samples; ++second) list.push_back(sample_of_a_guest(second));
  return window_of(list);
}

// A record of about 300 KB, as large as that of a whole run.
RunRecord large_record() {
  constexpr int kSamples = 75;
  const Json window = to_json(window_of_a_guest(kSamples));
  RunRecord record("20260607T085000Z-bench", "2026-06-07T08:50:00Z", "0");
  for (const GuestKind guest : {GuestKind::kLxc, GuestKind::kVm}) {
    record.put_measurement(guest, "idle", window);
    record.put_measurement(guest, "load", window);
  }
  return record;
}

void QuoteCommandLine(benchmark::State& state) {
  const std::vector<std::string> argv = {"docker", "exec",     "spike-db-1", "psql",
                                         "-U",     "postgres", "-c",         "select 'it''s'"};
  while (state.KeepRunning()) benchmark::DoNotOptimize(command_line(argv));
}

void ParseSample(benchmark::State& state) {
  const std::string line = to_json(sample_of_a_guest(1)).dump();
  while (state.KeepRunning()) benchmark::DoNotOptimize(parse_sample(line));
}

void ComputeCpuShare(benchmark::State& state) {
  const Sample before = sample_of_a_guest(1);
  const Sample after = sample_of_a_guest(2);
  while (state.KeepRunning()) benchmark::DoNotOptimize(cpu_share(before, after));
}

void ComputeFiguresOfAWindow(benchmark::State& state) {
  const Window window = window_of_a_guest(61);
  while (state.KeepRunning()) benchmark::DoNotOptimize(figures(window));
}

void ReadRecord(benchmark::State& state) {
  const TemporaryDirectory directory;
  large_record().save(directory.path());
  while (state.KeepRunning()) benchmark::DoNotOptimize(RunRecord::load(directory.path()));
  state.counters["bytes"] =
      static_cast<double>(std::filesystem::file_size(RunRecord::file_in(directory.path())));
}

void UpdateRecord(benchmark::State& state) {
  const TemporaryDirectory directory;
  large_record().save(directory.path());
  const auto change = [](RunRecord& record) {
    record.put_stage("baseline", {.outcome = Outcome::kPass});
  };
  while (state.KeepRunning()) RunRecord::update(directory.path(), change);
}

BENCHMARK(QuoteCommandLine)->Unit(benchmark::kMicrosecond);
BENCHMARK(ParseSample)->Unit(benchmark::kMicrosecond);
BENCHMARK(ComputeCpuShare)->Unit(benchmark::kMicrosecond);
BENCHMARK(ComputeFiguresOfAWindow)->Unit(benchmark::kMicrosecond);
BENCHMARK(ReadRecord)->Unit(benchmark::kMillisecond);
BENCHMARK(UpdateRecord)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace pve_accept
