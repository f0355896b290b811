#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "support/base/guest_kind.h"
#include "support/base/json.h"
#include "support/record/bound.h"
#include "support/record/claim_result.h"

namespace pve_accept {

// A further condition of a claim, on a value that was measured beside the main one.
struct Condition {
  Bound allowed;
  std::optional<std::string> unit;
  std::optional<std::string> why;
};

// What a claim expects of one guest, of the node or of both guests.
struct Expectation {
  std::optional<Bound> allowed;  // empty only where the claim is declared not applicable
  std::optional<std::string> not_applicable;  // why, where it is declared so
  Value reference;                            // what the spike measured, if it did
  std::optional<std::string> why;             // where the bound comes from
  std::map<std::string, Condition> also;
};

// Which figure of a window a claim is about.
enum class Statistic { kMedian, kMean };

std::string_view to_string(Statistic statistic);

struct ClaimThresholds {
  std::string id;
  std::string statement;  // the claim as a sentence
  std::string source;     // where the spike says so
  std::optional<std::string> unit;
  std::optional<Statistic> statistic;
  Maturity maturity = Maturity::kStable;
  std::map<std::optional<GuestKind>, Expectation> expectations;
};

// The verdict rules of every claim: thresholds.json, with a lab's own file merged over it.
class Thresholds {
 public:
  // The suite's own, built into the program, and `own`, where given, merged over it (JSON Merge
  // Patch, RFC 7386). Throws InputError that names the file and the JSON path of what is wrong.
  static Thresholds load(const std::optional<std::filesystem::path>& own = {});

  // `source` names the document in errors.
  Thresholds(const Json& document, const std::string& source);

  // Declares every case of the claims whose ids begin so not applicable.
  void decline(std::string_view prefix, const std::string& why);

  // Throws HarnessError when there is no such claim.
  const ClaimThresholds& claim(std::string_view id) const;

  // Throws HarnessError when the claim has no such case.
  const Expectation& expectation(std::string_view id, std::optional<GuestKind> guest) const;

 private:
  std::map<std::string, ClaimThresholds, std::less<>> claims_;
};

}  // namespace pve_accept
