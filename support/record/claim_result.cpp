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

template <class Fields>
void visit(AlsoResult& also, Fields& fields) {
  fields("name", also.name, required);
  fields("measured", also.measured, required);
  fields("unit", also.unit);
  fields("allowed", also.allowed);
  fields("outcome", also.outcome, required);
}

template <class Fields>
void visit(ClaimResult& claim, Fields& fields) {
  fields("id", claim.id, required);
  fields("guest", claim.guest, required);
  fields("outcome", claim.outcome, required);
  fields("maturity", claim.maturity);
  fields("measured", claim.measured, required);
  fields("unit", claim.unit);
  fields("allowed", claim.allowed);
  fields("why", claim.why, if_set);
  fields("reference", claim.reference);
  fields("statement", claim.statement);
  fields("how", claim.how);
  fields("also", claim.also);
  fields("statistics", claim.statistics);
  fields("statistic", claim.statistic, if_set);
  fields("note", claim.note);
  fields("message", claim.message);
  fields("hint", claim.hint);
  fields("duration_s", claim.duration_s);
}

PVE_ACCEPT_COMPILE_FIELDS(ClaimResult);

}  // namespace pve_accept
