#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "support/report/sections.h"
#include "support/report/shared.h"
#include "support/report/table.h"

namespace pve_accept {
namespace {

constexpr std::size_t kShownChanges = 40;
constexpr std::size_t kShownSuspects = 5;

std::string run_text(const RunInfo& run) {
  return fmt::format("run {} of {}", markdown_escaped(run.id), markdown_escaped(run.started));
}

std::string suspected_text(const SuspectedTogether& suspected) {
  const auto& [cases, each] = suspected;
  std::string text = fmt::format("- `{}`: {}", fmt::join(cases, "`, `"),
                                 suspected.since_text(each.since ? run_text(*each.since) : ""));
  if (!each.since) return text + ".\n";
  if (each.suspects.empty()) {
    return text + "; nothing on record changed since that could be suspected.\n";
  }
  text += ". Suspects:\n";
  std::size_t number = 0;
  for (const Suspect& suspect : each.suspects) {
    if (number == kShownSuspects) break;
    text += fmt::format("  {}. {}\n", ++number, markdown_escaped(suspect.text()));
  }
  const std::size_t more = each.suspects.size() - number;
  return more == 0 ? text : text + fmt::format("  and {} less likely\n", more);
}

}  // namespace

std::string changes_section(const Record& record, std::span<const Record> earlier) {
  const Record* base = newest_before(earlier, record);
  if (base == nullptr && !record.upgrade) return "";
  std::string text = "## What changed\n\n";
  for (const SuspectedTogether& suspected : suspected_together(record, earlier)) {
    text += suspected_text(suspected);
  }
  // All that an upgrade changed stands in its own section.
  if (base == nullptr) return text + "\n";
  const auto all = changes_since(*base, record);
  const char* beyond = record.upgrade ? ", beside what the upgrade changed" : "";
  if (all.empty()) {
    return text +
           fmt::format("\nNothing on record changed since {}{}.\n\n", run_text(base->run), beyond);
  }
  text += fmt::format("\nSince {}{}:\n\n", run_text(base->run), beyond);
  for (std::size_t i = 0; i < std::min(all.size(), kShownChanges); ++i) {
    text += fmt::format("- {}\n", markdown_escaped(all[i].text()));
  }
  if (all.size() > kShownChanges) {
    text += fmt::format("- and {} more\n", all.size() - kShownChanges);
  }
  return text + "\n";
}

}  // namespace pve_accept
