#include "support/compare/decision.h"

#include <fmt/format.h>

#include <cmath>

namespace pve_accept {
namespace {

// How far the interval may reach for the estimate, should it stay, to be decided on.
double reach_that_settles(const Interval& interval, double floor) {
  const double size = std::abs(interval.estimate);
  return size > floor ? size : floor - size;
}

std::string what_settles_runs(const Metric& metric, const ByRun& base, double reach) {
  const double spread = change_of(metric, std::sqrt(variance(averages(base))));
  const auto needed = runs_needed(base.size(), spread, reach);
  if (!needed) return "at this noise, more than 100 runs would be needed to settle it";
  return fmt::format("at this noise, {} new run{} against {} would settle it", needed->now,
                     needed->now == 1 ? "" : "s", needed->base);
}

std::string what_settles_rounds(const Metric& metric, const ByRun& base, const ByRun& now,
                                double reach) {
  ByRun both = base;
  both.insert(both.end(), now.begin(), now.end());
  const double variance = variance_within(both);
  if (!std::isfinite(variance)) {
    return fmt::format(
        "one figure a run tells nothing of its noise: it takes {} runs of a baseline",
        kRunsOfBaseline);
  }
  const auto needed = rounds_needed(change_of(metric, std::sqrt(variance)), reach);
  if (!needed) return "at this noise, more than 100 rounds would be needed to settle it";
  return fmt::format("at this noise, {} rounds a side would settle it for these boots", *needed);
}

}  // namespace

std::string_view to_string(Decision decision) {
  switch (decision) {
    case Decision::kWorse:
      return "worse";
    case Decision::kBetter:
      return "better";
    case Decision::kNoDifference:
      return "no difference";
    case Decision::kInconclusive:
      return "inconclusive";
    case Decision::kNoData:
      return "no data";
  }
  return "";
}

ByRun scaled(const Metric& metric, ByRun runs) {
  if (!metric.relative()) return runs;
  for (auto& run : runs) {
    for (double& value : run) value = std::log(value);
  }
  return runs;
}

double change_of(const Metric& metric, double scaled_difference) {
  // No end stays none: of a ratio it would be -100 %.
  if (!metric.relative() || !std::isfinite(scaled_difference)) return scaled_difference;
  return 100 * std::expm1(scaled_difference);
}

Decided decide(const Metric& metric, double floor, const ByRun& base_runs, const ByRun& now_runs) {
  const ByRun base = scaled(metric, base_runs), now = scaled(metric, now_runs);
  Decided decided{.floor = floor};
  const bool by_run = base.size() >= kRunsOfBaseline;
  decided.regime = by_run ? Regime::kRuns : Regime::kRounds;
  const Interval found = by_run ? prediction_interval(averages(base), averages(now))
                                : shift_interval(all_of(base), all_of(now));
  decided.interval = {change_of(metric, found.estimate), change_of(metric, found.low),
                      change_of(metric, found.high)};
  const double loss = metric.loss(decided.interval.estimate);
  if (decided.interval.excludes_zero() && std::abs(loss) > floor) {
    decided.decision = loss > 0 ? Decision::kWorse : Decision::kBetter;
  } else if (decided.interval.inside(floor)) {
    decided.decision = Decision::kNoDifference;
  } else {
    decided.decision = Decision::kInconclusive;
    const double reach = reach_that_settles(decided.interval, floor);
    decided.note = by_run ? what_settles_runs(metric, base, reach)
                          : what_settles_rounds(metric, base, now, reach);
  }
  return decided;
}

bool surely_not_worse(const Metric& metric, const Decided& decided) {
  if (decided.decision == Decision::kNoData) return false;
  const Interval& interval = decided.interval;
  const double worst = metric.worse == Metric::Worse::kLower ? -interval.low : interval.high;
  return worst < decided.floor;
}

}  // namespace pve_accept
