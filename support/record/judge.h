#pragma once

#include <exception>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/base/guest_kind.h"
#include "support/base/json.h"
#include "support/record/thresholds.h"

namespace pve_accept {

enum class Outcome {
  kPass,
  kFail,   // the claim is false
  kError,  // it could not be told whether the claim is true
  kSkip,   // declared not applicable
};

std::string_view to_string(Outcome outcome);  // "pass", "fail", "error", "skip"

// What was seen, before anybody judges it.
struct Observation {
  Json measured = {};
  std::string how = {};                   // how it was measured: "docker info"
  std::map<std::string, Json> also = {};  // by the names that thresholds.json gives them
  std::optional<std::string> note = {};   // what a reader should know beside the figures
  // By name ("median", "mean"): where there are any, the claim's `statistic` chooses `measured`.
  std::map<std::string, double> statistics = {};
};

// A further value of a claim, judged.
struct AlsoResult {
  std::string name;
  Json measured = {};
  std::optional<std::string> unit = {};
  Json allowed = {};  // null: on record only, no verdict depends on it
  Outcome outcome = Outcome::kError;
};

struct ClaimResult {
  std::string id;
  std::optional<GuestKind> guest = {};
  Outcome outcome = Outcome::kError;
  Json measured = {};  // null when nothing usable was measured
  std::optional<std::string> unit = {};
  Json allowed = {};
  Json reference = {};
  std::string statement = {};
  std::string how = {};
  std::vector<AlsoResult> also = {};
  std::map<std::string, double> statistics = {};
  std::optional<std::string> note = {};
  std::string message = {};
  std::optional<std::string> hint = {};
  double duration_s = 0;
};

// Holds an observation against the thresholds. What cannot be used (nothing, NaN, the wrong type, a
// further value that is missing) is ERROR. Throws HarnessError for a case that does not exist.
ClaimResult judge(const Thresholds& thresholds, std::string_view id, std::optional<GuestKind> guest,
                  const Observation& observation);

// The result of a case that is declared not applicable, to be asked before anything is probed.
std::optional<ClaimResult> declared_skip(const Thresholds& thresholds, std::string_view id,
                                         std::optional<GuestKind> guest);

// The ERROR of a case whose observation failed, with the hint of a HarnessError.
ClaimResult could_not_tell(const Thresholds& thresholds, std::string_view id,
                           std::optional<GuestKind> guest, const std::exception& trouble);

// The same case judged again by other thresholds, from what was recorded alone. An error stays an
// error, and what was not measured stays skipped.
ClaimResult rejudge(const ClaimResult& recorded, const Thresholds& thresholds);

// An entry of `claims` in record.json.
Json to_json(const ClaimResult& result);

// Throws InputError with the path of what is wrong.
ClaimResult claim_result_from_json(const JsonCursor& entry);

}  // namespace pve_accept
