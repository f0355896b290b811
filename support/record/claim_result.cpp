#include "support/record/claim_result.h"

namespace pve_accept {

std::string_view to_string(Outcome outcome) {
  static constexpr std::array<std::string_view, kOutcomes.size()> kNames = {"pass", "fail", "error",
                                                                            "skip"};
  return kNames.at(static_cast<std::size_t>(outcome));
}

void read_field(const JsonCursor& place, Outcome& outcome) {
  outcome = read_choice<Outcome>(place, kOutcomes, [](Outcome each) { return to_string(each); });
}

Json write_field(const Outcome& outcome) { return to_string(outcome); }

std::string_view to_string(Maturity maturity) {
  return maturity == Maturity::kStable ? "stable" : "preview";
}

void read_field(const JsonCursor& place, Maturity& maturity) {
  maturity =
      read_choice<Maturity>(place, kMaturities, [](Maturity each) { return to_string(each); });
}

Json write_field(const Maturity& maturity) { return to_string(maturity); }

}  // namespace pve_accept
