#include "support/sim/model/variation.h"

#include <fmt/format.h>

#include <algorithm>

namespace pve_accept::sim {
namespace {

constexpr double kMostOf = 1000;  // of each kind: boots, runs in a boot, rounds in a run

double hours_since_boot(const State& state, Millis at) {
  const Millis since = at - std::max<Millis>(state.booted(at), 0);
  return static_cast<double>(std::max<Millis>(since, 0)) / 3.6e6;
}

// With a standard deviation of 1, and three at most: that is what a bell has.
double drawn(const Scenario& scenario, const std::string& what, double number) {
  return 3 * bell(scenario.seed, what, static_cast<std::int64_t>(number));
}

void add(Deviation& deviation, const Scenario& scenario, const Model::Spread& spread,
         const std::string& what, double number) {
  deviation.tps += spread.tps_percent / 100 * drawn(scenario, what + " tps", number);
  deviation.cpu += spread.cpu_percent / 100 * drawn(scenario, what + " cpu", number);
  deviation.ram_mib += spread.ram_mib * drawn(scenario, what + " ram", number);
}

// The how many-th of its kind it is, of its guest.
std::int64_t ordinal(const State& state, const Activity& one) {
  return 1 + std::ranges::count_if(state.activities, [&](const Activity& other) {
           return other.what == one.what && other.vmid == one.vmid && other.from < one.from;
         });
}

}  // namespace

std::int64_t boot_number(const Scenario& scenario, const State& state, Millis at) {
  return scenario.model.boot + state.reboots_until(at);
}

std::int64_t run_number(const Scenario& scenario, const State& state, Millis at) {
  const auto begun = std::ranges::count_if(state.runs, [at](Millis begin) { return begin <= at; });
  return scenario.model.run + std::max<std::int64_t>(begun - 1, 0);
}

std::uint64_t noise_seed(const Scenario& scenario) {
  const Model& model = scenario.model;
  return scenario.seed + static_cast<std::uint64_t>(model.boot - 1) * 1'000'003 +
         static_cast<std::uint64_t>(model.run - 1) * 7'919;
}

Deviation deviation_of_machine(const Scenario& scenario, const State& state, Millis at) {
  const Model::Variation& variation = scenario.model.variation;
  Deviation deviation;
  add(deviation, scenario, variation.boot, "boot",
      static_cast<double>(boot_number(scenario, state, at)));
  const double hours = hours_since_boot(state, at);
  deviation.tps -= variation.drift_per_hour.tps_percent / 100 * hours;
  deviation.cpu += variation.drift_per_hour.cpu_percent / 100 * hours;
  return deviation;
}

double ram_drift_mib(const Scenario& scenario, const State& state, Millis at) {
  return scenario.model.variation.drift_per_hour.ram_mib * hours_since_boot(state, at);
}

Deviation deviation_of(const Scenario& scenario, const State& state, const Activity& activity) {
  const Model::Variation& variation = scenario.model.variation;
  Deviation deviation = deviation_of_machine(scenario, state, activity.from);
  const std::string guest(to_string(activity.kind));
  const double run = static_cast<double>(boot_number(scenario, state, activity.from)) * kMostOf +
                     static_cast<double>(run_number(scenario, state, activity.from));
  add(deviation, scenario, variation.run, "run " + guest, run);
  add(deviation, scenario, variation.round, fmt::format("{} {}", activity.what, guest),
      run * kMostOf + static_cast<double>(ordinal(state, activity)));
  deviation.tps = std::max(deviation.tps, 0.0);
  deviation.cpu = std::max(deviation.cpu, 0.0);
  return deviation;
}

Deviation deviation_of_guest(const Scenario& scenario, const State& state, std::int64_t vmid,
                             Millis at) {
  const auto runs = std::ranges::find_if(state.activities, [&](const Activity& one) {
    return one.what == "running" && one.vmid == vmid && one.from <= at && at < one.to;
  });
  if (runs == state.activities.end()) return deviation_of_machine(scenario, state, at);
  return deviation_of(scenario, state, *runs);
}

}  // namespace pve_accept::sim
