#include "support/workload/pgbench.h"

#include <fmt/format.h>

#include <vector>

#include "support/workload/output.h"

namespace pve_accept {
namespace {

using workload::unexpected;

constexpr std::chrono::seconds kInitDeadline{300};
constexpr std::chrono::seconds kGrace{60};  // to connect, vacuum and report, beyond the load itself

// A word as a number, with a comma or a per cent sign behind it left out.
std::optional<double> number_in(std::string_view word) {
  while (word.ends_with(',') || word.ends_with('%')) word.remove_suffix(1);
  return workload::to_number(word);
}

// The value of a line of the report, "name = value" or "name: value"; empty without such a line.
std::string_view value_of(std::string_view report, std::string_view name) {
  for (const std::string_view line : workload::lines(report)) {
    if (!line.starts_with(name)) continue;
    std::string_view value = line.substr(name.size());
    if (!value.starts_with(": ") && !value.starts_with(" = ")) continue;
    value.remove_prefix(value.front() == ':' ? 2 : 3);
    return value.substr(0, value.find(' '));
  }
  return {};
}

std::int64_t whole_of(std::string_view report, std::string_view name) {
  const std::string_view value = value_of(report, name);
  const auto number = workload::to_whole(value);
  if (!number || *number < 0) {
    throw unexpected("pgbench's report", report, fmt::format("a count of '{}'", name));
  }
  return *number;
}

std::optional<double> measured(std::string_view report, std::string_view name) {
  const std::string_view value = value_of(report, name);
  if (value.empty()) return std::nullopt;
  const auto number = workload::to_number(value);
  if (!number || *number < 0) throw unexpected("pgbench's report", value, "a positive number");
  return number;
}

}  // namespace

Command pgbench_init_command(const PgbenchOptions& options) {
  return {.argv = {"docker", "exec", options.container, "pgbench", "-U", "postgres", "-i", "-s",
                   std::to_string(options.scale), "postgres"},
          .deadline = kInitDeadline};
}

Command pgbench_run_command(const PgbenchOptions& options) {
  return {.argv = {"docker", "exec", options.container, "pgbench", "-U", "postgres", "-T",
                   std::to_string(options.seconds), "-c", std::to_string(options.clients), "-P",
                   "1", "postgres"},
          .deadline = std::chrono::seconds(options.seconds) + kGrace};
}

std::optional<PgbenchProgress> parse_pgbench_progress(std::string_view line) {
  // progress: 1.0 s, 1692.8 tps, lat 2.318 ms stddev 1.545, 0 failed
  constexpr std::string_view kMark = "progress: ";
  if (!line.starts_with(kMark)) return std::nullopt;
  const auto words = workload::words(line);
  const bool in_order = words.size() >= 12 && words[2] == "s," && words[4] == "tps," &&
                        words[5] == "lat" && words[7] == "ms" && words[8] == "stddev" &&
                        words[11].starts_with("failed");
  if (!in_order) throw unexpected("pgbench's progress", line, "seconds, tps, latency, failures");
  const auto at = number_in(words[1]);
  const auto tps = number_in(words[3]);
  const auto latency = number_in(words[6]);
  const auto deviation = number_in(words[9]);
  const auto failed = workload::to_whole(words[10]);
  if (!at || !tps || !latency || !deviation || !failed || *tps < 0 || *failed < 0) {
    throw unexpected("pgbench's progress", line, "finite numbers");
  }
  return PgbenchProgress{
      .at_s = *at, .tps = *tps, .latency_ms = *latency, .stddev_ms = *deviation, .failed = *failed};
}

PgbenchReport parse_pgbench_report(const std::string& out, const std::string& err,
                                   int exit_status) {
  if (value_of(out, "number of transactions actually processed").empty()) {
    throw HarnessError(HarnessError::Details{
        .attempted = "read pgbench's report",
        .exit_status = exit_status,
        .problem = fmt::format("pgbench exited {} without one: {}", exit_status,
                               workload::trimmed(err.empty() ? out : err))});
  }
  PgbenchReport report;
  report.transactions = whole_of(out, "number of transactions actually processed");
  report.failed = whole_of(out, "number of failed transactions");
  // pgbench prints the per cent too, but as NaN when nothing was tried.
  const std::int64_t tried = report.transactions + report.failed;
  if (tried > 0) {
    report.failed_percent = 100.0 * static_cast<double>(report.failed) / static_cast<double>(tried);
  }
  report.duration_s = static_cast<double>(whole_of(out, "duration"));
  report.clients = static_cast<int>(whole_of(out, "number of clients"));
  report.scale = static_cast<int>(whole_of(out, "scaling factor"));
  report.latency_ms = measured(out, "latency average");
  report.tps = measured(out, "tps");
  report.exit_status = exit_status;
  report.aborted = exit_status != 0 || err.find("Run was aborted") != std::string::npos;
  if (report.transactions > 0 && (!report.latency_ms || !report.tps)) {
    throw unexpected("pgbench's report", out, "latency average and tps");
  }
  return report;
}

PgbenchReport parse_pgbench_report(const CommandResult& result) {
  return parse_pgbench_report(result.out, result.err, result.exit_status);
}

}  // namespace pve_accept
