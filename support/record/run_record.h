#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/base/guest_kind.h"
#include "support/base/json.h"
#include "support/record/judge.h"
#include "support/record/thresholds.h"

namespace pve_accept {

// How a stage of the run ended. A stage has no verdict: it passes, or it could not be done.
struct StageResult {
  Outcome outcome = Outcome::kError;  // kPass or kError
  std::string message = {};
  std::string started = {};  // RFC 3339
  double duration_s = 0;
};

// Everything that a run observed and judged: record.json in the run directory. The processes of a
// run pass it from one to the next.
class RunRecord {
 public:
  // An empty record with its run entry. `started` is RFC 3339.
  RunRecord(std::string_view run_id, std::string_view started, std::string_view suite_version);

  // Checks the shape of the document, every claim and stage included. Throws InputError when it is
  // damaged or not a record; `source` names it.
  static RunRecord from_json(Json document, const std::string& source);

  static std::filesystem::path file_in(const std::filesystem::path& run_directory);

  // Throws InputError when the run directory has no record or one that is not readable.
  static RunRecord load(const std::filesystem::path& run_directory);

  // Replaces the file whole, or leaves it as it was.
  void save(const std::filesystem::path& run_directory) const;

  // Reads, changes and writes the record under a lock, so that no process overwrites what another
  // one has just written. Nothing is written when `change` throws. Not to be nested.
  static void update(const std::filesystem::path& run_directory,
                     const std::function<void(RunRecord&)>& change);

  // The document itself, for the parts that have no function here: run, node, guests.
  Json& json() { return document_; }
  const Json& json() const { return document_; }

  std::string run_id() const;

  // Replaces the entry of the same claim and guest.
  void put_claim(const ClaimResult& result);
  std::vector<ClaimResult> claims() const;
  std::optional<ClaimResult> claim(std::string_view id, std::optional<GuestKind> guest) const;

  // Stages go by the names of required_stages(), and others: "stop/lxc", "report".
  void put_stage(const std::string& name, const StageResult& result);
  std::map<std::string, StageResult> stages() const;
  std::optional<StageResult> stage(const std::string& name) const;

  // `window` is "idle" or "load". Null when it was not measured.
  void put_measurement(GuestKind guest, const std::string& window, Json measurement);
  Json measurement(GuestKind guest, const std::string& window) const;
  void put_baseline(Json measurement);
  Json baseline() const;

  // exit_status() of the claims, and 2 instead of 0 when a stage failed.
  int exit_status() const;

 private:
  explicit RunRecord(Json document) : document_(std::move(document)) {}

  Json document_;
};

// 1 when a claim is false; else 2 when something could not be told, which is also so when nothing
// was judged at all; else 0.
int exit_status(const std::vector<ClaimResult>& claims);

enum class Completeness {
  kWholeSuite,  // every case was to be run
  kSelection,   // only some were asked for
};

// Adds an ERROR for every expected case that has no entry: "not run", with the failed stage where
// one explains it. Of a selection only the cases that a failed stage explains are added.
void complete(RunRecord& record, const Thresholds& thresholds, Completeness completeness);

}  // namespace pve_accept
