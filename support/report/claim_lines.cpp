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

// What is not applicable for one reason stands in one line: "regression.* (16 cases)".
struct Line {
  const ClaimResult* claim;  // the first one
  std::string id, said;
  int cases = 1;

  std::string label() const {
    if (cases == 1) return marked_label(*claim);
    return fmt::format("{} ({} cases{})", id, cases, claim->preview() ? ", preview" : "");
  }
};

std::string family_of(const std::string& id) { return id.substr(0, id.find('.')) + ".*"; }

std::vector<Line> lines_of(const std::vector<const ClaimResult*>& claims) {
  std::vector<Line> lines;
  for (const ClaimResult* claim : claims) {
    const std::string said = verdict_text(*claim);
    const auto like = std::ranges::find_if(lines, [&](const Line& line) {
      return claim->outcome == Outcome::kSkip && line.claim->outcome == Outcome::kSkip &&
             line.said == said && family_of(line.claim->id) == family_of(claim->id);
    });
    if (like == lines.end()) {
      lines.push_back({.claim = claim, .id = claim->id, .said = said});
      continue;
    }
    ++like->cases;
    if (like->id != claim->id) like->id = family_of(claim->id);
  }
  return lines;
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
  const std::vector<Line> all = lines_of(claims);
  std::size_t width = 0;
  for (const Line& line : all) width = std::max(width, line.label().size());
  for (const Line& line : all) {
    text += fmt::format("{:<5}  {:<{}}  {}\n", outcome_text(line.claim->outcome), line.label(),
                        width, line.said);
    text += hint_line(line.claim->hint) + issue_line(known_issue(record, *line.claim));
  }
  for (const auto& [name, stage] : failed_stages(record)) {
    if (told.contains(name)) continue;
    text += fmt::format("ERROR  stage {}: {}\n", name, stage->message) + hint_line(stage->hint) +
            issue_line(known_issue(record, name, *stage));
  }
  return text + fmt::format("{} on {}\n", counts_text(record), node_label(record));
}

}  // namespace pve_accept
