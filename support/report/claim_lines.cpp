#include <fmt/format.h>

#include <algorithm>

#include "support/base/text.h"
#include "support/report/report.h"
#include "support/report/wording.h"
#include "support/suspects/known_issues.h"

namespace pve_accept {
namespace {

// What held needs no more than its value; what did not says all.
std::string verdict_text(const ClaimResult& claim) {
  if (claim.outcome != Outcome::kPass) return message_text(claim);
  const std::string measured = measured_text(claim);
  const std::string allowed = allowed_text(claim);
  return text::one_line(measured == allowed ? measured
                                            : fmt::format("{} (allowed: {})", measured, allowed));
}

std::string marked_label(const ClaimResult& claim) {
  return case_label(claim) + (claim.preview() ? " (preview)" : "");
}

std::string hint_line(const std::optional<std::string>& hint) {
  return hint ? fmt::format("{:<5}  hint: {}\n", "", text::one_line(*hint)) : "";
}

std::string issue_line(const std::optional<KnownIssueMatch>& match) {
  return match ? fmt::format("{:<5}  {}\n", "", text::one_line(match->text)) : "";
}

}  // namespace

std::string claim_lines(const Record& record, Lines lines, const std::set<std::string>& told) {
  std::string text;
  if (record.node.simulated()) text += simulation_notice(record) + "\n";
  auto claims = claims_of(record);
  std::erase_if(claims, [&](const ClaimResult* claim) {
    return (lines == Lines::kRed && !claim->red()) || told.contains(case_label(*claim));
  });
  std::size_t width = 0;
  for (const ClaimResult* claim : claims) width = std::max(width, marked_label(*claim).size());
  for (const ClaimResult* claim : claims) {
    text += fmt::format("{:<5}  {:<{}}  {}\n", outcome_text(claim->outcome), marked_label(*claim),
                        width, verdict_text(*claim));
    text += hint_line(claim->hint) + issue_line(known_issue(record, *claim));
  }
  for (const auto& [name, stage] : failed_stages(record)) {
    if (told.contains(name)) continue;
    text += fmt::format("ERROR  stage {}: {}\n", name, stage->message) + hint_line(stage->hint) +
            issue_line(known_issue(record, name, *stage));
  }
  return text + fmt::format("{} on {}\n", counts_text(record), node_label(record));
}

}  // namespace pve_accept
