#include "support/pve/backup.h"

#include <fmt/format.h>

#include <vector>

#include "support/base/contains.h"
#include "support/base/text.h"

namespace pve_accept {
namespace {

std::vector<Volume> archives_on(Node& node, const std::string& storage, Vmid vmid) {
  std::vector<Volume> archives = node.volumes(storage);
  std::erase_if(archives, [&](const Volume& volume) {
    return volume.content != "backup" || volume.vmid != vmid;
  });
  return archives;
}

}  // namespace

Backup back_up(Node& node, Vmid vmid, const std::string& storage, const std::string& notes,
               Clock::Duration deadline) {
  const std::vector<Volume> before = archives_on(node, storage, vmid);
  const Command command = {
      .argv = {"vzdump", to_string(vmid), "--storage", storage, "--mode", "snapshot", "--compress",
               "zstd", "--remove", "0", "--notes-template", notes, "--mailnotification", "failure",
               "--notification-mode", "legacy-sendmail"},
      .deadline = deadline};
  const CommandResult result = probe(node.shell(), command, fmt::format("back up guest {}", vmid));
  Backup backup;
  for (const Volume& archive : archives_on(node, storage, vmid)) {
    if (!contains(before, archive.volid, &Volume::volid)) {
      backup.archive = archive;
    }
  }
  if (result.exit_status != 0 || !backup.archive) {
    backup.complaint = complaint_of(command, result);
  }
  return backup;
}

std::string complaint_of(const Command& command, const CommandResult& result) {
  std::string_view last, error, cause;
  const std::string said = result.out + result.err;
  for (const std::string_view line : text::lines(said)) {
    if (!text::trimmed(line).empty()) last = text::trimmed(line);
    if (line.starts_with("ERROR: ")) error = text::trimmed(line);
    const bool of_pipe = line.starts_with("zstd: ") || line.starts_with("vma: ");
    if (of_pipe && cause.empty()) cause = text::trimmed(line);
  }
  return fmt::format("{}: exit {}: {}{}", command.argv.front(), result.exit_status,
                     error.empty() ? last : error,
                     cause.empty() ? "" : fmt::format(" ({})", cause));
}

}  // namespace pve_accept
