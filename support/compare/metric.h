#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "support/base/guest_kind.h"
#include "support/record/record.h"
#include "support/record/thresholds.h"

namespace pve_accept {

// A figure that runs are compared by: the one table that a further one would join.
struct Metric {
  enum class Change {
    kRelative,  // in percent of the baseline: a ratio means the same on every node
    kAbsolute,  // in the figure's own unit
  };
  enum class Worse { kLower, kHigher };

  // One round of a run, as a metric reads it. The guest is none for a metric of the node.
  struct Place {
    const Record& run;
    const RoundRecord& round;
    std::optional<GuestKind> guest;
  };
  // Throws HarnessError where there is no figure, or none that is usable.
  using Read = double (*)(const Place&);

  std::string_view id;    // of a primary metric: its claim is regression.<id>
  std::string_view name;  // in print
  std::string_view unit;  // of the figure
  int decimals;           // in print
  Change change;
  Worse worse;
  bool of_node;       // else one of each guest
  bool once_a_run;    // else one of each round
  double also_floor;  // 0: a primary metric, whose floor stands in thresholds.json
  Read read;

  // Whether it can make a claim false. The others are reported as "also moved".
  bool primary() const { return also_floor == 0; }
  bool relative() const { return change == Change::kRelative; }
  // "%", "MiB", "pp": of a difference.
  std::string_view change_unit() const;
  // How much worse a change is: positive where it is.
  double loss(double difference) const { return worse == Worse::kLower ? -difference : difference; }
};

std::span<const Metric> metrics();

// Null when there is none of that id.
const Metric* find_metric(std::string_view id);

// The metric's claim: "regression.throughput".
std::string claim_of(const Metric& metric);

// "lxc", "vm", or "node" for none.
std::string_view subject_name(std::optional<GuestKind> guest);

// What the metric is measured of: both guests, or the node.
std::span<const std::optional<GuestKind>> subjects(const Metric& metric);

// The figure of a round, or why there is none.
Fact<double> figure_of(const Metric& metric, const Metric::Place& place);

// The change, in change_unit(), up to which nobody cares: for a primary metric the bound of its
// claim. Throws InputError, with the JSON path, where that bound is not one of the metric's kind.
double floor_of(const Metric& metric, std::optional<GuestKind> guest, const Thresholds& thresholds);

// The same; nothing where the thresholds declare the metric's claim not applicable.
std::optional<double> floor_where_asked(const Metric& metric, std::optional<GuestKind> guest,
                                        const Thresholds& thresholds);

// The same of every primary metric, so that a mistake in a file is said before a run starts.
void check_floors(const Thresholds& thresholds);

}  // namespace pve_accept
