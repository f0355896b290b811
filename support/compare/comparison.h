#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/compare/baseline.h"
#include "support/compare/decision.h"
#include "support/record/thresholds.h"

namespace pve_accept {

// How a metric of one guest, or of the node, has changed.
struct MetricChange {
  const Metric* metric = nullptr;
  std::optional<GuestKind> guest = {};
  Decided decided = {};
  double base = 0, now = 0;  // the averages of the runs
  // Whether a claim may fail by it: the run was the unit and the baseline is of more than one boot,
  // or each of several new runs, of another boot each, is worse by itself.
  bool confirmed = false;

  bool worse() const { return decided.decision == Decision::kWorse; }
  bool moved() const { return worse() || decided.decision == Decision::kBetter; }
  // "memory-idle/lxc".
  std::string name() const;
};

// A metric in both guests, which a run measures in one session: what moves both is below them.
struct PairedChange {
  const Metric* metric = nullptr;
  std::string text = {};  // "both guests moved", "only the lxc moved", …
};

struct RunComparison {
  std::string before, now;                       // what each side is made of
  std::vector<std::string> not_comparable = {};  // in what they differ; nothing was compared then
  std::vector<std::string> warnings = {};
  std::vector<MetricChange> changes = {};  // the primary metrics first
  std::vector<PairedChange> pairs = {};    // where a guest moved
  bool simulated = false;

  // 0: no primary metric got worse. 1: one got worse, and that is confirmed. 2: none is known to
  // have, but of some it could not be told.
  int exit_status() const;
  const MetricChange* change(const Metric& metric, std::optional<GuestKind> guest) const;
};

// Throws InputError where one side is simulated and the other is not, or for a bad floor.
RunComparison compare(const Baseline& before, const Baseline& now, const Thresholds& thresholds);

// One metric alone, of sides that can be compared.
MetricChange compare_metric(const Metric& metric, std::optional<GuestKind> guest,
                            const Baseline& before, const Baseline& now, double floor);

Json to_json(const RunComparison& comparison);

// "-7.1 % (-9.3 to -4.8)", in the metric's change_unit(); "no interval" for one without ends.
std::string change_text(const MetricChange& change);
// "worse", "differs between these boots: worse", "no difference between these boots".
std::string decision_text(const MetricChange& change);

}  // namespace pve_accept
