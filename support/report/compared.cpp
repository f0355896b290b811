#include "support/report/compared.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/compare/trend.h"
#include "support/report/table.h"
#include "support/report/wording.h"

namespace pve_accept {
namespace {

constexpr const char* kOfAModel =
    "The figures come from a model: they say nothing about hardware.\n";

std::string figure_text(const Metric& metric, double value) {
  return fmt::format("{:.{}f} {}", value, metric.decimals, metric.unit);
}

std::string floor_text(const Metric& metric, double floor) {
  return fmt::format("{:g} {}", floor, metric.change_unit());
}

Table::Row row_of(const MetricChange& change) {
  const Metric& metric = *change.metric;
  const bool told = change.decided.decision != Decision::kNoData;
  return {std::string(metric.name),
          std::string(subject_name(change.guest)),
          told ? figure_text(metric, change.base) : std::string(kMissing),
          told ? figure_text(metric, change.now) : std::string(kMissing),
          change_text(change),
          told ? floor_text(metric, change.decided.floor) : std::string(kMissing),
          decision_text(change)};
}

// What the intervals stand on: of all that have data it is the same but where a run lacks some.
std::string regime_text(const RunComparison& comparison) {
  const bool by_runs = std::ranges::any_of(comparison.changes, [](const MetricChange& change) {
    return change.decided.regime == Regime::kRuns;
  });
  if (by_runs) {
    return fmt::format(
        "Each run is one value: {:.0f} % prediction intervals by Student's t of the baseline's "
        "runs.\n",
        100 * kConfidence);
  }
  return fmt::format(
      "Fewer than {} runs in the baseline, so each round is one value: {:.0f} % intervals of Mann "
      "and Whitney.\nThey speak of these boots alone: another boot of an unchanged node may differ "
      "as much.\n",
      kRunsOfBaseline, 100 * kConfidence);
}

Table table_of(const RunComparison& comparison, bool primary) {
  Table table{.header = {"metric", "of", "before", "now", "change", "floor", "decision"},
              .rows = {}};
  for (const MetricChange& change : comparison.changes) {
    if (change.metric->primary() != primary || !(primary || change.moved())) continue;
    table.rows.push_back(row_of(change));
  }
  return table;
}

std::string notes_text(const RunComparison& comparison) {
  std::string text;
  for (const MetricChange& change : comparison.changes) {
    if (!change.metric->primary()) continue;
    if (change.worse() && !change.confirmed) {
      text += fmt::format(
          "{}: unconfirmed: run again, after a reboot, and name that run too (--new RUN)\n",
          change.name());
    } else if (!change.decided.note.empty()) {
      text += fmt::format("{}: {}\n", change.name(), change.decided.note);
    }
  }
  for (const PairedChange& pair : comparison.pairs) {
    text += fmt::format("{}: {}\n", pair.metric->id, pair.text);
  }
  return text;
}

std::string conclusion(const RunComparison& comparison) {
  std::size_t worse = 0, better = 0, untold = 0, primary = 0;
  for (const MetricChange& change : comparison.changes) {
    if (!change.metric->primary()) continue;
    ++primary;
    if (change.worse()) ++worse;
    if (change.decided.decision == Decision::kBetter) ++better;
    if (!change.worse() && !surely_not_worse(*change.metric, change.decided)) ++untold;
  }
  return fmt::format(
      "{} primary figures: {} worse, {} better; of {} it cannot be told that they are not worse\n",
      primary, worse, better, untold);
}

std::string noise_or_missing(const MetricNoise& noise, const std::optional<double>& value) {
  const int decimals = noise.metric->relative() ? 2 : noise.metric->decimals + 1;
  return number_or_missing(value, decimals);
}

std::string outcomes_text(const std::vector<Outcome>& outcomes) {
  constexpr std::string_view kLetters = "pFE-";  // pass, fail, error, skip
  std::string text;
  for (const Outcome outcome : outcomes) text += kLetters.at(static_cast<std::size_t>(outcome));
  return text;
}

}  // namespace

std::string changes_text(const RunComparison& comparison) {
  std::string text = comparison.simulated ? kOfAModel : "";
  text += fmt::format("before: {}\nnow:    {}\n", comparison.before, comparison.now);
  for (const std::string& warning : comparison.warnings) text += "warning: " + warning + "\n";
  if (!comparison.not_comparable.empty()) {
    text += "not comparable:\n";
    for (const std::string& difference : comparison.not_comparable) {
      text += "  " + difference + "\n";
    }
    return text;
  }
  text += regime_text(comparison) + "\n" + aligned(table_of(comparison, true)) + "\n";
  const Table also = table_of(comparison, false);
  if (!also.rows.empty()) text += "also moved:\n" + aligned(also) + "\n";
  return text + notes_text(comparison) + conclusion(comparison);
}

std::string noise_text(const Baseline& runs, const std::vector<MetricNoise>& noise) {
  std::string text = runs.node.simulated() ? kOfAModel : "";
  text += fmt::format("{} of {}\n", made_of(runs), runs.node.name);
  for (const std::string& warning : warnings(runs)) text += "warning: " + warning + "\n";
  std::size_t against = kRunsOfBaseline;
  for (const MetricNoise& one : noise) against = std::max(against, one.against);
  Table table{.header = {"metric", "of", "average", "by round", "by run", "by boot", "of runs",
                         "floor", fmt::format("found with {}", against), "found with 8", "in"},
              .rows = {}};
  for (const MetricNoise& one : noise) {
    table.rows.push_back({std::string(one.metric->name), std::string(subject_name(one.guest)),
                          figure_text(*one.metric, one.average),
                          noise_or_missing(one, one.by_round), noise_or_missing(one, one.by_run),
                          noise_or_missing(one, one.by_boot), noise_or_missing(one, one.of_runs),
                          fmt::format("{:g}", one.floor), noise_or_missing(one, one.smallest),
                          noise_or_missing(one, one.smallest_of_eight),
                          std::string(one.metric->change_unit())});
  }
  return text + "\n" + aligned(table) +
         "\nStandard deviations, each beyond what the ones before it explain; \"of runs\" is that "
         "of "
         "whole runs.\n\"found with N\": the smallest change that one further run shows in 95 of "
         "100 "
         "cases against N runs.\n";
}

std::string history_text(const History& history) {
  std::string text = history.simulated ? kOfAModel : "";
  text += fmt::format("{} runs of {}, {} to {}\n", history.runs.size(), history.node,
                      history.runs.front().started, history.runs.back().started);
  Table table{.header = {"case", "last good run", "flips", "errors", "runs"}, .rows = {}};
  for (const CaseHistory& one : history.cases) {
    if (!one.notable()) continue;
    table.rows.push_back({one.name + (one.preview ? " (preview)" : ""),
                          one.last_good.value_or("none"), std::to_string(one.flips),
                          std::to_string(one.errors), outcomes_text(one.outcomes)});
  }
  if (table.rows.empty()) {
    text += fmt::format("every one of {} cases has held in every run that had it\n",
                        history.cases.size());
  } else {
    text += "\n" + aligned(table) + "p: held, F: false, E: could not be told, -: not applicable\n";
  }
  text += "\n";
  for (const MetricTrend& trend : history.trends) {
    const Metric& metric = *trend.metric;
    text += fmt::format(
        "warning: {} of the {} drifts: {:+.{}f} {} over {} runs (Mann-Kendall, p = {:.3f})\n",
        metric.name, subject_name(trend.guest), trend.change,
        metric.relative() ? 1 : metric.decimals, metric.change_unit(), trend.runs, trend.p);
  }
  if (history.comparable < kRunsOfTrend) {
    text += fmt::format(
        "no trend can be told: {} of the runs are like the newest one, and it takes "
        "{}\n",
        history.comparable, kRunsOfTrend);
  } else if (history.trends.empty()) {
    text += fmt::format("no figure drifts over the {} runs that are like the newest one\n",
                        history.comparable);
  }
  return text;
}

}  // namespace pve_accept
