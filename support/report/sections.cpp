#include "support/report/sections.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "support/base/text.h"
#include "support/report/shared.h"
#include "support/report/table.h"
#include "support/report/wording.h"
#include "support/suspects/known_issues.h"

namespace pve_accept {
namespace {

std::string bullet(const std::string& text) { return "- " + markdown_escaped(text) + "\n"; }

std::string_view subject_of(const ClaimResult& claim) {
  return std::string_view(claim.id).substr(0, claim.id.find('.'));
}

std::string hint_item(const std::optional<std::string>& hint) {
  return hint ? "  Hint: " + markdown_escaped(*hint) + "\n" : "";
}

std::string issue_item(const std::optional<KnownIssueMatch>& match) {
  return match ? "  Known issues: " + markdown_escaped(match->text) + "\n" : "";
}

// Failures, then errors, with what to do about them where that is known.
std::string red_claims(const Record& record, Maturity maturity) {
  std::string text;
  for (const Outcome outcome : {Outcome::kFail, Outcome::kError}) {
    for (const ClaimResult* claim : claims_of(record, maturity)) {
      if (claim->outcome != outcome) continue;
      text += fmt::format("- **{}** `{}`: {}\n", outcome_text(outcome), case_label(*claim),
                          markdown_escaped(message_text(*claim)));
      text += hint_item(claim->hint) + issue_item(known_issue(record, *claim));
    }
  }
  return text;
}

std::string red_stages(const Record& record) {
  std::string text;
  for (const auto& [name, stage] : failed_stages(record)) {
    text += fmt::format("- **ERROR** stage `{}`: {}\n", name,
                        markdown_escaped(text::one_line(stage->message)));
    text += hint_item(stage->hint) + issue_item(known_issue(record, name, *stage));
  }
  return text;
}

// How each was measured.
Table table_of_claims(const Record& record, Maturity maturity) {
  Table table{.header = {"Claim", "outcome", "measured", "allowed", "how"}, .rows = {}};
  for (const ClaimResult* claim : claims_of(record, maturity)) {
    table.rows.push_back({case_label(*claim), std::string(to_string(claim->outcome)),
                          measured_with_others(*claim), allowed_text(*claim),
                          text_or_missing(claim->how)});
  }
  return table;
}

}  // namespace

std::string viability_section(const Record& record) {
  Table table{.header = {"Claim", "outcome", "measured", "allowed"}, .rows = {}};
  for (const ClaimResult* claim : claims_of(record, Maturity::kStable)) {
    const std::string_view subject = subject_of(*claim);
    if (subject != "docker" && subject != "stack" && subject != "guest") continue;
    table.rows.push_back({case_label(*claim), std::string(to_string(claim->outcome)),
                          measured_text(*claim), allowed_text(*claim)});
  }
  const std::string heading = "## 3. Docker viability\n\n";
  if (table.rows.empty()) return heading + "Not examined in this run.\n\n";
  return heading +
         "In an unprivileged container (`nesting=1,keyctl=1`) and in the virtual machine.\n\n" +
         markdown(table) + "\n";
}

std::string observations_section(const Record& record) {
  std::string text = red_claims(record, Maturity::kStable) + red_stages(record);
  if (text.empty()) text = "- No claim is false, and each could be told.\n";
  for (const std::string& note : notes_of(record)) text += bullet(note);
  return "## 4. Observations\n\n" + text + "\n";
}

std::string command_log_section(const Record& record) {
  return "## 5. Command log\n\nHow each claim was measured; every command with its output is in "
         "`transcript.jsonl`.\n\n" +
         markdown(table_of_claims(record, Maturity::kStable)) + "\n";
}

std::string teardown_section(const Record& record) {
  std::string text = "## 6. Teardown\n\n";
  if (!record.teardown) return text + "Not done, or not finished.\n";
  const TeardownRecord& teardown = *record.teardown;
  const char* nothing = teardown.kept ? "Left on the node: nothing but the two guests, stopped.\n"
                                      : "Left on the node: nothing.\n";
  if (teardown.cannot_tell) {
    text += fmt::format("What is left on the node is not known: {}\n", *teardown.cannot_tell);
  } else {
    text += teardown.left.empty() ? nothing : "Left on the node:\n\n";
  }
  for (const std::string& entry : teardown.left) text += bullet(entry);
  const auto changes = teardown.changes.value_or(std::vector<std::string>{});
  if (!changes.empty()) text += "\nChanged on the node:\n\n";
  for (const std::string& entry : changes) text += bullet(entry);
  if (teardown.kept) {
    text += "\nTo remove the guests that were kept:\n\n```bash\n" +
            destroy_command(record, GuestKind::kVm) + "\n" +
            destroy_command(record, GuestKind::kLxc) + "\n```\n";
  }
  return text;
}

std::string preview_section(const Record& record) {
  const Table table = table_of_claims(record, Maturity::kPreview);
  if (table.rows.empty()) return "";
  const std::string red = red_claims(record, Maturity::kPreview);
  return "\n## 7. Preview\n\nNew claims, counted apart: they make no run red.\n\n" +
         markdown(table) + (red.empty() ? "" : "\n" + red);
}

}  // namespace pve_accept
