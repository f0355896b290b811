// What an upgrade check says beyond the claims: what the upgrade has changed.

#include <fmt/format.h>

#include <set>

#include "support/report/sections.h"
#include "support/report/shared.h"
#include "support/report/table.h"
#include "support/report/wording.h"

namespace pve_accept {
namespace {

using Versions = std::map<std::string, Fact<std::string>>;

std::string version_in(const Versions& versions, const std::string& name) {
  const auto found = versions.find(name);
  return text_or_missing(found == versions.end() ? Fact<std::string>() : found->second);
}

// A row for each name whose version is another one.
void add_changes(const Versions& before, const Versions& now, const std::string& suffix,
                 Table& table) {
  std::set<std::string> names;
  for (const auto& [name, version] : before) names.insert(name);
  for (const auto& [name, version] : now) names.insert(name);
  for (const std::string& name : names) {
    const std::string was = version_in(before, name), is = version_in(now, name);
    if (was != is) table.rows.push_back({name + suffix, was, is});
  }
}

std::string reboot_line(const Record& record) {
  const auto& before = record.upgrade->boot_id;
  if (!before || !record.node.boot_id) return "Whether the node was rebooted is not known.";
  return *before == *record.node.boot_id ? "The node was not rebooted since." : "It was rebooted.";
}

}  // namespace

Table upgrade_table(const Record& record) {
  Table table{.header = {"Changed", "before the upgrade", "after it"}, .rows = {}};
  add_changes(record.upgrade->packages, record.node.packages, "", table);
  for (const auto& [kind, guest] : record.survivors) {
    const auto& last = guest.refreshed ? guest.refreshed : guest.after;
    if (!last) continue;
    add_changes(guest.before.components, last->components, fmt::format(" ({})", to_string(kind)),
                table);
  }
  return table;
}

std::string upgrade_text(const Record& record) {
  return fmt::format("Run {} of {} left two guests on the node before it was upgraded. {}",
                     record.upgrade->run, record.upgrade->started, reboot_line(record));
}

std::string upgrade_section(const Record& record) {
  if (!record.upgrade) return "";
  std::string text = fmt::format(
      "## Upgrade\n\n{} The claims "
      "`survivor.*` are about them: as they were left, and, `survivor.refreshed-*`, with their own "
      "packages upgraded and Docker started anew.\n\n",
      markdown_escaped(upgrade_text(record)));
  const Table table = upgrade_table(record);
  return text +
         (table.rows.empty() ? "No version has changed, on the node or in these guests.\n"
                             : markdown(table)) +
         "\n";
}

}  // namespace pve_accept
