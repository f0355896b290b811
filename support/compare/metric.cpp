#include "support/compare/metric.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "support/base/contains.h"
#include "support/base/error.h"
#include "support/record/claim_catalogue.h"

namespace pve_accept {
namespace {

using Place = Metric::Place;
using enum Metric::Change;
using enum Metric::Worse;

// ---- how each is read ---------------------------------------------------------------------------

[[noreturn]] void not_measured(const Place& place, const char* what) {
  throw HarnessError(fmt::format("read {} of round {}", what, place.round.number),
                     "it was not measured");
}

const Measurements& measured(const Place& place) {
  const auto found = place.round.measurements.find(place.guest.value());
  if (found == place.round.measurements.end()) not_measured(place, "the guest");
  return found->second;
}

const IdleRecord& idle(const Place& place) {
  const Measurements& of_guest = measured(place);
  if (!of_guest.idle) not_measured(place, "the idle window");
  return *of_guest.idle;
}

const LoadRecord& load(const Place& place) {
  const Measurements& of_guest = measured(place);
  if (!of_guest.load) not_measured(place, "the load window");
  of_guest.load->require_in_time();
  return *of_guest.load;
}

const WindowRecord& quiet(const Place& place) {
  if (!place.run.baseline) not_measured(place, "the baseline");
  return *place.run.baseline;
}

// The node's RAM in use above what it was with no guest. What was swapped out since costs no RAM.
double ram_above_baseline(const Place& place, const WindowRecord& window) {
  require_no_swapping(quiet(place), window);
  return window.figure("ram_used_mib").median - quiet(place).figure("ram_used_mib").median;
}

template <class T>
double need(const std::optional<T>& seen, const Place& place, const char* what) {
  if (!seen) not_measured(place, what);
  return *seen;
}

// Of the guest as a cgroup: for the VM it has QEMU's own memory too.
double booked(const WindowRecord& window) {
  return window.figure("cgroup_without_cache_mib").median;
}

const CanaryRecord& canary(const Place& place) {
  if (!place.round.canary) not_measured(place, "the canary");
  return *place.round.canary;
}

double throughput(const Place& at) { return need(load(at).pgbench.whole().tps, at, "tps"); }
double latency(const Place& at) { return need(load(at).pgbench.whole().latency_ms, at, "latency"); }
double memory_idle(const Place& at) { return ram_above_baseline(at, idle(at)); }
double memory_load(const Place& at) { return ram_above_baseline(at, load(at)); }
double cpu_idle(const Place& at) { return idle(at).figure("cpu_used_percent").mean; }
double cpu_load(const Place& at) { return load(at).figure("cpu_used_percent").mean; }
double ready(const Place& at) {
  const GuestRecord* guest = at.run.guest(at.guest.value());
  if (guest == nullptr) not_measured(at, "the guest");
  return need(guest->ready_s, at, "the time until it was ready");
}
double disk_used(const Place& at) {
  return load(at).disk.host_used_gib.need("what the disk takes on the storage");
}

double booked_idle(const Place& at) { return booked(idle(at)); }
double booked_load(const Place& at) { return booked(load(at)); }
double cpu_busy_load(const Place& at) { return load(at).figure("cpu_busy_percent").mean; }
double iowait_load(const Place& at) { return load(at).figure("cpu_iowait_percent").mean; }
double io_pressure_idle(const Place& at) {
  return idle(at).figure("cgroup_pressure_io_percent").mean;
}
double io_pressure_load(const Place& at) {
  return load(at).figure("cgroup_pressure_io_percent").mean;
}
double disk_in_guest(const Place& at) {
  return load(at).disk.guest_used_gib.need("what the disk takes in the guest");
}
double node_memory(const Place& at) { return quiet(at).figure("ram_used_mib").median; }
double node_cpu(const Place& at) { return quiet(at).figure("cpu_used_percent").mean; }
double fsyncs(const Place& at) { return canary(at).fsyncs_per_s.need("fsyncs per second"); }
double regexes(const Place& at) { return canary(at).regex_per_s.need("regexes per second"); }

// ---- the table ----------------------------------------------------------------------------------

// The floors of those that are not primary are like their primary neighbours', in thresholds.json;
// for the canary: what the storage and the CPU of a quiet node do by themselves from boot to boot.
// clang-format off
constexpr auto kMetrics = std::to_array<Metric>({
    //                                                           change     worse    of node once also
    {"throughput", "pgbench throughput", "tps", 1,               kRelative, kLower,  false, false, 0, throughput},
    {"latency", "pgbench latency", "ms", 3,                      kRelative, kHigher, false, false, 0, latency},
    {"memory-idle", "idle host-RAM delta", "MiB", 0,             kAbsolute, kHigher, false, false, 0, memory_idle},
    {"memory-load", "under-load host-RAM delta", "MiB", 0,       kAbsolute, kHigher, false, false, 0, memory_load},
    {"cpu-idle", "idle host CPU", "%", 2,                        kAbsolute, kHigher, false, false, 0, cpu_idle},
    {"cpu-load", "under-load host CPU", "%", 1,                  kAbsolute, kHigher, false, false, 0, cpu_load},
    {"ready", "create to ready", "s", 1,                         kAbsolute, kHigher, false, true,  0, ready},
    {"disk-used", "disk used on the storage", "GiB", 2,          kAbsolute, kHigher, false, false, 0, disk_used},

    {"booked-idle", "booked on the idle guest", "MiB", 0,        kAbsolute, kHigher, false, false, 20, booked_idle},
    {"booked-load", "booked on the guest under load", "MiB", 0,  kAbsolute, kHigher, false, false, 20, booked_load},
    {"cpu-busy-load", "CPU under load without iowait", "%", 1,   kAbsolute, kHigher, false, false, 2, cpu_busy_load},
    {"iowait-load", "iowait under load", "%", 1,                 kAbsolute, kHigher, false, false, 2, iowait_load},
    {"pressure-idle", "tasks waiting for I/O, idle", "%", 1,     kAbsolute, kHigher, false, false, 2, io_pressure_idle},
    {"pressure-load", "tasks waiting for I/O, load", "%", 1,     kAbsolute, kHigher, false, false, 5, io_pressure_load},
    {"disk-in-guest", "disk used inside the guest", "GiB", 2,    kAbsolute, kHigher, false, false, 0.2, disk_in_guest},
    {"node-memory", "node's RAM, no guest", "MiB", 0,            kAbsolute, kHigher, true,  true,  50, node_memory},
    {"node-cpu", "node's CPU, no guest", "%", 2,                 kAbsolute, kHigher, true,  true,  0.5, node_cpu},
    {"fsyncs", "canary: fsyncs", "1/s", 0,                       kRelative, kLower,  true,  false, 5, fsyncs},
    {"regexes", "canary: regex rate", "1/s", 0,                  kRelative, kLower,  true,  false, 5, regexes},
});
// clang-format on

constexpr std::array<std::optional<GuestKind>, 2> kOfGuests = {GuestKind::kLxc, GuestKind::kVm};
constexpr std::array<std::optional<GuestKind>, 1> kOfNode = {std::nullopt};

}  // namespace

std::string_view Metric::change_unit() const {
  if (relative()) return "%";
  return unit == "%" ? "pp" : unit;
}

std::span<const Metric> metrics() { return kMetrics; }

const Metric* find_metric(std::string_view id) {
  const auto* const found = std::ranges::find(kMetrics, id, &Metric::id);
  return found == kMetrics.end() ? nullptr : &*found;
}

std::string claim_of(const Metric& metric) { return fmt::format("regression.{}", metric.id); }

std::string_view subject_name(std::optional<GuestKind> guest) {
  return guest ? to_string(*guest) : "node";
}

std::span<const std::optional<GuestKind>> subjects(const Metric& metric) {
  if (metric.of_node) return kOfNode;
  return kOfGuests;
}

Fact<double> figure_of(const Metric& metric, const Place& place) {
  return read_fact([&] {
    const double value = metric.read(place);
    if (!std::isfinite(value)) throw HarnessError("read the figure", "it is not on record");
    // Of what is compared by its ratio, 0 is no figure: no load has none.
    if (metric.relative() && !(value > 0))
      throw HarnessError("read the figure", "it is not above 0");
    return value;
  });
}

double floor_of(const Metric& metric, std::optional<GuestKind> guest,
                const Thresholds& thresholds) {
  if (!metric.primary()) return metric.also_floor;
  const Expectation& expectation = thresholds.expectation(claim_of(metric), guest);
  const Bound bound = expectation.allowed.value_or(Bound{});
  const bool lower = metric.worse == kLower;
  const auto& wanted = lower ? bound.min : bound.max;
  const auto& other = lower ? bound.max : bound.min;
  if (wanted && !other && metric.loss(*wanted) > 0) return metric.loss(*wanted);
  throw InputError(
      fmt::format("thresholds.json: claims/{}/{}/allowed: expected only '{}', {} 0: the change in "
                  "{} up to which nobody cares",
                  claim_of(metric), subject_name(guest), lower ? "min" : "max",
                  lower ? "below" : "above", metric.change_unit()));
}

std::optional<double> floor_where_asked(const Metric& metric, std::optional<GuestKind> guest,
                                        const Thresholds& thresholds) {
  if (metric.primary() && thresholds.expectation(claim_of(metric), guest).not_applicable) {
    return std::nullopt;
  }
  return floor_of(metric, guest, thresholds);
}

void check_floors(const Thresholds& thresholds) {
  for (const Metric& metric : kMetrics) {
    for (const auto guest : subjects(metric)) floor_where_asked(metric, guest, thresholds);
  }
}

}  // namespace pve_accept
