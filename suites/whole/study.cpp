#include "suites/whole/study.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
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

// Deals runs like cards: none twice before all were dealt, so that comparisons of enough runs share
// none.
class Deck {
 public:
  explicit Deck(Runs runs) : runs_(std::move(runs)) {}

  Runs deal(std::size_t count, std::mt19937_64& random) {
    if (runs_.size() - dealt_ < count) dealt_ = 0;
    if (dealt_ == 0) std::ranges::shuffle(runs_, random);
    const auto first = runs_.begin() + static_cast<std::ptrdiff_t>(dealt_);
    dealt_ += count;
    return {first, first + static_cast<std::ptrdiff_t>(count)};
  }

 private:
  Runs runs_;
  std::size_t dealt_ = 0;
};

class Study {
 public:
  Study(const StudyPlan& plan, Runs same, Runs other)
      : plan_(plan), same_(std::move(same)), other_(std::move(other)), random_(plan.seed) {}

  // By metric and guest, what is said of a further run: of one that is not changed, or is.
  std::map<std::string, Said> said_of(bool changed) {
    std::map<std::string, Said> said;
    for (int i = 0; i < plan_.comparisons; ++i) {
      Runs base = same_.deal(static_cast<std::size_t>(plan_.base_runs) + 1, random_);
      Baseline now = std::move(base.back());
      base.pop_back();
      if (changed) now = other_.deal(1, random_).front();
      for (const MetricChange& change :
           compare(together(std::move(base)), now, thresholds_).changes) {
        if (change.metric->primary()) ++said[change.name()][change.decided.decision];
      }
    }
    return said;
  }

 private:
  StudyPlan plan_;
  Deck same_, other_;
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

// By rounds, three against three: they say nothing, neither that something changed nor that nothing
// did.
int bars_missed_by_rounds(const std::map<std::string, Said>& unchanged) {
  const bool all_untold = std::ranges::all_of(unchanged, [](const auto& one) {
    return percent(one.second, Decision::kInconclusive) == 100;
  });
  fmt::print("always inconclusive: {}\n", all_untold ? "yes" : "no");
  return all_untold ? 0 : 1;
}

// Of all unchanged metrics, in percent.
double share_of(const std::map<std::string, Said>& unchanged, Decision decision) {
  double sum = 0;
  for (const auto& [name, said] : unchanged) sum += percent(said, decision);
  return sum / static_cast<double>(unchanged.size());
}

int bars_missed_unchanged(const StudyPlan& plan, const std::map<std::string, Said>& unchanged) {
  constexpr double kMostFalse = 2;
  const double worse = share_of(unchanged, Decision::kWorse);
  const double is_false = worse + share_of(unchanged, Decision::kBetter);
  const double most = plan.base_runs >= 8 ? kMostFalse : 1;
  fmt::print(
      "called worse: {:.2f} % of all (at most {:g} %); worse or better: {:.2f} % (at most {:g} "
      "%)\n",
      worse, most, is_false, kMostFalse);
  return (worse > most ? 1 : 0) + (is_false > kMostFalse ? 1 : 0);
}

int bars_missed_changed(const StudyPlan& plan, std::map<std::string, Said> changed) {
  int missed = 0;
  for (const char* name : {"throughput/lxc", "throughput/vm", "memory-idle/lxc", "cpu-idle/vm"}) {
    const Said& said = changed[name];
    print(name, said);
    const double found = percent(said, Decision::kWorse);
    const bool cannot_tell = found + percent(said, Decision::kInconclusive) == 100;
    if (found < 95 && !(plan.round_percent > 2 && cannot_tell)) ++missed;
  }
  return missed;
}

}  // namespace

int study(WholeRuns& runner, const StudyPlan& plan) {
  const bool by_rounds = static_cast<std::size_t>(plan.base_runs) < kRunsOfBaseline;
  const int changed_runs = by_rounds ? 0 : std::min(plan.runs, plan.comparisons);
  fmt::print(
      "{} runs and {} changed ones of {} rounds; {:g} % by boot, {:g} % by round; {} comparisons "
      "of {} runs with one, seed {}\n",
      plan.runs, changed_runs, plan.rounds, plan.boot_percent, plan.round_percent, plan.comparisons,
      plan.base_runs, plan.seed);
  if (plan.base_runs >= plan.runs) {
    throw HarnessError("study comparisons", "there have to be more runs than a baseline takes");
  }
  Runs same = made(runner, plan, plan.runs, 1, Json::object());
  Runs other = made(runner, plan, changed_runs, plan.runs + 1, changed());
  Study all(plan, std::move(same), std::move(other));
  fmt::print("\nnothing changed:\n");
  const auto unchanged = all.said_of(false);
  for (const auto& [name, said] : unchanged) print(name, said);
  int missed = 0;
  if (by_rounds) {
    missed = bars_missed_by_rounds(unchanged);
  } else {
    missed = bars_missed_unchanged(plan, unchanged);
    fmt::print("\n-7 % of throughput, +80 MiB for the idle LXC, +2 pp for the idle VM:\n");
    missed += bars_missed_changed(plan, all.said_of(true));
  }
  fmt::print("{} of the bars missed\n", missed);
  return missed;
}

}  // namespace pve_accept
