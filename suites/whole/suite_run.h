#pragma once

#include <filesystem>
#include <optional>

#include "support/base/json.h"
#include "support/record/record.h"

namespace pve_accept {

// Runs the whole suite on a simulated node of this scenario, compared with a baseline if there is
// one, in the order and under the conditions of CTest's fixtures: a stage in this process, the
// claims between two stages in one child. Prints what the stages and claims print. What it leaves
// in `directory` is what a run leaves. Returns the exit status of the report.
struct SuiteOptions {
  std::optional<std::filesystem::path> baseline = {};
  int rounds = 1;
  bool claims = true;         // else only the stages
  Json lab = Json::object();  // lab.json
};
int run_suite(const std::filesystem::path& directory, const Json& scenario,
              const SuiteOptions& options = {});

// An upgrade check on such a node: a run in `directory`/before leaves its guests, what the scenario
// has under "upgrade" is installed, the node is rebooted, and the run after it has `directory`.
struct UpgradeCheck {
  bool reboots = true;
  bool compares = false;  // the run after it with the one before, as ci/upgrade has it
  int rounds = 1;         // of both
};
int run_upgrade_check(const std::filesystem::path& directory, const Json& scenario,
                      const UpgradeCheck& check);

}  // namespace pve_accept
