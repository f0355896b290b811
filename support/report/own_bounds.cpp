#include <fmt/format.h>

#include "support/record/claim_catalogue.h"
#include "support/report/sections.h"
#include "support/report/shared.h"
#include "support/report/table.h"
#include "support/report/wording.h"

namespace pve_accept {
namespace {

using Unit = std::optional<std::string>;

std::string bound_text(const std::optional<Bound>& bound, const Unit& unit) {
  return bound ? bound->text(unit) : "not applicable";
}

class OwnBounds {
 public:
  void look_at(const ClaimResult& claim) {
    // Without a baseline nothing was compared, by whatever bound.
    if (claim.outcome == Outcome::kSkip && claim.id.starts_with("regression.")) return;
    const Expectation& suites = suite_.expectation(claim.id, claim.guest);
    const Unit& unit = suite_.claim(claim.id).unit;
    const std::string why = claim.why == suites.why ? "none given" : text_or_missing(claim.why);
    compare(case_label(claim), bound_text(claim.allowed, claim.unit),
            bound_text(suites.allowed, unit), why);
    compare(case_label(claim) + ", maturity", std::string(to_string(claim.maturity)),
            std::string(to_string(suite_.claim(claim.id).maturity)), why);
    for (const AlsoResult& also : claim.also) {
      const auto condition = suites.also.find(also.name);
      const std::string of_suite = condition == suites.also.end()
                                       ? "no bound"
                                       : condition->second.allowed.text(condition->second.unit);
      compare(fmt::format("{}, {}", case_label(claim), also.name),
              also.allowed ? also.allowed->text(also.unit) : "no bound", of_suite, why);
    }
  }

  const Table& table() const { return table_; }

 private:
  void compare(const std::string& what, const std::string& here, const std::string& suites,
               const std::string& why) {
    if (here != suites) table_.rows.push_back({what, here, suites, why});
  }

  const Thresholds suite_ = Thresholds::load();
  Table table_{.header = {"Claim", "allowed here", "the suite's own bound", "reason"}, .rows = {}};
};

}  // namespace

Table own_bounds_table(const Record& record) {
  OwnBounds bounds;
  for (const ClaimResult* claim : claims_of(record)) {
    if (find_claim(claim->id) != nullptr) bounds.look_at(*claim);
  }
  return bounds.table();
}

std::string own_bounds_section(const Record& record) {
  const Table table = own_bounds_table(record);
  if (table.rows.empty()) return "";
  return "**Judged by bounds that are not the suite's own:**\n\n" + markdown(table) + "\n";
}

}  // namespace pve_accept
