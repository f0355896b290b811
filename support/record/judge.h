#pragma once

#include <exception>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "support/base/figure.h"
#include "support/base/guest_kind.h"
#include "support/record/claim_result.h"
#include "support/record/thresholds.h"

namespace pve_accept {

// What was seen, before anybody judges it.
struct Observation {
  Value measured = {};
  std::string how = {};                    // how it was measured: "docker info"
  std::map<std::string, Value> also = {};  // by the names that thresholds.json gives them
  std::optional<std::string> note = {};    // what a reader should know beside the figures
  std::optional<Figure> figure = {};       // instead of `measured`: the claim's `statistic` of it
  std::optional<std::string> hint = {};    // what to do where the claim is false
};

// Holds an observation against the thresholds. What cannot be used (nothing, NaN, the wrong type, a
// further value that is missing) is ERROR. Throws HarnessError for a case that does not exist.
ClaimResult judge(const Thresholds& thresholds, std::string_view id, std::optional<GuestKind> guest,
                  const Observation& observation);

// The result of a case that is declared not applicable, to be asked before anything is probed.
std::optional<ClaimResult> declared_skip(const Thresholds& thresholds, std::string_view id,
                                         std::optional<GuestKind> guest);

// The same for a reason that thresholds.json does not know.
ClaimResult not_applicable(const Thresholds& thresholds, std::string_view id,
                           std::optional<GuestKind> guest, std::string_view why);

// The ERROR of a case whose observation failed, with the hint of a HarnessError.
ClaimResult could_not_tell(const Thresholds& thresholds, std::string_view id,
                           std::optional<GuestKind> guest, const std::exception& trouble);

// The same case judged again by other thresholds, from what was recorded alone. An error stays an
// error, and what was not measured stays skipped.
ClaimResult rejudge(const ClaimResult& recorded, const Thresholds& thresholds);

}  // namespace pve_accept
