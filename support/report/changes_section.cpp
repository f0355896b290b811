#include <fmt/format.h>

#include "support/report/sections.h"
#include "support/report/table.h"
#include "support/report/wording.h"
#include "support/suspects/changes.h"
#include "support/suspects/suspects.h"

namespace pve_accept {
namespace {

constexpr std::size_t kShownChanges = 40;
constexpr std::size_t kShownSuspects = 5;

std::string run_text(const RunInfo& run) {
  return fmt::format("run {} of {}", markdown_escaped(run.id), markdown_escaped(run.started));
}

std::string suspected_text(const SuspectedClaim& suspected) {
  std::string text = fmt::format("- `{}` ", case_label(*suspected.claim));
  if (!suspected.since) return text + "held in none of the earlier runs.\n";
  text += suspected.held ? "held last in " : "was not asked for before; since ";
  text += run_text(*suspected.since);
  if (suspected.suspects.empty()) {
    return text + ": nothing on record changed since that could be suspected.\n";
  }
  text += ". Suspects:\n";
  std::size_t number = 0;
  for (const Suspect& suspect : suspected.suspects) {
    if (number == kShownSuspects) break;
    text += fmt::format("  {}. {}\n", ++number, markdown_escaped(suspect.text()));
  }
  const std::size_t more = suspected.suspects.size() - number;
  return more == 0 ? text : text + fmt::format("  and {} less likely\n", more);
}

}  // namespace

std::string changes_section(const Record& record, std::span<const Record> earlier) {
  const Record* base = newest_before(earlier, record);
  if (base == nullptr && !record.upgrade) return "";
  std::string text = "## What changed\n\n";
  for (const SuspectedClaim& suspected : suspected_claims(record, earlier)) {
    text += suspected_text(suspected);
  }
  // All that an upgrade changed stands in its own section.
  if (base == nullptr) return text + "\n";
  const auto all = changes(recorded_facts(*base), recorded_facts(record));
  if (all.empty()) {
    return text + fmt::format("\nNothing on record changed since {}.\n\n", run_text(base->run));
  }
  text += fmt::format("\nSince {}:\n\n", run_text(base->run));
  for (std::size_t i = 0; i < std::min(all.size(), kShownChanges); ++i) {
    text += fmt::format("- {}\n", markdown_escaped(all[i].text()));
  }
  if (all.size() > kShownChanges) {
    text += fmt::format("- and {} more\n", all.size() - kShownChanges);
  }
  return text + "\n";
}

}  // namespace pve_accept
