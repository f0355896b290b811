// Whole runs of the suite on the simulated node, many at once: what each fault turns red, and that
// nothing is red without one.

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <regex>
#include <thread>

#include "fixtures/run/run.h"
#include "suites/whole/expectation.h"
#include "suites/whole/jobs.h"
#include "suites/whole/suite_run.h"
#include "support/base/error.h"
#include "support/base/file.h"
#include "support/base/temporary_directory.h"
#include "support/report/report.h"

namespace pve_accept {
namespace {

namespace fs = std::filesystem;

// One run to be made, and what is wrong with how it ended: a line each.
struct WholeRun {
  std::string name;
  Json scenario;
  std::function<std::vector<std::string>(const Record&)> complaints;
};

class WholeRuns {
 public:
  int jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  fs::path kept;  // where runs that ended wrong are kept; empty: nowhere

  // Prints what is wrong. Returns how many runs ended wrong.
  int make(const std::vector<WholeRun>& runs) {
    const auto begin = std::chrono::steady_clock::now();
    int wrong = 0;
    const auto directory = [&](int i) { return place_.path() / std::to_string(i); };
    in_processes(
        static_cast<int>(runs.size()), jobs,
        [&](int i) {
          fs::create_directories(directory(i));
          redirect_output(directory(i) / "said");
          run_suite(directory(i), runs[static_cast<std::size_t>(i)].scenario);
        },
        [&](int i) {
          const WholeRun& run = runs[static_cast<std::size_t>(i)];
          const auto complaints = complaints_of(run, directory(i));
          if (!complaints.empty()) {
            ++wrong;
            fmt::print("WRONG {}\n  {}\n", run.name, fmt::join(complaints, "\n  "));
            if (!kept.empty()) keep(directory(i), run.name);
          }
          fs::remove_all(directory(i));
        });
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    fmt::print("{} runs, {} wrong, {:.0f} s\n", runs.size(), wrong, took.count());
    return wrong;
  }

 private:
  static void redirect_output(const fs::path& file) {
    const int target = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (target < 0) throw HarnessError("write " + file.string(), "it cannot be opened");
    ::dup2(target, STDOUT_FILENO);
    ::dup2(target, STDERR_FILENO);
    ::close(target);
  }

  static std::vector<std::string> complaints_of(const WholeRun& run, const fs::path& directory) {
    try {
      return run.complaints(load_record(directory / "record.json"));
    } catch (const std::exception& error) {
      return {error.what()};
    }
  }

  void keep(const fs::path& directory, const std::string& name) const {
    fs::create_directories(kept);
    fs::remove_all(kept / name);
    fs::copy(directory, kept / name, fs::copy_options::recursive);
  }

  TemporaryDirectory place_;
};

int matrix(WholeRuns& runner, const std::string& only) {
  const std::regex wanted(only);
  std::vector<WholeRun> runs;
  for (const PlacedFault& placed : placed_faults()) {
    if (!std::regex_search(placed.name(), wanted)) continue;
    runs.push_back({placed.name(),
                    {{"faults", {placed.name()}}},
                    [expected = declared(placed)](const Record& record) {
                      return differences(expected, observed(record));
                    }});
  }
  int wrong = runner.make(runs);
  if (only.empty()) {
    const auto lacking = cases_without_fault();
    for (const std::string& line : lacking) fmt::print("WRONG {}\n", line);
    wrong += static_cast<int>(lacking.size());
  }
  return wrong == 0 ? 0 : 1;
}

// Without a fault nothing is red, whatever the seed. `disturbances`: {"slow-disk": {a scenario}};
// every second run has one of them.
int healthy(WholeRuns& runner, int count, int first_seed, const std::string& disturbances) {
  const Json disturbed = disturbances.empty() ? Json::object() : read_strict_json(disturbances);
  std::vector<WholeRun> runs;
  for (int i = 0; i < count; ++i) {
    const int seed = first_seed + i;
    WholeRun run{fmt::format("seed-{}", seed), Json::object(), [](const Record& record) {
                   std::vector<std::string> red;
                   for (const ClaimResult& claim : record.claims) {
                     const bool fine =
                         claim.outcome == Outcome::kPass || claim.outcome == Outcome::kSkip;
                     if (!fine) red.push_back(claim.message);
                   }
                   return red;
                 }};
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
  testing::InitGoogleTest(&argc, argv);
  CLI::App app("Whole runs of the suite on the simulated node, many at once.", "whole");
  app.require_subcommand(1);
  WholeRuns runner;
  app.add_option("--jobs", runner.jobs, "runs at once")->check(CLI::PositiveNumber);
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
  CLI::App* page_verb = app.add_subcommand("page", "Writes the page of all faults");
  page_verb->add_option("FILE", file)->required();
  page_verb->add_flag("--check", check, "only says whether it is as it should be");
  CLI11_PARSE(app, argc, argv);
  try {
    if (*matrix_verb) return matrix(runner, only);
    if (*healthy_verb) return healthy(runner, count, first_seed, disturbances);
    return page(file, check);
  } catch (const std::exception& error) {
    fmt::print(stderr, "whole: {}\n", error.what());
    return 2;
  }
}
