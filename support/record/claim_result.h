#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/base/fields.h"
#include "support/base/guest_kind.h"
#include "support/record/bound.h"
#include "support/record/value.h"

namespace pve_accept {

enum class Outcome {
  kPass,
  kFail,   // the claim is false
  kError,  // it could not be told whether the claim is true
  kSkip,   // declared not applicable
};

inline constexpr std::array kOutcomes = {Outcome::kPass, Outcome::kFail, Outcome::kError,
                                         Outcome::kSkip};

std::string_view to_string(Outcome outcome);  // "pass", "fail", "error", "skip"

void read_field(const JsonCursor& place, Outcome& outcome);
Json write_field(const Outcome& outcome);

// How long a claim has been trusted. One that is new is run, recorded and reported, and makes no
// run red.
enum class Maturity { kStable, kPreview };

inline constexpr std::array kMaturities = {Maturity::kStable, Maturity::kPreview};

std::string_view to_string(Maturity maturity);  // "stable", "preview"

void read_field(const JsonCursor& place, Maturity& maturity);
Json write_field(const Maturity& maturity);

// A further value of a claim, judged.
struct AlsoResult {
  std::string name = {};
  Value measured = {};
  std::optional<std::string> unit = {};
  std::optional<Bound> allowed = {};  // none: on record only, no verdict depends on it
  Outcome outcome = Outcome::kError;
};

// The verdict on a case: an entry of `claims` in record.json.
struct ClaimResult {
  std::string id = {};
  std::optional<GuestKind> guest = {};  // none for a claim on the node or on both guests
  Outcome outcome = Outcome::kError;
  Maturity maturity = Maturity::kStable;
  Value measured = {};  // nothing when nothing usable was measured
  std::optional<std::string> unit = {};
  std::optional<Bound> allowed = {};
  std::optional<std::string> why = {};  // where the bound comes from
  Value reference = {};
  std::string statement = {};
  std::string how = {};
  std::vector<AlsoResult> also = {};
  std::map<std::string, Value> statistics = {};  // by name: "median", "mean"
  std::optional<std::string> statistic = {};     // the one of these that was measured and judged
  std::optional<std::string> note = {};
  std::string message = {};
  std::optional<std::string> hint = {};
  double duration_s = 0;

  bool preview() const { return maturity == Maturity::kPreview; }
  // Whether it makes the run red.
  bool red() const {
    return !preview() && (outcome == Outcome::kFail || outcome == Outcome::kError);
  }
};

template <class Fields>
void visit(ClaimResult& claim, Fields& fields);

}  // namespace pve_accept
