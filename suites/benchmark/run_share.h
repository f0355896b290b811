#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pve_accept {

// A command of transcript.jsonl, in seconds since 1970.
struct CommandSpan {
  double began_s = 0;
  double ended_s = 0;
  bool demanded = false;  // the protocol says how long it takes: the sampler, pgbench's run
};

// Throws InputError that names the line.
std::vector<CommandSpan> parse_transcript(std::string_view text);

// The "Total Test time" of ctest.log, in seconds. Throws InputError when it has none.
double parse_total_test_time(std::string_view ctest_log);

// Where the wall time of a run went. A moment counts once, for the first of these that it is part
// of.
struct RunShare {
  double wall_s = 0;
  double demanded_s = 0;  // windows, settling, pgbench
  double node_s = 0;      // the host works on a command
  double pauses_s = 0;    // between two tries, while something on the host comes up or goes away
  int commands = 0;

  // What is left: ctest, start of programs, connections, record and transcript.
  double harness_s() const { return wall_s - demanded_s - node_s - pauses_s; }

  // The commands took longer than the run: their times are those of a simulated clock.
  bool virtual_time() const { return demanded_s + node_s > wall_s; }
};

// A pause of the harness's polling loops lasts a second; of a longer gap the rest is its own.
RunShare run_share(std::vector<CommandSpan> commands, double wall_s);

}  // namespace pve_accept
