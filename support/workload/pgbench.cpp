#include "support/workload/pgbench.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

#include "support/base/reply.h"

namespace pve_accept {
namespace {

using text::unexpected;

constexpr std::chrono::seconds kInitDeadline{300};
constexpr std::chrono::seconds kGrace{60};  // to connect, vacuum and report, beyond the load itself

// The value of a line of the report, "name = value" or "name: value unit"; empty without such a
// line, or when its unit is another one.
std::string_view value_of(std::string_view report, std::string_view name,
                          std::string_view unit = {}) {
  for (const std::string_view line : text::lines(report)) {
    if (!line.starts_with(name)) continue;
    std::string_view value = line.substr(name.size());
    if (!value.starts_with(": ") && !value.starts_with(" = ")) continue;
    value.remove_prefix(value.front() == ':' ? 2 : 3);
    const auto words = text::words(value);
    if (words.empty() || (!unit.empty() && (words.size() < 2 || words[1] != unit))) return {};
    return words[0];
  }
  return {};
}

std::int64_t whole_of(std::string_view report, std::string_view name, std::string_view unit = {}) {
  const std::string_view value = value_of(report, name, unit);
  const auto number = text::to_whole(value);
  if (!number || *number < 0) {
    throw unexpected("pgbench's report", report, fmt::format("a count of '{}'", name));
  }
  return *number;
}

std::optional<double> measured(std::string_view report, std::string_view name,
                               std::string_view unit = {}) {
  const std::string_view value = value_of(report, name, unit);
  if (value.empty()) return std::nullopt;
  const auto number = text::to_number(value);
  if (!number || *number < 0) throw unexpected("pgbench's report", value, "a positive number");
  return number;
}

// Of ", 0 failed" in a line of progress; a release before 15 does not count them.
std::int64_t failed_in(std::string_view line, const std::vector<std::string_view>& words) {
  const auto word = std::ranges::find_if(
      words, [](std::string_view each) { return each == "failed" || each == "failed,"; });
  if (word == words.begin() || word == words.end()) return 0;
  const auto failed = text::to_whole(*std::prev(word));
  if (failed && *failed >= 0) return *failed;
  throw unexpected("pgbench's progress", line, "a count of failed transactions");
}

std::vector<std::string> not_default(std::string_view report) {
  static constexpr std::array kDefaults = {
      std::pair("transaction type: ", "<builtin: TPC-B (sort of)>"),
      std::pair("query mode: ", "simple"), std::pair("number of threads: ", "1"),
      std::pair("maximum number of tries: ", "1")};
  std::vector<std::string> found;
  for (const auto& [name, wanted] : kDefaults) {
    std::string_view value = "nothing";
    for (const std::string_view line : text::lines(report)) {
      if (line.starts_with(name)) value = line.substr(std::string_view(name).size());
    }
    if (value != wanted) found.push_back(fmt::format("{}{} instead of {}", name, value, wanted));
  }
  return found;
}

// Of a run that went to its end: its rate is what it processed in its time, connecting left out;
// and at that rate each of its clients has one transaction on its way at a time, or works between
// two of them.
void require_agreement(const PgbenchReport& report, const std::string& out) {
  constexpr double kConnecting = 1.25;
  constexpr double kBetween = 2;
  const auto apart = [](double a, double b, double most) { return a > most * b || b > most * a; };
  const double rate = static_cast<double>(report.transactions) / report.duration_s;
  const double busy_clients = *report.tps * *report.latency_ms / 1000;
  if (apart(*report.tps, rate, kConnecting)) {
    throw unexpected("pgbench's report", out,
                     fmt::format("about {:.1f} tps, as {} transactions in {} s make", rate,
                                 report.transactions, report.duration_s));
  }
  if (report.failed == 0 && apart(busy_clients, report.clients, kBetween)) {
    throw unexpected("pgbench's report", out,
                     fmt::format("a latency of about {:.3f} ms, as {} clients at {:.1f} tps have",
                                 1000 * report.clients / *report.tps, report.clients, *report.tps));
  }
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
  const auto words = text::words(line);
  const bool in_order = words.size() >= 5 && words[2] == "s," && words[4].starts_with("tps");
  const auto at = in_order ? text::to_number(words[1]) : std::nullopt;
  const auto tps = in_order ? text::to_number(words[3]) : std::nullopt;
  if (!at || !tps || *tps < 0) {
    throw unexpected("pgbench's progress", line, "seconds and tps, finite numbers");
  }
  return PgbenchProgress{.at_s = *at, .tps = *tps, .failed = failed_in(line, words)};
}

PgbenchReport parse_pgbench_report(const std::string& out, const std::string& err,
                                   int exit_status) {
  if (value_of(out, "number of transactions actually processed").empty()) {
    throw HarnessError(HarnessError::Details{
        .attempted = "read pgbench's report",
        .exit_status = exit_status,
        .problem = fmt::format("pgbench exited {} without one: {}", exit_status,
                               text::trimmed(err.empty() ? out : err))});
  }
  PgbenchReport report;
  report.transactions = whole_of(out, "number of transactions actually processed");
  report.failed = whole_of(out, "number of failed transactions");
  report.duration_s = static_cast<double>(whole_of(out, "duration", "s"));
  report.clients = static_cast<int>(whole_of(out, "number of clients"));
  report.scale = static_cast<int>(whole_of(out, "scaling factor"));
  report.latency_ms = measured(out, "latency average", "ms");
  report.tps = measured(out, "tps");
  report.not_default = not_default(out);
  report.aborted = exit_status != 0 || text::contains(err, "Run was aborted");
  if (report.transactions > 0 && (!report.latency_ms || !report.tps)) {
    throw unexpected("pgbench's report", out, "latency average and tps");
  }
  if (report.transactions == 0 && report.tps.value_or(0) > 0) {
    throw unexpected("pgbench's report", out, "no rate, as 0 transactions make none");
  }
  if (report.transactions > 0 && !report.aborted) require_agreement(report, out);
  return report;
}

void require_all_failures(const PgbenchReport& report, std::int64_t seen_failed) {
  if (report.aborted || seen_failed <= report.failed) return;
  throw HarnessError("read pgbench's report",
                     fmt::format("it has {} failed transactions, and its progress had {}",
                                 report.failed, seen_failed));
}

std::vector<std::string> differences(const PgbenchReport& report, const PgbenchOptions& asked) {
  std::vector<std::string> found;
  const auto compare = [&](const char* what, double ran, int wanted) {
    if (ran != wanted) found.push_back(fmt::format("{} {} instead of {}", what, ran, wanted));
  };
  compare("scale", report.scale, asked.scale);
  compare("clients", report.clients, asked.clients);
  compare("seconds", report.duration_s, asked.seconds);
  found.insert(found.end(), report.not_default.begin(), report.not_default.end());
  return found;
}

PgbenchReport parse_pgbench_report(const CommandResult& result) {
  return parse_pgbench_report(result.out, result.err, result.exit_status);
}

}  // namespace pve_accept
