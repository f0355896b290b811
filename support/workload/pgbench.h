#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/shell/shell.h"

namespace pve_accept {

struct PgbenchOptions {
  std::string container = "spike-db-1";
  int scale = 10;
  int clients = 4;
  int seconds = 60;
};

// Fills the tables that the load works on.
Command pgbench_init_command(const PgbenchOptions& options);

// The load. Progress comes once a second on standard error, the report on standard output at the
// end: for Shell::start.
Command pgbench_run_command(const PgbenchOptions& options);

struct PgbenchProgress {
  double at_s = 0;  // since the load began; the line covers the interval up to here
  double tps = 0;
  std::int64_t failed = 0;  // in that interval
};

// Empty for a line that is not a progress line. Throws HarnessError for one that looks like it and
// cannot be read.
std::optional<PgbenchProgress> parse_pgbench_progress(std::string_view line);

struct PgbenchReport {
  std::int64_t transactions = 0;  // processed
  std::int64_t failed = 0;
  double duration_s = 0;  // that was asked for
  int clients = 0;
  int scale = 0;
  std::optional<double> latency_ms;  // average; empty when nothing was processed
  std::optional<double> tps;         // without the time to connect; the same
  // Where it says that it ran otherwise than pgbench does when nothing is asked for:
  // "query mode prepared instead of simple".
  std::vector<std::string> not_default = {};
  bool aborted = false;  // broke off: such a run reports 0 failed transactions all the same
};

// Throws HarnessError where so many transactions failed in the intervals that were seen, and the
// report of a run that went to its end knows of fewer.
void require_all_failures(const PgbenchReport& report, std::int64_t seen_failed);

// What ran that was not asked for: "scale 1 instead of 10".
std::vector<std::string> differences(const PgbenchReport& report, const PgbenchOptions& asked);

// The report of a run. Throws HarnessError when there is none, with what pgbench said, and when its
// figures contradict one another.
PgbenchReport parse_pgbench_report(const std::string& out, const std::string& err, int exit_status);
PgbenchReport parse_pgbench_report(const CommandResult& result);

}  // namespace pve_accept
