#pragma once

#include <optional>
#include <vector>

#include "support/compare/baseline.h"
#include "support/record/thresholds.h"

namespace pve_accept {

// How much a metric of a lab differs by itself, as standard deviations in the metric's
// change_unit(), and what can be told in spite of it.
struct MetricNoise {
  const Metric* metric = nullptr;
  std::optional<GuestKind> guest = {};
  std::size_t runs = 0, boots = 0;
  double average = 0;
  std::optional<double> by_round = {};  // within a run; nothing of one figure a run
  std::optional<double> by_run = {};    // beyond that, within a boot; nothing where no boot has two
  std::optional<double> by_boot = {};   // beyond that
  // Of the averages of runs: what a further run differs by. Nothing of one run.
  std::optional<double> of_runs = {};
  double floor = 0;
  // The smallest change that a further run shows in 95 of 100 cases, against as many runs as these
  // (at least five), and against eight.
  std::optional<double> smallest = {}, smallest_of_eight = {};
  std::size_t against = 0;  // the runs that `smallest` is reckoned with
};

// Components of variance by the method of unweighted means: the variance of averages less the share
// that what is below them has in it, 0 where that is more. Exact where every run has as many rounds
// and every boot as many runs. Source: R. K. Burdick, F. A. Graybill, "Confidence Intervals on
// Variance Components" (1992). Where no boot has two runs, or boots are not on
// record, by_boot is of both.
std::vector<MetricNoise> noise_of(const Baseline& side, const Thresholds& thresholds);

Json to_json(const std::vector<MetricNoise>& noise);

}  // namespace pve_accept
