#include "support/report/comparison.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <utility>

#include "support/compare/metric.h"
#include "support/report/report.h"
#include "support/report/shared.h"
#include "support/report/wording.h"

namespace pve_accept {
namespace {

using Number = std::optional<double>;

// What of a guest a row without a claim of its own shows.
using OfGuest = Number (*)(const Record&, GuestKind);

Number idle_ram(const Record& record, GuestKind guest) {
  return figure_of(record.idle(guest), "ram_used_mib").median;
}
Number load_ram(const Record& record, GuestKind guest) {
  return figure_of(record.load(guest), "ram_used_mib").median;
}
Number iowait(const Record& record, GuestKind guest) {
  return figure_of(record.load(guest), "cpu_iowait_percent").mean;
}
Number transactions(const Record& record, GuestKind guest) {
  const LoadRecord* load = record.load(guest);
  if (load == nullptr || !load->pgbench.transactions) return std::nullopt;
  return static_cast<double>(*load->pgbench.transactions);
}

// A row is about a claim, or about a figure that no claim is about.
struct FigureRow {
  std::string_view name;
  std::string_view unit;
  int decimals;
  std::string_view metric = "";  // by which runs are compared
  std::string_view claim = "";
  std::string_view delta = "";  // the claim on the difference
  OfGuest of_guest = nullptr;
};

// clang-format off
constexpr FigureRow kFigureRows[] = {
    {"Idle host-RAM delta", "MiB", 0, "memory-idle", "memory.idle-delta", "delta.memory-idle"},
    {"Idle host RAM used", "MiB", 0, "", "", "", idle_ram},
    {"Under-load host-RAM delta", "MiB", 0, "memory-load", "memory.load-delta", "delta.memory-load"},
    {"Under-load host RAM used", "MiB", 0, "", "", "", load_ram},
    {"Booked on the guest under load", "MiB", 0, "", "memory.attribution"},
    {"Memory that the guest sees", "MiB", 0, "", "memory.guest-view"},
    {"Idle host CPU used", "%", 1, "cpu-idle", "cpu.idle", "delta.cpu-idle"},
    {"Under-load host CPU used", "%", 1, "cpu-load", "cpu.load", "delta.cpu-load"},
    {"  of it iowait", "%", 1, "iowait-load", "", "delta.iowait", iowait},
    {"pgbench throughput", "tps", 1, "throughput", "load.throughput", "delta.throughput"},
    {"pgbench latency", "ms", 3, "latency", "load.latency"},
    {"pgbench transactions", "", 0, "", "", "", transactions},
    {"pgbench failed transactions", "", 0, "", "load.zero-failed"},
    {"Disk allocated", "GiB", 0, "", "disk.allocated"},
    {"Disk used on the storage", "GiB", 2, "disk-used", "disk.host-used", "delta.disk-used"},
    {"Disk used inside the guest", "GiB", 1, "disk-in-guest", "disk.guest-used"},
    {"Provisioning, create to ready", "s", 0, "ready", "guest.ready-in-time"},
};
// clang-format on

Number minus(const Number& left, const Number& right) {
  return left && right ? Number(*left - *right) : std::nullopt;
}

// What a run has for a row.
struct Side {
  const ClaimResult* lxc;
  const ClaimResult* vm;
  const ClaimResult* delta;
  Number lxc_value;
  Number vm_value;

  Side(const Record& record, const FigureRow& metric)
      : lxc(record.claim(metric.claim, GuestKind::kLxc)),
        vm(record.claim(metric.claim, GuestKind::kVm)),
        delta(record.claim(metric.delta, std::nullopt)),
        lxc_value(value(record, metric, lxc, GuestKind::kLxc)),
        vm_value(value(record, metric, vm, GuestKind::kVm)) {}

  static Number value(const Record& record, const FigureRow& metric, const ClaimResult* claim,
                      GuestKind guest) {
    if (metric.of_guest != nullptr) return metric.of_guest(record, guest);
    return claim == nullptr ? std::nullopt : claim->measured.number();
  }

  // A claim on the difference in the row's own unit has the exact value; one in another unit
  // (throughput is judged in percent) stands beside it.
  std::string delta_text(const FigureRow& metric) const {
    const std::string difference = signed_or_missing(minus(vm_value, lxc_value), metric.decimals);
    const Number claimed = delta == nullptr ? std::nullopt : delta->measured.number();
    if (!claimed) return difference;
    if (delta->unit == metric.unit || delta->unit == "pp") {
      return signed_or_missing(claimed, metric.decimals);
    }
    return fmt::format("{} ({} {})", difference, signed_or_missing(claimed, 1),
                       text_or_missing(delta->unit));
  }

  // "PASS", or what did not pass: "FAIL vm, ERROR Δ".
  std::string verdict() const {
    std::string text;
    bool judged = false;
    for (const auto& [claim, name] : {std::pair(lxc, "lxc"), {vm, "vm"}, {delta, "Δ"}}) {
      if (claim == nullptr) continue;
      judged = true;
      if (claim->outcome == Outcome::kPass) continue;
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", outcome_text(claim->outcome), name);
    }
    if (!judged) return std::string(kMissing);
    return text.empty() ? "PASS" : text;
  }
};

// A count depends on how long the load ran.
std::string name_of(const FigureRow& metric, const Record& reference) {
  const LoadRecord* lxc = reference.load(GuestKind::kLxc);
  const LoadRecord* vm = reference.load(GuestKind::kVm);
  if (metric.of_guest != transactions || lxc == nullptr || vm == nullptr) {
    return std::string(metric.name);
  }
  return fmt::format("{} (spike: {} s, {} s)", metric.name,
                     number_or_missing(lxc->pgbench.duration_s, 0),
                     number_or_missing(vm->pgbench.duration_s, 0));
}

// What the row's metric was before; none where there is no such metric, or no figure of it.
Number before(const RunComparison& comparison, const FigureRow& row, GuestKind guest) {
  const Metric* metric = find_metric(row.metric);
  const MetricChange* change = metric == nullptr ? nullptr : comparison.change(*metric, guest);
  const bool known = change != nullptr && change->decided.decision != Decision::kNoData;
  return known ? Number(change->base) : std::nullopt;
}

// Each before the cell that this run has there.
void put_between(Table::Row& row, std::string lxc, std::string vm, std::string delta) {
  row.insert(row.begin() + 6, std::move(delta));
  row.insert(row.begin() + 4, std::move(vm));
  row.insert(row.begin() + 2, std::move(lxc));
}

Table::Row row_of(const Record& reference, const Record& run, const RunComparison* beside,
                  const FigureRow& metric) {
  const Side then(reference, metric);
  const Side now(run, metric);
  const auto text = [&](const Number& value) { return number_or_missing(value, metric.decimals); };
  const std::string name = name_of(metric, reference);
  Table::Row row = {metric.unit.empty() ? name : fmt::format("{}, {}", name, metric.unit),
                    text(then.lxc_value),
                    text(now.lxc_value),
                    text(then.vm_value),
                    text(now.vm_value),
                    then.delta_text(metric),
                    now.delta_text(metric),
                    now.verdict()};
  if (beside != nullptr) {
    const Number lxc = before(*beside, metric, GuestKind::kLxc);
    const Number vm = before(*beside, metric, GuestKind::kVm);
    put_between(row, text(lxc), text(vm), signed_or_missing(minus(vm, lxc), metric.decimals));
  }
  return row;
}

}  // namespace

Table comparison_table(const Record& reference, const Record& run, const RunComparison* beside) {
  Table table{.header = {"Metric", "spike LXC", "this LXC", "spike VM", "this VM", "spike Δ",
                         "this Δ", "verdict"},
              .rows = {}};
  if (beside != nullptr) put_between(table.header, "before LXC", "before VM", "before Δ");
  for (const FigureRow& metric : kFigureRows) {
    table.rows.push_back(row_of(reference, run, beside, metric));
  }
  return table;
}

std::string comparison_text(const Record& record) {
  std::string text;
  if (record.node.simulated()) text += simulation_notice(record) + "\n";
  return text + aligned(comparison_table(reference_run(), record));
}

}  // namespace pve_accept
