#include "support/sim/model/variation.h"

#include <cmath>
#include <functional>

#include "suites/unit/matchers.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/sim/lab.h"
#include "support/base/file.h"

namespace pve_accept::sim_testing {
namespace {

using sim::Activity;
using sim::Deviation;
using sim::State;

constexpr Model::Spread kNone = {};
constexpr Model::Spread kTwo = {.tps_percent = 2, .cpu_percent = 2, .ram_mib = 2};

// A scenario whose figures differ by one cause alone.
Scenario only(Model::Spread Model::Variation::*cause, const Model::Spread& spread) {
  Scenario scenario = without_chance();
  scenario.model.variation.*cause = spread;
  return scenario;
}

Activity start_of(GuestKind kind, sim::Millis from = 1000) {
  return {
      .what = "running", .vmid = kind == GuestKind::kLxc ? 9001 : 9000, .kind = kind, .from = from};
}

// Mean and standard deviation of what is drawn for a thousand numbers.
std::pair<double, double> spread_of(const std::function<double(int)>& draw) {
  constexpr int kDraws = 1000;
  double sum = 0, squares = 0;
  for (int number = 1; number <= kDraws; ++number) {
    const double value = draw(number);
    sum += value;
    squares += value * value;
  }
  const double mean = sum / kDraws;
  return {mean, std::sqrt(squares / kDraws - mean * mean)};
}

TEST(SimVariation, ABootHasLuckThatBothGuestsShare) {
  Scenario scenario = only(&Model::Variation::boot, kTwo);
  const auto [mean, stddev] = spread_of([&](int boot) {
    scenario.model.boot = boot;
    const Deviation lxc = deviation_of(scenario, State(), start_of(GuestKind::kLxc));
    const Deviation vm = deviation_of(scenario, State(), start_of(GuestKind::kVm));
    const Deviation machine = deviation_of_machine(scenario, State(), 0);
    EXPECT_EQ(lxc.tps, vm.tps);
    EXPECT_EQ(lxc.ram_mib, vm.ram_mib);
    EXPECT_EQ(lxc.cpu, machine.cpu);
    return lxc.tps - 1;
  });
  EXPECT_NEAR(mean, 0, 0.002);
  EXPECT_NEAR(stddev, 0.02, 0.002);
}

TEST(SimVariation, ARunHasLuckThatIsTheGuestsOwn) {
  Scenario scenario = only(&Model::Variation::run, kTwo);
  const auto [mean, stddev] = spread_of([&](int run) {
    scenario.model.run = run;
    const Deviation lxc = deviation_of(scenario, State(), start_of(GuestKind::kLxc));
    EXPECT_NE(lxc.cpu, deviation_of(scenario, State(), start_of(GuestKind::kVm)).cpu);
    EXPECT_EQ(deviation_of_machine(scenario, State(), 0).cpu, 1);
    return lxc.ram_mib;
  });
  EXPECT_NEAR(mean, 0, 0.2);
  EXPECT_NEAR(stddev, 2, 0.2);
}

TEST(SimVariation, ARunBeginsWhenItTakesTheLock) {
  const Scenario scenario = only(&Model::Variation::run, kTwo);
  State state;
  state.runs = {500, 5000};
  EXPECT_EQ(run_number(scenario, state, 1000), 1);
  EXPECT_EQ(run_number(scenario, state, 5000), 2);
  EXPECT_NE(deviation_of(scenario, state, start_of(GuestKind::kLxc)).tps,
            deviation_of(scenario, state, start_of(GuestKind::kLxc, 6000)).tps);
  Lab lab;
  for (int run = 0; run < 2; ++run) {
    EXPECT_EQ(lab.run("dd of=/run/pve-accept.lock conv=excl status=none", "x").exit_status, 0);
    lab.run("rm -f /run/pve-accept.lock");
  }
  lab.reopen();
  const Json kept = parse_json(read_file(lab.directory() / "sim-state.json"));
  EXPECT_EQ(kept.at("runs").size(), 2U);
}

// Each start of a guest, each load is a round.
TEST(SimVariation, ARoundHasLuckOfItsOwn) {
  const Scenario scenario = only(&Model::Variation::round, kTwo);
  State state;
  const auto [mean, stddev] = spread_of([&](int round) {
    state.activities.push_back(start_of(GuestKind::kVm, round * 1000));
    return deviation_of(scenario, state, state.activities.back()).cpu - 1;
  });
  EXPECT_NEAR(mean, 0, 0.002);
  EXPECT_NEAR(stddev, 0.02, 0.002);
  EXPECT_EQ(deviation_of(scenario, state, state.activities[3]).cpu,
            deviation_of(scenario, state, start_of(GuestKind::kVm, 4000)).cpu)
      << "as long as it lasts";
}

TEST(SimVariation, DriftGoesOneWayAndEndsWithTheBoot) {
  const Scenario scenario = only(&Model::Variation::drift_per_hour, kTwo);
  constexpr sim::Millis kHour = 3'600'000;
  State state;
  EXPECT_NEAR(deviation_of_machine(scenario, state, 5 * kHour).tps, 0.9, 1e-9);
  EXPECT_NEAR(deviation_of_machine(scenario, state, 5 * kHour).cpu, 1.1, 1e-9);
  EXPECT_NEAR(ram_drift_mib(scenario, state, 5 * kHour), 10, 1e-9);
  state.reboots = {4 * kHour};
  EXPECT_NEAR(deviation_of_machine(scenario, state, 5 * kHour).tps, 0.98, 1e-9);
}

TEST(SimVariation, TheSameBootAndRunOfASeedAreTheSame) {
  Lab a(R"({"model":{"boot":3,"run":2}})"), b(R"({"model":{"boot":3,"run":2}})"),
      c(R"({"model":{"boot":3,"run":3}})");
  const auto x = sample(a, 20), y = sample(b, 20), z = sample(c, 20);
  EXPECT_EQ(x.back().line, y.back().line);
  EXPECT_NE(x.back().line, z.back().line);
}

TEST(SimVariation, IsRefusedWhereItMeansNothing) {
  EXPECT_THROW(Lab(R"({"model":{"boot":0}})"), InputError);
  EXPECT_THROW(Lab(R"({"model":{"variation":{"boot":{"tps_percent":-1}}}})"), InputError);
  EXPECT_THROW(Lab(R"({"model":{"variation":{"boot":{"tps":1}}}})"), InputError);
}

// What a boot's luck does to tps, CPU and RAM is measured: the scenario's figures, and nothing else
// differs.
TEST(SimVariation, ActsOnWhatIsMeasured) {
  struct Seen {
    double tps, cpu_percent, ram_mib;
  };
  const auto measure = [](Scenario scenario) {
    Lab lab(std::move(scenario));
    const auto guest = lab.start_all();
    lab.pass(60);
    const double ram = median_used_mib(sample(lab, 30));
    const auto bench =
        guest->start({.argv = {"docker", "exec", "spike-db-1", "pgbench", "-U", "postgres", "-T",
                               "60", "-c", "4", "-P", "1", "postgres"},
                      .deadline = std::chrono::seconds(100)});
    lab.pass(5);
    const double idle = percent(sample(lab, 50), 3);
    const std::string report = bench->finish().out;
    const auto tps = report.find("\ntps = ");
    return Seen{std::stod(report.substr(tps + 7)), 100 - idle, ram};
  };
  const Seen plain = measure(only(&Model::Variation::boot, kNone));
  Scenario lucky =
      only(&Model::Variation::boot, {.tps_percent = 5, .cpu_percent = 5, .ram_mib = 40});
  const Deviation luck = deviation_of_machine(lucky, State(), 0);
  EXPECT_GT(std::abs(luck.tps - 1), 0.005);
  EXPECT_GT(std::abs(luck.cpu - 1), 0.005);
  EXPECT_GT(std::abs(luck.ram_mib), 5);
  const Seen seen = measure(lucky);
  EXPECT_NEAR(seen.tps / plain.tps, luck.tps, 0.001);
  EXPECT_NEAR(seen.cpu_percent / plain.cpu_percent, luck.cpu, 0.004);
  EXPECT_NEAR(seen.ram_mib - plain.ram_mib, luck.ram_mib, 0.5);
}

}  // namespace
}  // namespace pve_accept::sim_testing
