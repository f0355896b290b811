// What an upgrade check says beyond the claims: what the upgrade has changed.

#include <fmt/format.h>

#include "support/report/sections.h"
#include "support/report/shared.h"
#include "support/report/table.h"
#include "support/report/wording.h"
#include "support/suspects/upgraded.h"

namespace pve_accept {
namespace {

std::string reboot_line(const Record& record) {
  const auto& before = record.upgrade->boot_id;
  if (!before || !record.node.boot_id) return "Whether the node was rebooted is not known.";
  return *before == *record.node.boot_id ? "The node was not rebooted since." : "It was rebooted.";
}

}  // namespace

Table upgrade_table(const Record& record) {
  Table table{.header = {"Changed", "of", "before the upgrade", "after it"}, .rows = {}};
  for (const Change& change : changed_by_upgrade(record)) {
    table.rows.push_back({change.what(), change.whose(), text_or_missing(change.before),
                          text_or_missing(change.after)});
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
         (table.rows.empty() ? "Nothing on record has changed, on the node or in these guests.\n"
                             : markdown(table)) +
         "\n";
}

}  // namespace pve_accept
