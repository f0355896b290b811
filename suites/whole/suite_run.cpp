#include "suites/whole/suite_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <stdexcept>

#include "fixtures/program/list.h"
#include "fixtures/stages/stages.h"
#include "suites/whole/jobs.h"
#include "support/base/contains.h"
#include "support/base/file.h"
#include "support/compare/baseline.h"

namespace pve_accept {
namespace {

namespace fs = std::filesystem;

using Tests = std::vector<ScheduledTest>;

bool is_claim(const ScheduledTest& test) { return test.command.front() == "acceptance"; }

bool any_of(const Names& names, const std::set<std::string>& set) {
  return std::ranges::any_of(names, [&](const std::string& name) { return set.contains(name); });
}

// What is left of a run: which of CTest's tests may come next.
class Schedule {
 public:
  explicit Schedule(Tests tests) : waiting_(std::move(tests)) {}

  bool done() const { return waiting_.empty(); }

  // All claims that may run now; else the one stage.
  Tests next() {
    Tests batch;
    for (const ScheduledTest& test : waiting_) {
      if (is_claim(test) && ready(test)) batch.push_back(test);
    }
    const auto stage = std::ranges::find_if(
        waiting_, [&](const ScheduledTest& test) { return !is_claim(test) && ready(test); });
    if (batch.empty() && stage != waiting_.end()) batch.push_back(*stage);
    if (batch.empty()) throw std::logic_error("what is left waits for one another");
    std::erase_if(waiting_, [&](const ScheduledTest& test) {
      return contains(batch, test.name, &ScheduledTest::name);
    });
    return batch;
  }

  bool may_run(const ScheduledTest& test) const { return !any_of(test.required, failed_); }
  void failed(const ScheduledTest& test) {
    failed_.insert(test.sets_up.begin(), test.sets_up.end());
  }

 private:
  bool ready(const ScheduledTest& test) const {
    return std::ranges::none_of(waiting_, [&](const ScheduledTest& other) {
      if (other.name == test.name) return false;
      const auto in = [](const Names& names, const Names& others) {
        return std::ranges::find_first_of(names, others) != names.end();
      };
      return in(test.required, other.sets_up) || in(test.cleans_up, other.required) ||
             in(test.cleans_up, other.sets_up) || contains(test.after, other.name);
    });
  }

  Tests waiting_;
  std::set<std::string> failed_;  // fixtures that could not be set up
};

bool perform(const ScheduledTest& test, const RunSettings& settings, const fs::path& directory) {
  if (test.name == "preflight") return start_run(settings) == 0;
  const auto stage = std::ranges::find(stage_catalogue(), test.name, &Stage::name);
  if (!stage->perform) return true;  // the report is made when all is over
  if (!RunDirectory(directory).has_parts()) return false;
  AcceptanceRun run = AcceptanceRun::open(directory);
  const bool done = perform_stage(run, stage->name, stage->perform) == 0;
  return done || (stage->told_by_claims && run.parts().get(RunDirectory::teardown()));
}

// GoogleTest runs once in a process.
void run_claims(const Tests& tests) {
  Names names;
  for (const ScheduledTest& test : tests) names.push_back(test.name);
  const auto run = [&](std::size_t) {
    testing::GTEST_FLAG(filter) = fmt::format("{}", fmt::join(names, ":"));
    std::ignore = RUN_ALL_TESTS();
  };
  in_processes(1, 1, run, [](std::size_t) {});
}

int run_all(const fs::path& directory, const Json& scenario, RunSettings settings,
            bool claims = true) {
  fs::create_directories(directory);
  settings.scenario = directory / "scenario.json";
  write_file_atomically(*settings.scenario, scenario.dump(1));
  ::setenv("PVE_ACCEPT_NODE", "sim", 1);
  ::setenv("PVE_ACCEPT_OUT", directory.c_str(), 1);
  auto announcement = announcement_of(settings);
  announcement.selected = claims ? all_cases(settings.upgrade_phase()) : Names{};
  announce_run(RunDirectory(directory), announcement);

  Schedule schedule(scheduled_tests(settings.lab, settings.upgrade_phase()));
  while (!schedule.done()) {
    Tests batch = schedule.next();
    if (is_claim(batch.front())) {
      std::erase_if(batch, [&](const ScheduledTest& test) { return !schedule.may_run(test); });
      if (claims && !batch.empty()) run_claims(batch);
      continue;
    }
    const ScheduledTest& stage = batch.front();
    if (!schedule.may_run(stage) || !perform(stage, settings, directory)) schedule.failed(stage);
  }
  return report(directory).exit_status;
}

}  // namespace

int run_suite(const fs::path& directory, const Json& scenario, const SuiteOptions& options) {
  RunSettings settings;
  settings.lab = LabConfig::parse(options.lab, "lab.json");
  settings.baseline = options.baseline;
  settings.lab.rounds = options.rounds;
  return run_all(directory, scenario, settings, options.claims);
}

int run_upgrade_check(const fs::path& directory, const Json& scenario, const UpgradeCheck& check) {
  const fs::path before = directory / "before";
  RunSettings leaving;
  leaving.keep = leaving.leave = true;
  leaving.lab.rounds = check.rounds;
  run_all(before, scenario, leaving);
  for (const Names& command : {Names{"apt-get", "-y", "dist-upgrade"}, Names{"reboot"}}) {
    if (command.front() == "reboot" && !check.reboots) continue;
    simulated_access(load_scenario(before / "scenario.json"), before)
        ->connect()
        ->run({.argv = command, .deadline = std::chrono::hours(1)});
  }
  RunSettings after;
  after.survivors = before;
  after.lab.rounds = check.rounds;
  if (check.compares) {
    after.baseline = directory / "pinned.json";
    write_file_atomically(*after.baseline,
                          to_json_text(one_run(load_record(before / "record.json"))));
  }
  return run_all(directory, scenario, after);
}

}  // namespace pve_accept
