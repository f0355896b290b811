#include "suites/whole/trouble.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "fixtures/program/sweep.h"
#include "fixtures/stages/stages.h"
#include "suites/unit/fixtures/simulated_runs.h"
#include "suites/whole/suite_run.h"
#include "support/base/error.h"

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

}  // namespace

std::vector<std::string> kinds_of_trouble() {
  std::vector<std::string> kinds;
  for (const auto& [kind, rule] : troubles()) kinds.push_back(kind);
  return kinds;
}

std::vector<WholeRun> runs_in_trouble(const std::string& kind, int stride) {
  const Json healthy = Json::parse(kForeignGuests);
  int commands = 0;
  Json untouched;
  WholeRuns probe;
  probe.make({{"healthy", healthy, [&](const Record&, const fs::path& directory) {
                 commands = commands_of(directory);
                 untouched = lasting_state(directory / "sim");
                 return std::vector<std::string>();
               }}});
  if (commands == 0) throw HarnessError("count the commands of a run", "it sent none");

  std::vector<WholeRun> runs;
  for (int at = 0; at < commands; at += stride) {
    Json rule = troubles().at(kind);
    rule.update({{"command", ""}, {"skip", at}, {"times", 1}});
    Json scenario = healthy;
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
      if (lasting_state(directory / "sim") != untouched) {
        wrong.emplace_back("the node is not as it was, after a sweep");
      }
      return wrong;
    };
    runs.push_back({fmt::format("{}-{}", kind, at), scenario, complaints, sweep_after});
  }
  return runs;
}

}  // namespace pve_accept
