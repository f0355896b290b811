// Whole runs of the suite on the simulated node, many at once: what each fault turns red, and that
// nothing is red without one.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "suites/whole/expectation.h"
#include "suites/whole/runs.h"
#include "suites/whole/study.h"
#include "suites/whole/trouble.h"
#include "suites/whole/upgrades.h"
#include "support/base/file.h"
#include "support/base/pattern.h"
#include "support/compare/decision.h"

namespace pve_accept {
namespace {

// A fault of what an upgrade left comes with the upgrade.
Json scenario_of(const PlacedFault& placed) {
  Json fault = {{"faults", {placed.name()}}};
  if (needs_baseline(placed)) fault.update(quiet_lab());
  return placed.of_upgrade() ? Json{{"upgrade", fault}} : fault;
}

int matrix(WholeRuns& runner, const std::string& only) {
  const Pattern wanted(only);
  std::vector<WholeRun> runs;
  std::optional<std::filesystem::path> baseline;
  for (const PlacedFault& placed : placed_faults()) {
    if (!wanted.is_in(placed.name())) continue;
    if (needs_baseline(placed) && !baseline) baseline = runner.make_baseline(kRunsOfBaseline);
    runs.push_back({.name = placed.name(),
                    .scenario = scenario_of(placed),
                    .complaints =
                        [placed, expected = declared(placed)](const Record& record, const auto&) {
                          auto wrong = differences(expected, observed(record));
                          std::ranges::move(wrongly_explained(placed, record),
                                            std::back_inserter(wrong));
                          return wrong;
                        },
                    .upgrade = placed.of_upgrade() ? std::optional(UpgradeCheck()) : std::nullopt,
                    .baseline = needs_baseline(placed) ? baseline : std::nullopt,
                    .lab = placed.fault->lab});
  }
  int wrong = runner.make(runs);
  if (only.empty()) {
    const auto lacking = cases_without_fault();
    for (const std::string& line : lacking) fmt::print("WRONG {}\n", line);
    wrong += static_cast<int>(lacking.size());
  }
  return wrong == 0 ? 0 : 1;
}

std::vector<std::string> all_red(const Record& record, const std::filesystem::path& /*directory*/) {
  std::vector<std::string> lines;
  for (const ClaimResult& claim : record.claims) {
    const bool fine = claim.outcome == Outcome::kPass || claim.outcome == Outcome::kSkip;
    if (!fine) lines.push_back(fmt::format("{} {}", to_string(claim.outcome), claim.message));
  }
  return lines;
}

// Without a fault nothing is red, whatever the seed. `disturbances`: {"slow-disk": {a scenario}};
// every second run has one of them.
int healthy(WholeRuns& runner, int count, int first_seed, const std::string& disturbances) {
  const Json disturbed = disturbances.empty() ? Json::object() : read_strict_json(disturbances);
  std::vector<WholeRun> runs;
  for (int i = 0; i < count; ++i) {
    const int seed = first_seed + i;
    WholeRun run{.name = fmt::format("seed-{}", seed), .complaints = all_red};
    run.lab = {{"backup_storage", "local"}};  // then every claim is applicable
    if (!disturbed.empty() && i % 2 == 1) {
      const auto index = static_cast<std::size_t>(i / 2) % disturbed.size();
      const auto chosen = std::next(disturbed.begin(), static_cast<std::ptrdiff_t>(index));
      run.name += "-" + chosen.key();
      run.scenario = chosen.value();
    }
    run.scenario["seed"] = seed;
    runs.push_back(std::move(run));
  }
  return runner.make(runs) == 0 ? 0 : 1;
}

int space(WholeRuns& runner, int stride) {
  constexpr int kSkipped = 77;
  if (!may_have_small_disks()) {
    fmt::print("skipped: nothing may be mounted here, so no disk can be full\n");
    return kSkipped;
  }
  return runner.make(runs_out_of_space(stride)) == 0 ? 0 : 1;
}

// For who tries a scenario: what it turns red.
int red(WholeRuns& runner, const std::vector<std::string>& files) {
  std::vector<WholeRun> runs;
  runs.reserve(files.size());
  for (const std::string& file : files) {
    runs.push_back({.name = std::filesystem::path(file).filename().string(),
                    .scenario = read_strict_json(file),
                    .complaints = all_red});
  }
  runner.make(runs);
  return 0;
}

int page(const std::string& file, bool check) {
  if (!check) {
    write_file_atomically(file, fault_page());
    return 0;
  }
  if (read_file(file) == fault_page()) return 0;
  fmt::print("{} is not what the catalogue says; make it anew: whole page {}\n", file, file);
  return 1;
}

}  // namespace
}  // namespace pve_accept

int main(int argc, char** argv) {
  using namespace pve_accept;
  // Hundreds of run directories that nobody keeps: in memory, a run takes a sixth of the time.
  if (::access("/dev/shm", W_OK) == 0) ::setenv("TMPDIR", "/dev/shm", /*overwrite=*/0);
  testing::InitGoogleTest(&argc, argv);
  CLI::App app("Whole runs of the suite on the simulated node, many at once.", "whole");
  app.require_subcommand(1);
  WholeRuns runner;
  app.add_option("--jobs", runner.at_once, "runs at once")->check(CLI::PositiveNumber);
  app.add_option("--keep", runner.kept,
                 "where to keep the run directories of runs that ended wrong");
  std::string only, disturbances, file;
  int count = 0, first_seed = 1;
  bool check = false;
  CLI::App* matrix_verb =
      app.add_subcommand("matrix", "Every fault: what is red is what it declares");
  matrix_verb->add_option("--only", only, "faults whose NAME@TARGET matches");
  CLI::App* healthy_verb = app.add_subcommand("healthy", "No fault: nothing is red");
  healthy_verb->add_option("COUNT", count, "runs")->required()->check(CLI::PositiveNumber);
  healthy_verb->add_option("--seed", first_seed, "of the first run; each has another one");
  healthy_verb->add_option("--disturbances", disturbances, "scenarios for every second run");
  CLI::App* upgrades_verb = app.add_subcommand(
      "upgrades",
      "Upgrade checks: after what breaks nothing or something, the report says just that");
  std::string trouble;
  int stride = 1;
  CLI::App* trouble_verb =
      app.add_subcommand("trouble", "One command of a run in trouble, each in turn");
  trouble_verb->add_option("KIND", trouble)->required()->check(CLI::IsMember(kinds_of_trouble()));
  trouble_verb->add_option("--stride", stride, "every so many commands")
      ->check(CLI::PositiveNumber);
  CLI::App* space_verb = app.add_subcommand(
      "space", "Runs out of space: a disk that fills up, each time a little later");
  space_verb->add_option("--stride", stride, "so many pages of 4 KiB later")
      ->check(CLI::PositiveNumber);
  std::vector<std::string> scenarios;
  CLI::App* red_verb = app.add_subcommand("red", "What scenarios of your own turn red");
  red_verb->add_option("FILE", scenarios)->required()->check(CLI::ExistingFile);
  CLI::App* page_verb = app.add_subcommand("page", "Writes the page of all faults");
  page_verb->add_option("FILE", file)->required();
  page_verb->add_flag("--check", check, "only says whether it is as it should be");
  StudyPlan plan;
  CLI::App* study_verb =
      app.add_subcommand("study", "How often a comparison of runs says what, by whole runs");
  study_verb->add_option("--runs", plan.runs, "that are not changed; others are")
      ->check(CLI::Range(2, 10000));
  study_verb->add_option("--rounds", plan.rounds)->check(CLI::Range(1, 100));
  study_verb->add_option("--base-runs", plan.base_runs)->check(CLI::PositiveNumber);
  study_verb->add_option("--comparisons", plan.comparisons)->check(CLI::PositiveNumber);
  study_verb->add_option("--boot-percent", plan.boot_percent)->check(CLI::NonNegativeNumber);
  study_verb->add_option("--round-percent", plan.round_percent)->check(CLI::NonNegativeNumber);
  study_verb->add_option("--seed", plan.seed, "of the draws among the runs");
  CLI11_PARSE(app, argc, argv);
  try {
    if (*matrix_verb) return matrix(runner, only);
    if (*healthy_verb) return healthy(runner, count, first_seed, disturbances);
    if (*upgrades_verb) return runner.make(upgrade_checks()) == 0 ? 0 : 1;
    if (*trouble_verb) return runner.make(runs_in_trouble(trouble, stride)) == 0 ? 0 : 1;
    if (*space_verb) return space(runner, stride);
    if (*study_verb) return study(runner, plan) == 0 ? 0 : 1;
    if (*red_verb) return red(runner, scenarios);
    return page(file, check);
  } catch (const std::exception& error) {
    fmt::print(stderr, "whole: {}\n", error.what());
    return 2;
  }
}
