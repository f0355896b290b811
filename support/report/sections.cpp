#include "support/report/sections.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "support/report/lookup.h"
#include "support/report/table.h"

namespace pve_accept {
namespace {

std::string bullet(const std::string& text) { return "- " + markdown_escaped(text) + "\n"; }

std::string subject_of(const Json& claim) {
  const std::string id = case_label(claim);
  return id.substr(0, id.find('.'));
}

// Failures, then errors, with what to do about them where that is known.
std::string red_claims(const Json& record) {
  std::string text;
  for (const std::string_view outcome : {"fail", "error"}) {
    for (const Json& claim : claims_of(record)) {
      if (outcome_of(claim) != outcome) continue;
      text += fmt::format("- **{}** `{}`: {}\n", outcome == "fail" ? "FAIL" : "ERROR",
                          case_label(claim), markdown_escaped(message_text(claim)));
      const Json hint = lookup(claim, {"hint"});
      if (hint.is_string()) text += "  Hint: " + markdown_escaped(hint.get<std::string>()) + "\n";
    }
  }
  for (const auto& [name, message] : failed_stages(record)) {
    text += fmt::format("- **ERROR** stage `{}`: {}\n", name, markdown_escaped(one_line(message)));
  }
  return text;
}

struct NamedWindow {
  std::string name;
  Json window;
};

std::vector<NamedWindow> windows_of(const Json& record) {
  std::vector<NamedWindow> windows = {{"baseline", lookup(record, {"baseline"})}};
  for (const GuestKind guest : kGuestKinds) {
    for (const char* window : {"idle", "load"}) {
      windows.push_back({fmt::format("{} window of the {}", window, to_string(guest)),
                         lookup(record, {"measurements", to_string(guest), window})});
    }
  }
  return windows;
}

std::string texts(const std::string& name, const Json& list) {
  std::string text;
  if (list.is_string()) text += bullet(name + ": " + list.get<std::string>());
  if (!list.is_array()) return text;
  for (const Json& entry : list) text += bullet(name + ": " + text_or_missing(entry));
  return text;
}

// What a window says of itself: why it is not usable, what is worth a mention, the drift of RAM
// that remained when it began, and steal.
std::string window_notes(const NamedWindow& named) {
  const Json& window = named.window;
  std::string text = texts(named.name, lookup(window, {"problems"}));
  text += texts(named.name, lookup(window, {"problem"}));
  text += texts(named.name, lookup(window, {"notes"}));
  const Json drift = lookup(window, {"settle", "drift_mib"});
  if (drift.is_number()) {
    text += bullet(
        fmt::format("{}: drift of host RAM that remained: {} MiB, {} after {} s", named.name,
                    signed_or_missing(drift, 0),
                    lookup(window, {"settle", "settled"}) == false ? "not settled" : "settled",
                    number_or_missing(lookup(window, {"settle", "took_s"}), 0)));
  }
  const Json steal = lookup(window, {"figures", "cpu_steal_percent", "mean"});
  if (steal.is_number() && steal.get<double>() > 0) {
    text += bullet(fmt::format(
        "{}: steal {} %: the node is itself a virtual machine, its CPU figures are not exact",
        named.name, number_or_missing(steal, 2)));
  }
  return text;
}

std::string node_notes(const Json& record) {
  std::string text;
  const Json ksm = lookup(record, {"node", "ksm"});
  if (!ksm.is_null()) text += bullet("KSM on the node: " + text_or_missing(ksm));
  const Json unknown = lookup(record, {"node", "unknown_commands"});
  if (unknown.is_array()) {
    for (const Json& command : unknown) {
      text += bullet("command that the simulated node does not know: " + text_or_missing(command));
    }
  }
  for (const Json& claim : claims_of(record)) {
    const Json note = lookup(claim, {"note"});
    if (note.is_string() && outcome_of(claim) == "pass") {
      text += bullet(case_label(claim) + ": " + note.get<std::string>());
    }
  }
  return text;
}

std::string destroy_command(const Json& record, std::string_view guest) {
  const Json vmid = lookup(record, {"guests", guest, "vmid"});
  return fmt::format("{} destroy {} --purge\n", guest == "lxc" ? "pct" : "qm",
                     text_or_missing(vmid));
}

}  // namespace

std::string viability_section(const Json& record) {
  Table table{.header = {"Claim", "outcome", "measured", "allowed"}, .rows = {}};
  for (const Json& claim : claims_of(record)) {
    const std::string subject = subject_of(claim);
    if (subject != "docker" && subject != "stack" && subject != "guest") continue;
    table.rows.push_back(
        {case_label(claim), outcome_of(claim), measured_text(claim), allowed_text(claim)});
  }
  const std::string heading = "## 3. Docker viability\n\n";
  if (table.rows.empty()) return heading + "Not examined in this run.\n\n";
  return heading +
         "In an unprivileged container (`nesting=1,keyctl=1`) and in the virtual machine.\n\n" +
         markdown(table) + "\n";
}

std::string observations_section(const Json& record) {
  std::string text = red_claims(record);
  if (text.empty()) text = "- No claim is false, and none could not be told.\n";
  for (const NamedWindow& window : windows_of(record)) text += window_notes(window);
  return "## 4. Observations\n\n" + text + node_notes(record) + "\n";
}

std::string command_log_section(const Json& record) {
  Table table{.header = {"Claim", "outcome", "measured", "allowed", "how"}, .rows = {}};
  for (const Json& claim : claims_of(record)) {
    table.rows.push_back({case_label(claim), outcome_of(claim), measured_with_others(claim),
                          allowed_text(claim), text_or_missing(lookup(claim, {"how"}))});
  }
  return "## 5. Command log\n\nHow each claim was measured; every command with its output is in "
         "`transcript.jsonl`.\n\n" +
         markdown(table) + "\n";
}

std::string teardown_section(const Json& record) {
  std::string text = "## 6. Teardown\n\n";
  const Json left = lookup(record, {"teardown", "left"});
  if (!left.is_array()) return text + "Not done, or not finished.\n";
  const bool kept = lookup(record, {"teardown", "kept"}) == true;
  const char* nothing = kept ? "Left on the node: nothing but the two guests, stopped.\n"
                             : "Left on the node: nothing.\n";
  text += left.empty() ? nothing : "Left on the node:\n\n";
  for (const Json& entry : left) text += bullet(text_or_missing(entry));
  const Json changes = lookup(record, {"teardown", "changes"});
  if (changes.is_array() && !changes.empty()) {
    text += "\nChanged on the node:\n\n";
    for (const Json& entry : changes) text += bullet(text_or_missing(entry));
  }
  if (kept) {
    text += "\nTo remove the guests that were kept:\n\n```bash\n" + destroy_command(record, "vm") +
            destroy_command(record, "lxc") + "```\n";
  }
  return text;
}

}  // namespace pve_accept
