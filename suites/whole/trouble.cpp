#include "suites/whole/trouble.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>

#include "fixtures/program/sweep.h"
#include "fixtures/stages/stages.h"
#include "suites/unit/fixtures/simulated_runs.h"
#include "suites/whole/suite_run.h"
#include "support/base/error.h"
#include "support/base/text.h"

namespace pve_accept {
namespace {

namespace fs = std::filesystem;

const std::map<std::string, Json>& troubles() {
  static const std::map<std::string, Json> all = {
      {"drop", {{"drop_connection", true}}},
      {"hang", {{"hang", true}}},
      {"reboot", {{"reboots", true}}},
      {"fail", {{"exit", 1}, {"stderr", "Input/output error\n"}}},
      {"empty", {{"stdout", ""}, {"exit", 0}, {"executes", true}}},
      {"garbage", {{"stdout", "\x01{[\"\xC3\xBF\n-- \n"}, {"exit", 0}, {"executes", true}}},
  };
  return all;
}

void sweep_after(const fs::path& directory) {
  RunSettings settings;
  settings.scenario = directory / "scenario.json";
  const auto access = node_access(settings, directory);
  access->clock().sleep_for(std::chrono::minutes(10));  // nobody sweeps the moment a run has ended
  sweep(*access, SweepMode::kRemove, "pve-accept sweep",
        [](const std::string& line) { fmt::print("{}\n", line); });
}

int commands_of(const fs::path& directory) {
  std::ifstream transcript(directory / "transcript.jsonl");
  int lines = 0;
  for (std::string line; std::getline(transcript, line);) ++lines;
  return lines;
}

constexpr int kPageKib = 4;

// What a directory takes on a disk, but for the simulated node in it.
int size_kib(const fs::path& directory) {
  std::uintmax_t pages = 0;
  for (auto each = fs::recursive_directory_iterator(directory); each != end(each); ++each) {
    if (each->path().filename() == "sim") each.disable_recursion_pending();
    pages += 1 + (each->is_regular_file() ? each->file_size() / (kPageKib * 1024) : 0);
  }
  return static_cast<int>(pages) * kPageKib;
}

// A run that nothing happens to, with guests of others on the node, and backups.
struct Undisturbed {
  Json lab = {{"backup_storage", "local"}};
  Json scenario = Json::parse(kForeignGuests);
  int commands = 0;
  int size_kib = 0;
  Json node;  // as it was left
};

Undisturbed undisturbed() {
  Undisturbed run;
  WholeRuns probe;
  WholeRun healthy{"healthy", run.scenario, [&](const Record&, const fs::path& directory) {
                     run.commands = commands_of(directory);
                     run.size_kib = size_kib(directory);
                     run.node = lasting_state(directory / "sim");
                     return std::vector<std::string>();
                   }};
  healthy.lab = run.lab;
  probe.make({healthy});
  if (run.commands == 0) throw HarnessError("count the commands of a run", "it sent none");
  return run;
}

bool ran_out_of_space(const Record& record, const fs::path& directory) {
  const std::string full = std::strerror(ENOSPC);
  return text::contains(said_by(directory), full) ||
         std::ranges::any_of(record.stages, [&](const auto& stage) {
           return text::contains(stage.second.message, full);
         });
}

}  // namespace

std::vector<WholeRun> runs_out_of_space(int stride) {
  constexpr int kBeginningKib = 128;  // what is on record before the first command
  const Undisturbed healthy = undisturbed();
  std::vector<WholeRun> runs;
  // record.json and the report are written beside those that they replace.
  const int most_kib = 2 * healthy.size_kib;
  for (int kib = kBeginningKib; kib < most_kib; kib += kPageKib * stride) {
    WholeRun run{.name = fmt::format("disk-of-{}-KiB", kib), .scenario = healthy.scenario};
    run.lab = healthy.lab;
    run.disk_kib = kib;
    run.complaints = [=](const Record& record, const fs::path& directory) {
      std::vector<std::string> wrong;
      const bool full = ran_out_of_space(record, directory);
      const int status = exit_status_of(directory);
      if (status != (full ? 2 : 0)) {
        wrong.push_back(fmt::format("exit {}, {}", status, full ? "out of space" : "with room"));
      }
      for (const ClaimResult& claim : record.claims) {
        if (claim.outcome == Outcome::kFail) wrong.push_back("FAIL " + claim.message);
      }
      if (lasting_state(directory / "sim") != healthy.node) {
        wrong.emplace_back("the node is not as it was");
      }
      return wrong;
    };
    runs.push_back(std::move(run));
  }
  return runs;
}

std::vector<std::string> kinds_of_trouble() {
  std::vector<std::string> kinds;
  for (const auto& [kind, rule] : troubles()) kinds.push_back(kind);
  return kinds;
}

std::vector<WholeRun> runs_in_trouble(const std::string& kind, int stride) {
  const Undisturbed healthy = undisturbed();
  std::vector<WholeRun> runs;
  for (int at = 0; at < healthy.commands; at += stride) {
    Json rule = troubles().at(kind);
    rule.update({{"command", ""}, {"skip", at}, {"times", 1}});
    Json scenario = healthy.scenario;
    scenario["rules"] = Json::array({rule});
    const auto complaints = [=](const Record& record, const fs::path& directory) {
      std::vector<std::string> wrong;
      if (record.claims.size() != expected_cases().size()) {
        wrong.push_back(fmt::format("{} cases on record", record.claims.size()));
      }
      for (const ClaimResult& claim : record.claims) {
        // What a command that hung did not remove is left, and that is false.
        const bool told = (kind == "hang" && claim.id == "teardown.complete") ||
                          // Services that were started anew were not up throughout.
                          (kind == "reboot" && claim.id == "node.services");
        const bool lost = kind == "drop" || kind == "hang" || kind == "reboot";
        if (lost && !told && claim.outcome == Outcome::kFail) {
          wrong.push_back("FAIL " + claim.message);
        }
      }
      if (lasting_state(directory / "sim") != healthy.node) {
        wrong.emplace_back("the node is not as it was, after a sweep");
      }
      return wrong;
    };
    runs.push_back({fmt::format("{}-{}", kind, at), scenario, complaints, sweep_after});
    runs.back().lab = healthy.lab;
  }
  return runs;
}

}  // namespace pve_accept
