#include "suites/benchmark/run_share.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "support/base/error.h"
#include "support/base/json.h"

namespace pve_accept {
namespace {

constexpr double kPause_s = 1;

double seconds_of(const JsonCursor& at) {
  const std::string text = at.string();
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  double second = 0;
  if (std::sscanf(text.c_str(), "%4d-%2u-%2uT%2d:%2d:%lfZ", &year, &month, &day, &hour, &minute,
                  &second) != 6) {
    at.fail(fmt::format("expected a time like 2026-06-07T09:30:00.125Z, found '{}'", text));
  }
  const std::chrono::sys_days date{std::chrono::year(year) / static_cast<int>(month) /
                                   static_cast<int>(day)};
  const auto minutes = date + std::chrono::hours(hour) + std::chrono::minutes(minute);
  return static_cast<double>(
             std::chrono::duration_cast<std::chrono::seconds>(minutes.time_since_epoch()).count()) +
         second;
}

bool is_demanded(std::string_view command) {
  const bool sampler = command.starts_with("perl - --lines ");
  const bool pgbench = command.find(" pgbench ") != std::string_view::npos &&
                       command.find(" -T ") != std::string_view::npos;
  return sampler || pgbench;
}

// The time in which one of the commands runs; their beginnings are in order.
class Cover {
 public:
  void add(const CommandSpan& command) {
    const double from = std::max(command.began_s, until_s_);
    total_s_ += std::max(0.0, command.ended_s - from);
    until_s_ = std::max(until_s_, command.ended_s);
  }
  double total_s() const { return total_s_; }
  double until_s() const { return until_s_; }

 private:
  double total_s_ = 0;
  double until_s_ = 0;
};

}  // namespace

std::vector<CommandSpan> parse_transcript(std::string_view text) {
  std::vector<CommandSpan> commands;
  for (int line = 1; !text.empty(); ++line) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string source = fmt::format("transcript.jsonl, line {}", line);
    const Json object = parse_strict_json(text.substr(0, end), source);
    const JsonCursor entry(object, source);
    const double began_s = seconds_of(entry.at("at"));
    commands.push_back({.began_s = began_s,
                        .ended_s = began_s + entry.at("duration_s").number(),
                        .demanded = is_demanded(entry.at("command").string())});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return commands;
}

double parse_total_test_time(std::string_view ctest_log) {
  constexpr std::string_view kLabel = "Total Test time (real) =";
  const auto at = ctest_log.rfind(kLabel);
  if (at == std::string_view::npos) {
    throw InputError("ctest.log has no 'Total Test time': did the run end?");
  }
  const std::string number(ctest_log.substr(at + kLabel.size(), 20));
  return std::strtod(number.c_str(), nullptr);
}

RunShare run_share(std::vector<CommandSpan> commands, double wall_s) {
  std::ranges::sort(commands, {}, &CommandSpan::began_s);
  Cover demanded;
  Cover all;
  double pauses_s = 0;
  for (const CommandSpan& command : commands) {
    const bool first = all.until_s() == 0;
    if (!first && command.began_s - all.until_s() >= kPause_s) pauses_s += kPause_s;
    if (command.demanded) demanded.add(command);
    all.add(command);
  }
  return {.wall_s = wall_s,
          .demanded_s = demanded.total_s(),
          .node_s = all.total_s() - demanded.total_s(),
          .pauses_s = pauses_s,
          .commands = static_cast<int>(commands.size())};
}

}  // namespace pve_accept
