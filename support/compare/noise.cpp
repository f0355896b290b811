#include "support/compare/noise.h"

#include <algorithm>
#include <cmath>

#include "support/compare/decision.h"

namespace pve_accept {
namespace {

// Runs of one boot together, each by its average; a boot that is not on record is one of its own.
ByRun by_boot(const Baseline& side, const Metric& metric, std::optional<GuestKind> guest) {
  std::map<std::string, std::vector<double>> boots;
  for (const RunFigures& run : side.runs) {
    const ByRun figures = scaled(metric, Baseline{.runs = {run}}.figures(metric, guest));
    if (!figures.empty()) boots[run.boot_id.value_or(run.id)].push_back(average(figures[0]));
  }
  ByRun lists;
  for (auto& [id, runs] : boots) lists.push_back(std::move(runs));
  return lists;
}

// The average of 1 / size: the share of a variance that is left in averages of so many.
double share_left(const ByRun& lists) {
  std::vector<double> shares;
  for (const auto& list : lists) shares.push_back(1 / static_cast<double>(list.size()));
  return average(shares);
}

double deviation(double of_variance) { return std::sqrt(std::max(0.0, of_variance)); }

std::optional<double> known(double value) {
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

}  // namespace

std::vector<MetricNoise> noise_of(const Baseline& side, const Thresholds& thresholds) {
  constexpr std::size_t kEight = 8;
  std::vector<MetricNoise> all;
  for (const Metric& metric : metrics()) {
    for (const auto guest : subjects(metric)) {
      const ByRun runs = scaled(metric, side.figures(metric, guest));
      if (runs.empty()) continue;
      const auto floor = floor_where_asked(metric, guest, thresholds);
      if (!floor) continue;
      const ByRun boots = by_boot(side, metric, guest);
      const double within_run = variance_within(runs), within_boot = variance_within(boots);
      // What of the averages of runs is left of the rounds'.
      const double of_rounds = std::isfinite(within_run) ? within_run * share_left(runs) : 0;
      const auto in_unit = [&](double value) { return change_of(metric, value); };

      MetricNoise noise{.metric = &metric, .guest = guest, .runs = runs.size()};
      noise.boots = boots.size();
      noise.average = average(averages(side.figures(metric, guest)));
      noise.floor = *floor;
      if (std::isfinite(within_run)) noise.by_round = in_unit(std::sqrt(within_run));
      if (std::isfinite(within_boot)) noise.by_run = in_unit(deviation(within_boot - of_rounds));
      if (boots.size() >= 2) {
        const double below =
            std::isfinite(within_boot) ? within_boot * share_left(boots) : of_rounds;
        noise.by_boot = in_unit(deviation(variance(averages(boots)) - below));
      }
      if (runs.size() >= 2) {
        // Runs of one boot say too little of those of others.
        const double between = variance(averages(runs));
        const double spread = in_unit(std::sqrt(between));
        noise.of_runs = spread;
        noise.against = std::max(runs.size(), kRunsOfBaseline);
        noise.smallest = known(smallest_change(noise.against, spread, noise.floor));
        noise.smallest_of_eight = known(smallest_change(kEight, spread, noise.floor));
      }
      all.push_back(noise);
    }
  }
  return all;
}

Json to_json(const std::vector<MetricNoise>& noise) {
  Json list = Json::array();
  for (const MetricNoise& one : noise) {
    list.push_back({{"metric", one.metric->id},
                    {"of", subject_name(one.guest)},
                    {"unit", one.metric->change_unit()},
                    {"runs", one.runs},
                    {"boots", one.boots},
                    {"average", one.average},
                    {"by_round", write_value(one.by_round)},
                    {"by_run", write_value(one.by_run)},
                    {"by_boot", write_value(one.by_boot)},
                    {"of_runs", write_value(one.of_runs)},
                    {"floor", one.floor},
                    {"smallest_change", write_value(one.smallest)},
                    {"against_runs", one.against},
                    {"smallest_change_of_8_runs", write_value(one.smallest_of_eight)}});
  }
  return {{"schema", 1}, {"noise", list}};
}

}  // namespace pve_accept
