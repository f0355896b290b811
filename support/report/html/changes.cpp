#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "support/report/html/numbers.h"
#include "support/report/html/parts.h"
#include "support/report/html/sections.h"
#include "support/report/shared.h"

namespace pve_accept::html {
namespace {

constexpr std::size_t kMostChanges = 100;
constexpr std::size_t kMostSuspects = 5;

std::string run_text(const RunInfo& run) {
  return fmt::format("run {} of {}", run.id, time_text(run.started));
}

// "Held last in …."
Element since_line(const SuspectedTogether& suspected) {
  const auto& since = suspected.each.since;
  std::string text = suspected.since_text(since ? run_text(*since) : "");
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return el("p", text, ".");
}

Element suspicion(const SuspectedTogether& suspected) {
  const SuspectedClaim& each = suspected.each;
  Element part = el("div", since_line(suspected));
  if (!each.since) return part;
  if (each.suspects.empty()) {
    return part.add(el("p", "Nothing on record changed since that could be suspected."));
  }
  Element list("ol");
  const std::size_t shown = std::min(each.suspects.size(), kMostSuspects);
  for (std::size_t i = 0; i < shown; ++i) list.add(el("li", each.suspects[i].text()));
  part.add(list);
  const std::size_t more = each.suspects.size() - shown;
  return more == 0 ? part
                   : part.add(el("p", cls("quiet"), fmt::format("And {} less likely.", more)));
}

}  // namespace

std::optional<Element> changes_part(const Record& record, std::span<const Record> earlier) {
  const Record* base = newest_before(earlier, record);
  if (base == nullptr && !record.upgrade) return std::nullopt;
  Element part = section("changes", "What changed");
  for (const SuspectedTogether& suspected : suspected_together(record, earlier)) {
    part.add(el("h3", code(fmt::format("{}", fmt::join(suspected.cases, ", ")))));
    part.add(suspicion(suspected));
  }
  if (base == nullptr) return part;  // all that an upgrade changed stands in its own part
  const auto all = changes_since(*base, record);
  const char* beyond = record.upgrade ? ", beside what the upgrade changed" : "";
  if (all.empty()) {
    return part.add(el("p", "Nothing on record changed since ", run_text(base->run), beyond, "."));
  }
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < std::min(all.size(), kMostChanges); ++i)
    texts.push_back(all[i].text());
  if (all.size() > kMostChanges) {
    texts.push_back(fmt::format("and {} more", all.size() - kMostChanges));
  }
  return part.add(folded(fmt::format("{} change{} since {}{}", all.size(),
                                     all.size() == 1 ? "" : "s", run_text(base->run), beyond),
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
