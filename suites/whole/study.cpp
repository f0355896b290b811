#include "suites/whole/study.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>

#include "support/base/error.h"
#include "support/compare/comparison.h"
#include "support/sim/model/model.h"

namespace pve_accept {
namespace {

using Runs = std::vector<Baseline>;
using Said = std::map<Decision, int>;  // how often

Json spread(double percent, double ram_mib) {
  return {{"tps_percent", percent}, {"cpu_percent", percent}, {"ram_mib", ram_mib}};
}

Json scenario_of(const StudyPlan& plan, int boot) {
  return {{"model",
           {{"boot", boot},
            {"variation",
             {{"boot", spread(plan.boot_percent, 4)},
              {"run", spread(0, 0)},
              {"round", spread(plan.round_percent, 4)},
              {"drift_per_hour", spread(0, 0)}}}}}};
}

Json changed() {
  const Model model;
  const auto slower = [](const Model::Guest& guest) {
    return Json{{"load", {{"tps", 0.93 * guest.load.tps}}}};
  };
  Json lxc = slower(model.lxc), vm = slower(model.vm);
  lxc["idle_ram_mib"] = model.lxc.idle_ram_mib + 80;
  vm["idle_cpu"] = {{"user", model.vm.idle_cpu.user_percent + 2}};
  return {{"model", {{"lxc", lxc}, {"vm", vm}}}};
}

Runs made(WholeRuns& runner, const StudyPlan& plan, int count, int first_boot, const Json& change) {
  Runs all;
  std::vector<WholeRun> runs;
  for (int i = 0; i < count; ++i) {
    WholeRun run{.name = fmt::format("boot-{}", first_boot + i),
                 .scenario = scenario_of(plan, first_boot + i),
                 .complaints =
                     [&](const Record& record, const auto& /*directory*/) {
                       all.push_back(one_run(record));
                       return std::vector<std::string>{};
                     },
                 .rounds = plan.rounds,
                 .with_claims = false};
    run.scenario.merge_patch(change);
    runs.push_back(std::move(run));
  }
  runner.make(runs);
  // They come in the order in which they ended.
  std::ranges::sort(all, {}, [](const Baseline& run) { return run.runs[0].boot_id; });
  return all;
}

class Study {
 public:
  Study(const StudyPlan& plan, Runs same, Runs other)
      : plan_(plan), same_(std::move(same)), other_(std::move(other)), random_(plan.seed) {}

  // By metric and guest, what is said of a further run: of one that is not changed, or is.
  std::map<std::string, Said> said_of(bool changed) {
    std::map<std::string, Said> said;
    for (int i = 0; i < plan_.comparisons; ++i) {
      std::vector<std::size_t> order(same_.size());
      std::iota(order.begin(), order.end(), 0U);
      std::ranges::shuffle(order, random_);
      Runs base;
      for (int run = 0; run < plan_.base_runs; ++run) {
        base.push_back(same_[order[static_cast<std::size_t>(run)]]);
      }
      const Baseline& now = changed ? other_[random_() % other_.size()] : same_[order.back()];
      for (const MetricChange& change : compare(together(base), now, thresholds_).changes) {
        if (change.metric->primary()) ++said[change.name()][change.decided.decision];
      }
    }
    return said;
  }

 private:
  StudyPlan plan_;
  Runs same_, other_;
  std::mt19937_64 random_;
  Thresholds thresholds_ = Thresholds::load();
};

double percent(const Said& said, Decision decision) {
  int all = 0;
  for (const auto& [each, count] : said) all += count;
  const auto found = said.find(decision);
  return found == said.end() ? 0 : 100.0 * found->second / all;
}

void print(const std::string& name, const Said& said) {
  using enum Decision;
  fmt::print(
      "{:<18} worse {:5.1f} %, better {:5.1f} %, no difference {:5.1f} %, inconclusive "
      "{:5.1f} %, no data {:5.1f} %\n",
      name, percent(said, kWorse), percent(said, kBetter), percent(said, kNoDifference),
      percent(said, kInconclusive), percent(said, kNoData));
}

}  // namespace

int study(WholeRuns& runner, const StudyPlan& plan) {
  fmt::print(
      "{} runs and {} changed ones of {} rounds; {:g} % by boot, {:g} % by round; {} comparisons "
      "of "
      "{} runs with one, seed {}\n",
      plan.runs, plan.runs / 2, plan.rounds, plan.boot_percent, plan.round_percent,
      plan.comparisons, plan.base_runs, plan.seed);
  if (plan.base_runs >= plan.runs) {
    throw HarnessError("study comparisons", "there have to be more runs than a baseline takes");
  }
  Runs same = made(runner, plan, plan.runs, 1, Json::object());
  Runs other = made(runner, plan, std::max(plan.runs / 2, 1), plan.runs + 1, changed());
  Study all(plan, std::move(same), std::move(other));
  int missed = 0;
  fmt::print("\nnothing changed:\n");
  double worse = 0;
  const auto unchanged = all.said_of(false);
  for (const auto& [name, said] : unchanged) {
    print(name, said);
    worse += percent(said, Decision::kWorse) / static_cast<double>(unchanged.size());
  }
  const double most = plan.base_runs >= 8 ? 2 : 1;
  fmt::print("called worse: {:.2f} % of all (at most {:g} %)\n", worse, most);
  if (worse > most) ++missed;

  fmt::print("\n-7 % of throughput, +80 MiB for the idle LXC, +2 pp for the idle VM:\n");
  auto of_changed = all.said_of(true);
  for (const char* name : {"throughput/lxc", "throughput/vm", "memory-idle/lxc", "cpu-idle/vm"}) {
    const Said& said = of_changed[name];
    print(name, said);
    const double found = percent(said, Decision::kWorse);
    const bool cannot_tell = found + percent(said, Decision::kInconclusive) == 100;
    if (found < 95 && !(plan.round_percent > 2 && cannot_tell)) ++missed;
  }
  fmt::print("{} of the bars missed\n", missed);
  return missed;
}

}  // namespace pve_accept
