#include "support/pve/backup_remains.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <optional>

#include "support/base/contains.h"
#include "support/base/pattern.h"
#include "support/base/reply.h"

namespace pve_accept {
namespace {

using std::chrono::seconds;

constexpr seconds kRemovalDeadline{120};  // vzdump may have copied a whole guest
constexpr const char* kSeeRemains = "see what backups have left";

// Whatever the storage's folder of backups is called there; empty where it has none, as on a
// Proxmox Backup Server. The archive need not be there.
std::string dump_folder(Node& node, const std::string& storage) {
  const std::string path =
      node.volume_path(storage + ":backup/vzdump-lxc-100-2000_01_01-00_00_00.tar.zst");
  return path.starts_with('/') ? path.substr(0, path.rfind('/')) : "";
}

std::vector<std::string> names_in(Node& node, const std::string& folder) {
  const Command command = reading({"find", "-H", folder, "-maxdepth", "1"});
  const CommandResult result = probe(node.shell(), command, kSeeRemains);
  if (text::contains(result.err, folder) && text::contains(result.err, "No such file")) return {};
  const auto paths = text::lines(result.out);
  if (result.exit_status != 0 || !contains(paths, folder)) {  // beside what is in it
    throw unusable(node.shell(), command, result, kSeeRemains, "the folder itself is not listed");
  }
  std::vector<std::string> names;
  for (const std::string_view path : paths) {
    if (path.size() > folder.size() + 1) names.emplace_back(path.substr(folder.size() + 1));
  }
  return names;
}

// "vzdump-lxc-9001-2026_11_30-06_26_39.log"
struct BackupFile {
  std::string vmid, time, ending;
};

std::optional<BackupFile> backup_file(const std::string& name) {
  static const Pattern kName(
      "vzdump-(?:lxc|qemu)-([0-9]+)-([0-9]{4}_[0-9]{2}_[0-9]{2}-[0-9]{2}_[0-9]{2}_[0-9]{2})"
      "\\.(.+)");
  const auto found = kName.match(name);
  if (!found) return std::nullopt;
  return BackupFile{found[1], found[2], found[3]};
}

// "pve-accept-20260607T085000Z-1a2b3c-9001.backup"
std::string note_name(std::string_view run, Vmid vmid) {
  return fmt::format("pve-accept-{}-{}.backup", run, vmid);
}

std::optional<BackupRemains> remains_of_note(const std::string& folder, const std::string& name) {
  static const Pattern kName("pve-accept-(.+)-([1-9][0-9]{2,8})\\.backup");
  const auto found = kName.match(name);
  if (!found) return std::nullopt;
  return BackupRemains{.note = fmt::format("{}/{}", folder, name),
                       .run = found[1],
                       .vmid = Vmid(static_cast<int>(*text::to_whole(found[2])))};
}

// The names that were there; empty where the run ended as it wrote the note: before its backup.
std::optional<std::vector<std::string>> read_note(Node& node, const BackupRemains& remains) {
  const std::string written =
      run_checked(node.shell(), reading({"cat", remains.note}), kSeeRemains).out;
  if (text::trimmed(written).empty()) return std::nullopt;
  return text::read_list(text::parse_json(written), remains.note,
                         [](const JsonCursor& name) { return name.string(); });
}

void find_files(Node& node, const std::vector<std::string>& names, BackupRemains& remains) {
  const auto before = read_note(node, remains);
  const std::string folder = remains.note.substr(0, remains.note.rfind('/') + 1);
  remains.files.clear();
  for (const std::string& name :
       names_of_remains(names, remains.vmid, before.value_or(std::vector<std::string>{}))) {
    remains.files.push_back(folder + name);
  }
  if (!before && !remains.files.empty()) remains.doubt = "the note is empty";
}

void remove_paths(Node& node, const std::vector<std::string>& paths) {
  if (paths.empty()) return;
  Command command = {.argv = {"rm", "-rf", "--one-file-system"}, .deadline = kRemovalDeadline};
  command.argv.insert(command.argv.end(), paths.begin(), paths.end());
  const CommandResult result = node.shell().run(command);
  const std::size_t folder = paths[0].rfind('/');
  const auto names = names_in(node, paths[0].substr(0, folder));
  for (const std::string& path : paths) {
    if (!contains(names, path.substr(folder + 1))) continue;
    throw unusable(node.shell(), command, result, fmt::format("remove {}", path),
                   "it is still there");
  }
}

}  // namespace

std::vector<std::string> names_of_remains(const std::vector<std::string>& names, Vmid vmid,
                                          const std::vector<std::string>& before) {
  std::map<std::string, std::vector<std::string>> backups;  // by their time
  std::map<std::string, bool> archived;
  for (const std::string& name : names) {
    const auto file = backup_file(name);
    if (!file || file->vmid != to_string(vmid) || contains(before, name)) continue;
    backups[file->time].push_back(name);
    const std::string& ending = file->ending;
    const bool remains = ending == "log" || ending == "tmp" || ending.ends_with("dat");
    archived[file->time] = archived[file->time] || !remains;
  }
  if (backups.empty() || archived.begin()->second) return {};
  return backups.begin()->second;
}

void note_backup(Node& node, const std::string& storage, std::string_view run, Vmid vmid) {
  const std::string folder = dump_folder(node, storage);
  if (folder.empty()) return;
  Json there = Json::array();
  for (const std::string& name : names_in(node, folder)) {
    const auto file = backup_file(name);
    if (file && file->vmid == to_string(vmid)) there.push_back(name);
  }
  run_checked(node.shell(),
              {.argv = {"dd", fmt::format("of={}/{}", folder, note_name(run, vmid)), "status=none"},
               .input = there.dump() + "\n"},
              "note that a backup is to be made");
}

std::vector<BackupRemains> backup_remains(Node& node, const std::string& storage) {
  std::vector<BackupRemains> all;
  const std::string folder = dump_folder(node, storage);
  if (folder.empty()) return all;
  const auto names = names_in(node, folder);
  for (const std::string& name : names) {
    auto remains = remains_of_note(folder, name);
    if (!remains) continue;
    find_files(node, names, *remains);
    all.push_back(std::move(*remains));
  }
  return all;
}

void remove_backup_remains(Node& node, const BackupRemains& remains) {
  BackupRemains now = remains;
  if (now.doubt.empty()) {
    find_files(node, names_in(node, now.note.substr(0, now.note.rfind('/'))), now);
  }
  if (!now.doubt.empty()) {
    throw HarnessError(HarnessError::Details{
        .attempted = fmt::format("remove {}", fmt::join(now.files, ", ")),
        .problem = "refused: " + now.doubt,
        .hint = fmt::format("remove by hand what is yours, and {}", now.note)});
  }
  remove_paths(node, now.files);
  remove_paths(node, {now.note});
}

}  // namespace pve_accept
