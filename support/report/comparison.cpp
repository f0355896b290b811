#include "support/report/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>

#include "support/report/lookup.h"
#include "support/report/report.h"

namespace pve_accept {
namespace {

using Value = std::optional<double>;

// A row is about a claim, whose thresholds know the spike's values, or about a figure that no claim
// is about, with the spike's values from Phase 0 §2 here.
struct Metric {
  std::string_view name;
  std::string_view unit;
  int decimals;
  std::string_view claim = "";
  std::string_view delta = "";  // the claim on the difference
  const char* place = "";       // of the figure within the measurements of a guest
  Value spike_lxc = {};
  Value spike_vm = {};
};

// clang-format off
constexpr Metric kMetrics[] = {
    {"Idle host-RAM delta", "MiB", 0, "memory.idle-delta", "delta.memory-idle"},
    {.name = "Idle host RAM used", .unit = "MiB", .decimals = 0,
     .place = "/idle/figures/ram_used_mib/median", .spike_lxc = 1913, .spike_vm = 3758},
    {"Under-load host-RAM delta", "MiB", 0, "memory.load-delta", "delta.memory-load"},
    {.name = "Under-load host RAM used", .unit = "MiB", .decimals = 0,
     .place = "/load/figures/ram_used_mib/median", .spike_lxc = 2112, .spike_vm = 3786},
    {"Booked on the guest under load", "MiB", 0, "memory.attribution"},
    {"Memory that the guest sees", "MiB", 0, "memory.guest-view"},
    {"Idle host CPU used", "%", 1, "cpu.idle", "delta.cpu-idle"},
    {"Under-load host CPU used", "%", 1, "cpu.load", "delta.cpu-load"},
    {.name = "  of it iowait", .unit = "%", .decimals = 1, .delta = "delta.iowait",
     .place = "/load/figures/cpu_iowait_percent/mean", .spike_lxc = 14.5, .spike_vm = 16.4},
    {"pgbench throughput", "tps", 1, "load.throughput", "delta.throughput"},
    {"pgbench latency", "ms", 3, "load.latency"},
    {.name = "pgbench transactions (spike: 60 s, 90 s)", .unit = "", .decimals = 0,
     .place = "/load/pgbench/transactions", .spike_lxc = 132710, .spike_vm = 163764},
    {"pgbench failed transactions", "", 0, "load.zero-failed"},
    {"Disk allocated", "GiB", 0, "disk.allocated"},
    {"Disk used on the storage", "GiB", 2, "disk.host-used", "delta.disk-used"},
    {"Disk used inside the guest", "GiB", 1, "disk.guest-used"},
    {"Provisioning, create to ready", "s", 0, "guest.ready-in-time"},
};
// clang-format on

Value number(const Json& value) {
  return value.is_number() ? Value(value.get<double>()) : std::nullopt;
}

Json json(const Value& value) { return value ? Json(*value) : Json(nullptr); }

Value minus(const Value& left, const Value& right) {
  return left && right ? Value(*left - *right) : std::nullopt;
}

Value reference(const Metric& metric, const Json& claim, GuestKind guest) {
  if (const Value value = number(lookup(claim, {"reference"}))) return value;
  return guest == GuestKind::kLxc ? metric.spike_lxc : metric.spike_vm;
}

Value measured(const Json& record, const Metric& metric, const Json& claim, GuestKind guest) {
  if (!metric.claim.empty()) return number(lookup(claim, {"measured"}));
  const Json all = lookup(record, {"measurements", to_string(guest)});
  const Json::json_pointer place(metric.place);
  return all.is_object() && all.contains(place) ? number(all.at(place)) : std::nullopt;
}

// The difference of a row. A claim on it in the row's own unit has the exact value; one in another
// unit (throughput is judged in percent) stands beside it.
std::string delta_text(const Metric& metric, const Json& claim, const char* key,
                       const Value& difference) {
  const Value claimed = number(lookup(claim, {key}));
  const Json unit = lookup(claim, {"unit"});
  if (!claimed) return signed_or_missing(json(difference), metric.decimals);
  if (unit == metric.unit || unit == "pp") return signed_or_missing(*claimed, metric.decimals);
  return fmt::format("{} ({} {})", signed_or_missing(json(difference), metric.decimals),
                     signed_or_missing(*claimed, 1), text_or_missing(unit));
}

// "PASS", or what did not pass: "FAIL vm, ERROR Δ".
std::string verdict(const Json& lxc, const Json& vm, const Json& delta) {
  std::string text;
  bool judged = false;
  const auto add = [&](const Json& claim, const char* name) {
    if (claim.is_null()) return;
    judged = true;
    std::string outcome = outcome_of(claim);
    if (outcome == "pass") return;
    std::transform(outcome.begin(), outcome.end(), outcome.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", outcome, name);
  };
  add(lxc, "lxc");
  add(vm, "vm");
  add(delta, "Δ");
  if (!judged) return std::string(kMissing);
  return text.empty() ? "PASS" : text;
}

Table::Row row_of(const Json& record, const Metric& metric) {
  const Json lxc = claim_of(record, metric.claim, GuestKind::kLxc);
  const Json vm = claim_of(record, metric.claim, GuestKind::kVm);
  const Json delta = claim_of(record, metric.delta, std::nullopt);
  const Value spike_lxc = reference(metric, lxc, GuestKind::kLxc);
  const Value spike_vm = reference(metric, vm, GuestKind::kVm);
  const Value run_lxc = measured(record, metric, lxc, GuestKind::kLxc);
  const Value run_vm = measured(record, metric, vm, GuestKind::kVm);
  const auto text = [&](const Value& value) {
    return number_or_missing(json(value), metric.decimals);
  };
  return {metric.unit.empty() ? std::string(metric.name)
                              : fmt::format("{}, {}", metric.name, metric.unit),
          text(spike_lxc),
          text(run_lxc),
          text(spike_vm),
          text(run_vm),
          delta_text(metric, delta, "reference", minus(spike_vm, spike_lxc)),
          delta_text(metric, delta, "measured", minus(run_vm, run_lxc)),
          verdict(lxc, vm, delta)};
}

}  // namespace

Table comparison_table(const Json& record) {
  Table table{.header = {"Metric", "spike LXC", "this LXC", "spike VM", "this VM", "spike Δ",
                         "this Δ", "verdict"},
              .rows = {}};
  for (const Metric& metric : kMetrics) table.rows.push_back(row_of(record, metric));
  return table;
}

std::string comparison_text(const Json& record) {
  std::string text;
  if (simulated(record)) text += simulation_notice(record) + "\n";
  return text + aligned(comparison_table(record));
}

}  // namespace pve_accept
