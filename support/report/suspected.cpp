#include <algorithm>

#include "support/base/contains.h"
#include "support/report/shared.h"
#include "support/report/wording.h"
#include "support/suspects/upgraded.h"

namespace pve_accept {
namespace {

bool suspected_alike(const SuspectedClaim& one, const SuspectedClaim& other) {
  const auto id = [](const SuspectedClaim& of) { return of.since ? of.since->id : ""; };
  return one.how == other.how && id(one) == id(other) &&
         std::ranges::equal(one.suspects, other.suspects, {}, &Suspect::text, &Suspect::text);
}

}  // namespace

std::string SuspectedTogether::since_text(const std::string& run) const {
  switch (each.how) {
    case SuspectedClaim::Since::kNever:
      return "held in none of the earlier runs";
    case SuspectedClaim::Since::kHeld:
      return "held last in " + run;
    case SuspectedClaim::Since::kNotAsked:
      return "not asked for before; since " + run;
    case SuspectedClaim::Since::kLeft:
      return "about the guest that was left by " + run;
    case SuspectedClaim::Since::kRefreshed:
      return "held after the node's upgrade, and no more after the guest's own";
  }
  return "";
}

std::vector<SuspectedTogether> suspected_together(const Record& record,
                                                  std::span<const Record> earlier) {
  std::vector<SuspectedTogether> groups;
  for (SuspectedClaim& suspected : suspected_claims(record, earlier)) {
    const std::string label = case_label(*suspected.claim);
    const auto alike = std::ranges::find_if(groups, [&](const SuspectedTogether& group) {
      return suspected_alike(group.each, suspected);
    });
    if (alike != groups.end()) {
      alike->cases.push_back(label);
    } else {
      groups.push_back({{label}, std::move(suspected)});
    }
  }
  return groups;
}

std::vector<Change> changes_since(const Record& before, const Record& record) {
  auto all = changes(recorded_facts(before), recorded_facts(record));
  const auto shown = changed_by_upgrade(record);
  std::erase_if(all, [&](const Change& change) { return contains(shown, change); });
  return all;
}

}  // namespace pve_accept
