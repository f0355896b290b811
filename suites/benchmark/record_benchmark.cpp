// What the harness does between two commands, as often as it does it: for every sample, for every
// window, and for every test of a run.

#include <benchmark/benchmark.h>

#include "suites/unit/measure/samples.h"
#include "support/base/temporary_directory.h"
#include "support/measure/cpu_share.h"
#include "support/record/run_directory.h"
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
  list.reserve(static_cast<std::size_t>(samples));
  for (int second = 0; second < samples; ++second) list.push_back(sample_of_a_guest(second));
  Window window = window_of(list);
  for (TimedSample& timed : window.samples) timed.line = write_fields(timed.sample).dump();
  return window;
}

// The parts of a whole run, whose record is about 300 KB.
RunDirectory large_run(const TemporaryDirectory& directory) {
  constexpr int kSamples = 75;
  const Window window = window_of_a_guest(kSamples);
  const RunDirectory run(directory.path());
  run.put(RunDirectory::run(), {.id = "20260607T085000Z-bench"});
  run.put(RunDirectory::node(), {.name = "bench"});
  for (const GuestKind guest : kGuestKinds) {
    run.put_samples(RunDirectory::idle(guest), sample_lines(window));
    run.put(RunDirectory::idle(guest), IdleRecord{{.figures = figures(window)}});
    run.put_samples(RunDirectory::load(guest), sample_lines(window));
    run.put(RunDirectory::load(guest), LoadRecord{{.figures = figures(window)}});
  }
  return run;
}

void QuoteCommandLine(benchmark::State& state) {
  const std::vector<std::string> argv = {"docker", "exec",     "spike-db-1", "psql",
                                         "-U",     "postgres", "-c",         "select 'it''s'"};
  while (state.KeepRunning()) benchmark::DoNotOptimize(command_line(argv));
}

void ParseSample(benchmark::State& state) {
  const std::string line = write_fields(sample_of_a_guest(1)).dump();
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

// What a claim's process does with the record: a part read, a verdict written.
void ReadPart(benchmark::State& state) {
  const TemporaryDirectory directory;
  const RunDirectory run = large_run(directory);
  const auto part = RunDirectory::idle(GuestKind::kVm);
  while (state.KeepRunning()) benchmark::DoNotOptimize(run.need(part));
}

void WritePart(benchmark::State& state) {
  const TemporaryDirectory directory;
  const RunDirectory run = large_run(directory);
  const ClaimResult result{.id = "docker.exec", .guest = GuestKind::kVm};
  const auto part = RunDirectory::claim(result.id, result.guest);
  while (state.KeepRunning()) run.put(part, result);
}

void AssembleRecord(benchmark::State& state) {
  const TemporaryDirectory directory;
  const RunDirectory run = large_run(directory);
  while (state.KeepRunning()) run.save(run.assemble());
  state.counters["bytes"] = static_cast<double>(std::filesystem::file_size(run.record_file()));
}

BENCHMARK(QuoteCommandLine)->Unit(benchmark::kMicrosecond);
BENCHMARK(ParseSample)->Unit(benchmark::kMicrosecond);
BENCHMARK(ComputeCpuShare)->Unit(benchmark::kMicrosecond);
BENCHMARK(ComputeFiguresOfAWindow)->Unit(benchmark::kMicrosecond);
BENCHMARK(ReadPart)->Unit(benchmark::kMicrosecond);
BENCHMARK(WritePart)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(AssembleRecord)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace pve_accept
