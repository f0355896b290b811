#include "support/report/html/changes.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/report/html/numbers.h"
#include "support/report/html/parts.h"
#include "support/report/shared.h"
#include "support/report/wording.h"
#include "support/suspects/changes.h"
#include "support/suspects/suspects.h"

namespace pve_accept::html {
namespace {

constexpr std::size_t kMostChanges = 100;
constexpr std::size_t kMostSuspects = 5;

std::string run_text(const RunInfo& run) {
  return fmt::format("run {} of {}", run.id, time_text(run.started));
}

// Since when a claim does not hold, and what is suspected of it.
Element suspicion(const SuspectedClaim& suspected) {
  Element part("div");
  if (!suspected.since) return part.add(el("p", "Held in none of the earlier runs."));
  part.add(el("p", suspected.held ? "Held last in " : "Was not asked for before; since ",
              run_text(*suspected.since), "."));
  if (suspected.suspects.empty()) {
    return part.add(el("p", "Nothing on record changed since that could be suspected."));
  }
  Element list("ol");
  const std::size_t shown = std::min(suspected.suspects.size(), kMostSuspects);
  for (std::size_t i = 0; i < shown; ++i) list.add(el("li", suspected.suspects[i].text()));
  part.add(list);
  const std::size_t more = suspected.suspects.size() - shown;
  return more == 0 ? part
                   : part.add(el("p", cls("quiet"), fmt::format("And {} less likely.", more)));
}

// Claims of which the same is suspected stand together.
void add_suspected(Element& part, const std::vector<SuspectedClaim>& all) {
  std::vector<std::pair<std::string, Element>> groups;
  for (const SuspectedClaim& suspected : all) {
    const std::string label = case_label(*suspected.claim);
    const Element what = suspicion(suspected);
    const auto same = std::ranges::find_if(
        groups, [&](const auto& group) { return group.second.markup() == what.markup(); });
    if (same == groups.end()) {
      groups.emplace_back(label, what);
    } else {
      same->first += ", " + label;
    }
  }
  for (const auto& [labels, what] : groups) part.add(el("h3", code(labels))).add(what);
}

}  // namespace

std::optional<Element> changes_part(const Record& record, std::span<const Record> earlier) {
  const Record* base = newest_before(earlier, record);
  if (base == nullptr && !record.upgrade) return std::nullopt;
  Element part = section("changes", "What changed");
  add_suspected(part, suspected_claims(record, earlier));
  if (base == nullptr) return part;  // all that an upgrade changed stands in its own part
  const auto all = changes(recorded_facts(*base), recorded_facts(record));
  if (all.empty()) {
    return part.add(el("p", "Nothing on record changed since ", run_text(base->run), "."));
  }
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < std::min(all.size(), kMostChanges); ++i)
    texts.push_back(all[i].text());
  if (all.size() > kMostChanges) {
    texts.push_back(fmt::format("and {} more", all.size() - kMostChanges));
  }
  return part.add(folded(fmt::format("{} change{} since {}", all.size(), all.size() == 1 ? "" : "s",
                                     run_text(base->run)),
                         items(texts)));
}

std::optional<Element> upgrade_part(const Record& record) {
  if (!record.upgrade) return std::nullopt;
  Element part = section("upgrade", "The upgrade").add(el("p", upgrade_text(record)));
  const Table changed = upgrade_table(record);
  if (changed.rows.empty()) {
    return part.add(el("p", "Nothing on record has changed, on the node or in these guests."));
  }
  return part.add(table(changed, "What the upgrade has changed"));
}

}  // namespace pve_accept::html
