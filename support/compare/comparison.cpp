#include "support/compare/comparison.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "support/base/error.h"

namespace pve_accept {
namespace {

// Each of several new runs is worse by itself, and no two are of one boot: that is no boot's luck.
bool each_run_is_worse(const Metric& metric, double floor, const ByRun& base, const ByRun& now,
                       const Baseline& side) {
  const auto boots = side.boots();
  if (now.size() < 2 || now.size() != side.runs.size() || !boots || *boots != now.size()) {
    return false;
  }
  return std::ranges::all_of(now, [&](const std::vector<double>& run) {
    return decide(metric, floor, base, {run}).decision == Decision::kWorse;
  });
}

bool confirmed(const Metric& metric, const Decided& decided, const ByRun& base, const ByRun& now,
               const Baseline& before, const Baseline& side) {
  const bool of_many_boots = before.boots().value_or(2) >= 2;
  if (decided.regime == Regime::kRuns && of_many_boots) return true;
  return each_run_is_worse(metric, decided.floor, base, now, side);
}

// VM less LXC of each run that has both: what a run's luck does to both is not in it.
ByRun apart(const Metric& metric, const Baseline& side) {
  ByRun differences;
  for (const RunFigures& run : side.runs) {
    const Baseline alone{.runs = {run}};
    const ByRun lxc = scaled(metric, alone.figures(metric, GuestKind::kLxc));
    const ByRun vm = scaled(metric, alone.figures(metric, GuestKind::kVm));
    if (lxc.empty() || vm.empty()) continue;
    std::vector<double>& of_run = differences.emplace_back();
    for (std::size_t i = 0; i < std::min(lxc[0].size(), vm[0].size()); ++i) {
      of_run.push_back(vm[0][i] - lxc[0][i]);
    }
  }
  return differences;
}

bool moved_apart(const Metric& metric, double floor, const Baseline& before, const Baseline& now) {
  const ByRun base = apart(metric, before), after = apart(metric, now);
  if (base.empty() || after.empty()) return false;
  const Interval interval = base.size() >= kRunsOfBaseline
                                ? prediction_interval(averages(base), averages(after))
                                : shift_interval(all_of(base), all_of(after));
  return interval.excludes_zero() && std::abs(change_of(metric, interval.estimate)) > floor;
}

std::string pair_text(const MetricChange& lxc, const MetricChange& vm, bool apart) {
  if (lxc.moved() && vm.moved()) {
    if (lxc.worse() != vm.worse()) return "the guests moved in opposite directions";
    return apart ? "both guests moved, one of them farther" : "both guests moved alike";
  }
  const MetricChange& one = lxc.moved() ? lxc : vm;
  const MetricChange& other = lxc.moved() ? vm : lxc;
  const auto name = to_string(*one.guest), rest = to_string(*other.guest);
  if (apart || other.decided.decision == Decision::kNoDifference) {
    return fmt::format("only the {} moved", name);
  }
  return fmt::format("the {} moved; whether the {} did cannot be told", name, rest);
}

void add_pairs(RunComparison& comparison, const Baseline& before, const Baseline& now) {
  for (const Metric& metric : metrics()) {
    const MetricChange* lxc = comparison.change(metric, GuestKind::kLxc);
    const MetricChange* vm = comparison.change(metric, GuestKind::kVm);
    if (lxc == nullptr || vm == nullptr || !(lxc->moved() || vm->moved())) continue;
    const double floor = std::max(lxc->decided.floor, vm->decided.floor);
    comparison.pairs.push_back(
        {&metric, pair_text(*lxc, *vm, moved_apart(metric, floor, before, now))});
  }
}

std::string described(const Baseline& side) {
  return fmt::format("{} of {}", made_of(side), side.node.name);
}

// What the record of a comparison keeps of an infinite end is null.
std::optional<double> finite(double value) {
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

Json to_json(const MetricChange& change) {
  const Decided& decided = change.decided;
  Json json = {{"metric", change.metric->id},
               {"of", subject_name(change.guest)},
               {"primary", change.metric->primary()},
               {"decision", to_string(decided.decision)},
               {"note", decided.note}};
  if (decided.decision == Decision::kNoData) return json;
  json["unit"] = change.metric->unit;
  json["before"] = change.base;
  json["now"] = change.now;
  json["change"] = decided.interval.estimate;
  json["change_unit"] = change.metric->change_unit();
  json["low"] = write_value(finite(decided.interval.low));
  json["high"] = write_value(finite(decided.interval.high));
  json["floor"] = decided.floor;
  json["by"] = decided.regime == Regime::kRuns ? "runs" : "rounds of these boots";
  json["confirmed"] = change.confirmed;
  return json;
}

// "+7.1"; what is rounded to nothing has no sign: "0.0".
std::string difference_text(double difference, int decimals) {
  const std::string text = fmt::format("{:+.{}f}", difference, decimals);
  const bool zero = text.find_first_not_of("+-0.") == std::string::npos;
  return zero ? text.substr(1) : text;
}

}  // namespace

std::string MetricChange::name() const {
  return fmt::format("{}/{}", metric->id, subject_name(guest));
}

const MetricChange* RunComparison::change(const Metric& metric,
                                          std::optional<GuestKind> guest) const {
  const auto found = std::ranges::find_if(changes, [&](const MetricChange& one) {
    return one.metric == &metric && one.guest == guest;
  });
  return found == changes.end() ? nullptr : &*found;
}

int RunComparison::exit_status() const {
  bool all_told = not_comparable.empty() && !changes.empty();
  for (const MetricChange& change : changes) {
    if (!change.metric->primary()) continue;
    if (change.worse() && change.confirmed) return 1;
    all_told = all_told && surely_not_worse(*change.metric, change.decided);
  }
  return all_told ? 0 : 2;
}

MetricChange compare_metric(const Metric& metric, std::optional<GuestKind> guest,
                            const Baseline& before, const Baseline& now, double floor) {
  MetricChange change{.metric = &metric, .guest = guest};
  const ByRun base = before.figures(metric, guest), after = now.figures(metric, guest);
  if (base.empty() || after.empty()) {
    change.decided.note = base.empty()
                              ? fmt::format("none before: {}", before.missing(metric, guest))
                              : now.missing(metric, guest);
    return change;
  }
  change.base = average(averages(base));
  change.now = average(averages(after));
  change.decided = decide(metric, floor, base, after);
  change.confirmed = confirmed(metric, change.decided, base, after, before, now);
  return change;
}

RunComparison compare(const Baseline& before, const Baseline& now, const Thresholds& thresholds) {
  if (before.node.simulated() != now.node.simulated()) {
    throw InputError(
        "one side is of a simulated node and the other of a real one: a model's figures say "
        "nothing "
        "of hardware; name runs of one kind");
  }
  RunComparison comparison{.before = described(before),
                           .now = described(now),
                           .not_comparable = differences_that_matter(before, now),
                           .simulated = now.node.simulated()};
  if (!comparison.not_comparable.empty()) return comparison;
  if (before.node.name != now.node.name) {
    comparison.warnings.push_back(fmt::format("the same node under another name: {} before, {} now",
                                              before.node.name, now.node.name));
  }
  if (before.boots() == 1 && before.runs.size() > 1) {
    comparison.warnings.emplace_back(
        "all runs of the baseline share one boot: how figures differ from boot to boot is not in "
        "it");
  }
  for (const Metric& metric : metrics()) {
    for (const auto guest : subjects(metric)) {
      const auto floor = floor_where_asked(metric, guest, thresholds);
      if (floor) {
        comparison.changes.push_back(compare_metric(metric, guest, before, now, *floor));
        continue;
      }
      comparison.warnings.push_back(
          fmt::format("{}/{} is not compared: {}", metric.id, subject_name(guest),
                      *thresholds.expectation(claim_of(metric), guest).not_applicable));
    }
  }
  add_pairs(comparison, before, now);
  return comparison;
}

Json to_json(const RunComparison& comparison) {
  Json json = {{"schema", 1},
               {"before", comparison.before},
               {"now", comparison.now},
               {"simulated", comparison.simulated},
               {"confidence", kConfidence},
               {"not_comparable", comparison.not_comparable},
               {"warnings", comparison.warnings},
               {"changes", Json::array()},
               {"pairs", Json::array()},
               {"exit_status", comparison.exit_status()}};
  for (const MetricChange& change : comparison.changes) json["changes"].push_back(to_json(change));
  for (const PairedChange& pair : comparison.pairs) {
    json["pairs"].push_back({{"metric", pair.metric->id}, {"text", pair.text}});
  }
  return json;
}

std::string change_text(const MetricChange& change) {
  if (change.decided.decision == Decision::kNoData) return "no data";
  const Interval& interval = change.decided.interval;
  const int decimals = change.metric->relative() ? 1 : change.metric->decimals;
  const std::string estimate = fmt::format("{} {}", difference_text(interval.estimate, decimals),
                                           change.metric->change_unit());
  if (!std::isfinite(interval.low)) return estimate + " (no interval: too few)";
  return fmt::format("{} ({} to {})", estimate, difference_text(interval.low, decimals),
                     difference_text(interval.high, decimals));
}

std::string decision_text(const MetricChange& change) {
  const std::string word(to_string(change.decided.decision));
  if (change.decided.regime == Regime::kRuns || change.decided.decision == Decision::kNoData ||
      change.decided.decision == Decision::kInconclusive) {
    return word;
  }
  if (!change.moved()) return "no difference between these boots";
  return fmt::format("differs between these boots: {}{}", word,
                     change.worse() && change.confirmed ? ", and again in a further boot" : "");
}

}  // namespace pve_accept
