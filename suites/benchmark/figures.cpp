// The figures of `compare` that come from the suite's own code.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <optional>

#include "suites/benchmark/run_share.h"
#include "support/base/error.h"
#include "support/base/file.h"
#include "support/measure/cpu_share.h"

namespace pve_accept {
namespace {

// "user system iowait idle" in percent, from the first line of the sampler to the last.
void print_split(std::istream& lines) {
  std::optional<Sample> first;
  std::optional<Sample> last;
  for (std::string line; std::getline(lines, line);) {
    last = parse_sample(line);
    if (!first) first = last;
  }
  if (!first) throw InputError("the sampler printed nothing");
  const CpuShare share = cpu_share(*first, *last);
  fmt::print("{:.2f} {:.2f} {:.2f} {:.2f}\n", share.user, share.system, share.iowait, share.idle);
}

void print_row(const char* name, double seconds, double of_s) {
  fmt::print("  {:<48} {:>9.2f} s {:>6.2f} %\n", name, seconds, 100 * seconds / of_s);
}

void print_run(const std::filesystem::path& directory, double per_command_s) {
  const RunShare share = run_share(parse_transcript(read_file(directory / "transcript.jsonl")),
                                   parse_total_test_time(read_file(directory / "ctest.log")));
  if (share.virtual_time()) {
    fmt::print(
        "  On a simulated clock: {} commands took {:.0f} s of its time. All {:.2f} s of wall time\n"
        "  are the harness's and the simulated node's.\n",
        share.commands, share.demanded_s + share.node_s, share.wall_s);
    return;
  }
  // The way to the node and back is part of a command's time.
  const double way_s = std::min(share.node_s, share.commands * per_command_s);
  print_row("windows, settling and pgbench", share.demanded_s, share.wall_s);
  print_row("the node's work on other commands", share.node_s - way_s, share.wall_s);
  print_row("pauses while the node is waited for", share.pauses_s, share.wall_s);
  print_row(fmt::format("the harness: {} commands there and back", share.commands).c_str(), way_s,
            share.wall_s);
  print_row("the harness: all else (ctest, start, connect, ...)", share.harness_s(), share.wall_s);
  print_row("the harness in all", share.harness_s() + way_s, share.wall_s);
  print_row("the whole run", share.wall_s, share.wall_s);
}

int run(int argc, char** argv) {
  CLI::App app("Figures for suites/benchmark/compare.", "benchmark-figures");
  app.require_subcommand(1);
  auto* split = app.add_subcommand(
      "split", "Lines of the sampler -> percent of user, system, iowait and idle");
  auto* share = app.add_subcommand("run", "Where the wall time of a run went");
  std::string directory;
  double per_command_ms = 0;
  share->add_option("DIR", directory, "run directory of ci/accept")->required();
  share->add_option("--per-command-ms", per_command_ms,
                    "what a command that does nothing takes: counted as the harness's");
  CLI11_PARSE(app, argc, argv);
  if (*split) print_split(std::cin);
  if (*share) print_run(directory, per_command_ms / 1000);
  return 0;
}

}  // namespace
}  // namespace pve_accept

int main(int argc, char** argv) {
  try {
    return pve_accept::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "benchmark-figures: {}\n", error.what());
    return 2;
  }
}
