#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/compare/metric.h"
#include "support/record/record.h"
#include "support/record/thresholds.h"

namespace pve_accept {

// A claim over the runs of a lab.
struct CaseHistory {
  std::string name = {};               // "docker.exec/lxc"
  std::vector<Outcome> outcomes = {};  // of the runs that have it, in the order of their time
  std::optional<std::string> last_good = {};  // the run that it held in last: its id
  int flips = 0;   // how often it held and in the next run that could tell did not, or came back
  int errors = 0;  // runs that could not tell
  bool preview = false;

  // Whether a reader has something to look at: it does not hold now, or has not always.
  bool notable() const;
};

// A metric that rises or falls over the runs by more than its floor, and not by chance.
struct MetricTrend {
  const Metric* metric = nullptr;
  std::optional<GuestKind> guest = {};
  std::size_t runs = 0;
  double change = 0;  // from the first to the last, along the slope; in the metric's change_unit()
  double p = 1;
};

struct History {
  struct Run {
    std::string id = {};
    std::string started = {};
    std::optional<std::string> boot_id = {};
    int exit_status = 0;
  };

  std::string node = {};
  bool simulated = false;
  std::vector<Run> runs = {};  // in the order of their time
  std::vector<CaseHistory> cases = {};
  std::size_t comparable = 0;  // runs that a trend is told from: like the newest in what matters
  std::vector<MetricTrend> trends = {};
};

// A trend by chance in one of so many tests.
inline constexpr double kTrendLevel = 0.05;

// Throws InputError for runs of several nodes.
History history_of(std::vector<Record> records, const Thresholds& thresholds);

Json to_json(const History& history);

}  // namespace pve_accept
