#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "suites/whole/suite_run.h"
#include "support/base/json.h"
#include "support/base/temporary_directory.h"
#include "support/record/record.h"

namespace pve_accept {

// One run of the whole suite.
struct WholeRun {
  std::string name;
  Json scenario = {};
  // What is wrong with how it ended, a line each.
  std::function<std::vector<std::string>(const Record&, const std::filesystem::path& directory)>
      complaints = {};
  // Done by the process of the run when that has ended.
  std::function<void(const std::filesystem::path& directory)> afterwards = {};
  std::optional<UpgradeCheck> upgrade = {};  // both halves; the record is that of the second
  std::optional<std::filesystem::path> baseline = {};  // that it is compared with
  int rounds = 1;
  bool with_claims = true;    // else only its stages
  Json lab = Json::object();  // lab.json
  // Of the file system that the run directory is on, but for the simulated node; none: there is
  // room. Where there was none for a record, that of the complaints is empty.
  std::optional<int> disk_kib = {};
};

// What the run ended with, and what it printed.
int exit_status_of(const std::filesystem::path& directory);
std::string said_by(const std::filesystem::path& directory);

// Whether runs may have disks of their own: that takes the right to mount.
bool may_have_small_disks();

// The part of a scenario in which runs differ by next to nothing: what a comparison says is then
// the fault's doing, and nothing is inconclusive for want of runs.
Json quiet_lab();

// Makes many of them, a few at once.
class WholeRuns {
 public:
  WholeRuns();

  int at_once;                 // default: as many as there are processors
  std::filesystem::path kept;  // where runs that ended wrong are kept; empty: nowhere

  // Prints what is wrong. Returns how many ended wrong.
  int make(const std::vector<WholeRun>& runs);

  // A baseline of so many runs in a quiet lab without a fault, each of another boot, in a file that
  // lasts as long as this.
  std::filesystem::path make_baseline(int runs);

 private:
  void make_one(const WholeRun& run, const std::filesystem::path& directory) const;
  void keep(const std::filesystem::path& directory, const std::string& name) const;

  TemporaryDirectory place_;
};

}  // namespace pve_accept
