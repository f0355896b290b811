#include "support/pve/leftovers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <exception>
#include <map>
#include <set>

#include "support/base/contains.h"
#include "support/base/reply.h"
#include "support/pve/config_values.h"
#include "support/pve/guest.h"

namespace pve_accept {
namespace {

using std::chrono::seconds;

constexpr seconds kTaskPatience{300};
constexpr seconds kTaskInterval{5};
constexpr seconds kFreeDeadline{120};

std::string label(const LeftGuest& guest) {
  const std::string name = guest.name.empty() ? "" : fmt::format(" '{}'", guest.name);
  return fmt::format("{} {}{}", facts_of(guest.kind).noun, guest.vmid, name);
}

void find_lock(Node& node, const Whose& whose, Leftovers& left) {
  const std::optional<std::string> text = NodeLock(node.shell()).text();
  left.torn_lock = text && text::trimmed(*text).empty();
  if (!text || left.torn_lock) {
    left.vmids = whose.vmids;
    return;
  }
  try {
    const LockHolder holder = parse_lock(*text);
    if (!whose.includes(holder.run)) return;
    left.lock = holder;
    left.vmids = holder.vmids;
  } catch (const HarnessError& error) {
    left.unreadable_lock = error.what();
  }
}

void find_guests(Node& node, Clock& clock, const Whose& whose, Leftovers& left) {
  left.all_guests = guests_now(node, clock);
  for (const GuestEntry& entry : left.all_guests) {
    // Other nodes have runs of their own; what was moved there from here bears the run's id.
    const bool may_be_here = entry.node == node.name() || whose.run.has_value();
    const bool expected = left.lock && contains(left.lock->vmids, entry.vmid);
    if (!may_be_here || !(expected || contains(entry.tags, kOwnershipTag))) continue;
    const auto found = node.find_raw_config(entry.file());
    if (!found) continue;
    if (text::trimmed(*found).empty() && !entry.tags.empty()) {
      // An unfinished guest has no tags yet.
      throw HarnessError(
          fmt::format("see whose guest {} is", entry.vmid),
          fmt::format("{} is empty, and the node lists the guest with tags", entry.file().path()));
    }
    const Json config = parse_config_file(*found);
    LeftGuest guest{.kind = entry.kind,
                    .vmid = entry.vmid,
                    .run = {},
                    .name = entry.name,
                    .node = entry.node,
                    .storages = storages_in(config),
                    .running = entry.status == "running"};
    const Ownership ownership = ownership_of(config);
    if (ownership.ours() && whose.includes(*ownership.run_id)) {
      guest.run = *ownership.run_id;
    } else if (expected && is_unfinished(config)) {
      guest.run = left.lock->run;
      guest.name.clear();
      guest.unfinished = true;
    } else {
      continue;
    }
    left.guests.push_back(std::move(guest));
    if (!contains(left.vmids, entry.vmid)) left.vmids.push_back(entry.vmid);
  }
}

// Past every list: the file itself.
void require_no_guest(Node& node, Vmid vmid) {
  for (const GuestFacts& facts : kGuestTable) {
    const GuestFile file{vmid, facts.kind, node.name()};
    if (!node.find_raw_config(file)) continue;
    throw HarnessError(fmt::format("see whether there is a guest {}", vmid),
                       fmt::format("no list names it, and there is {}", file.path()));
  }
}

[[noreturn]] void cannot_tell(std::string_view why) {
  throw HarnessError("cannot tell whether volumes are left", std::string(why));
}

// The volumes with VMIDs of ours that no guest has. Throws where that cannot be told: a storage
// that is out of sight lists no volumes either.
std::vector<Volume> volumes_without_guest(Node& node, const Leftovers& left,
                                          const std::vector<GuestEntry>& guests) {
  std::vector<Volume> found;
  if (left.vmids.empty()) return found;
  std::set<Vmid> with_guest;  // of the whole cluster: a storage may be shared
  for (const GuestEntry& guest : guests) with_guest.insert(guest.vmid);
  for (const Vmid vmid : left.vmids) {
    if (!with_guest.contains(vmid)) require_no_guest(node, vmid);
  }
  std::map<std::string, std::set<Vmid>> listed;  // by storage: whose volumes it shows
  for (const StorageStatus& storage : node.storages()) {
    if (!takes_disks(storage) || !storage.enabled) continue;
    const bool ours = left.storage.empty() || left.storage == storage.name;
    if (!storage.active && ours) {
      cannot_tell(fmt::format("storage {} is not active", storage.name));
    }
    if (!storage.active) continue;
    std::set<Vmid>& shown = listed[storage.name];
    for (Volume& volume : node.volumes(storage.name)) {
      if (!volume.vmid || volume.content == "backup") continue;
      shown.insert(*volume.vmid);
      const bool loose = contains(left.vmids, *volume.vmid) && !with_guest.contains(*volume.vmid);
      if (loose) found.push_back(std::move(volume));
    }
  }
  if (listed.empty() || (!left.storage.empty() && !listed.contains(left.storage))) {
    cannot_tell(fmt::format("the node does not list {}", left.storage.empty()
                                                             ? "any storage that takes disks"
                                                             : "storage " + left.storage));
  }
  for (const LeftGuest& guest : left.guests) {
    for (const std::string& storage : guest.storages) {
      if (!with_guest.contains(guest.vmid) || listed[storage].contains(guest.vmid)) continue;
      cannot_tell(fmt::format("storage {} does not list the disks of {}, which has some there",
                              storage, label(guest)));
    }
  }
  return found;
}

// The storages that may hold backups of those meant.
std::vector<std::string> backup_storages(Node& node, const Whose& whose) {
  std::vector<std::string> names;
  if (whose.run && whose.backup_storage.empty()) return names;
  for (const StorageStatus& storage : node.storages()) {
    const bool meant = !whose.run || storage.name == whose.backup_storage;
    if (meant && storage.active && contains(storage.content, "backup")) {
      names.push_back(storage.name);
    }
  }
  return names;
}

void find_archives(Node& node, const std::string& storage, const Whose& whose, Leftovers& left) {
  for (Volume& volume : node.volumes(storage)) {
    const auto run = run_in_description(volume.notes);
    const bool ours = volume.content == "backup" && run && whose.includes(*run);
    if (ours) left.archives.push_back(std::move(volume));
  }
}

void find_backup_remains(Node& node, const std::string& storage, const Whose& whose,
                         Leftovers& left) {
  for (BackupRemains& remains : backup_remains(node, storage)) {
    if (!whose.includes(remains.run)) continue;
    // Where there is somebody else's guest by now, what is new may be of its own backups.
    const bool there = std::ranges::find(left.all_guests, remains.vmid, &GuestEntry::vmid) !=
                       left.all_guests.end();
    const bool ours =
        std::ranges::find(left.guests, remains.vmid, &LeftGuest::vmid) != left.guests.end();
    if (there && !ours && !remains.files.empty()) {
      remains.doubt = fmt::format("somebody else has a guest {} by now", remains.vmid);
    }
    left.backups.push_back(std::move(remains));
  }
}

std::vector<std::string> public_keys(Node& node) {
  const CommandResult files =
      run_checked(node.shell(), reading({"ls", "/run"}), "look for public keys");
  const auto entries = text::lines(files.out);
  if (!contains(entries, "lock")) {  // that every Debian has
    throw HarnessError("look for public keys", "`ls /run` does not list what must be there: lock");
  }
  std::vector<std::string> names;
  for (const std::string_view line : entries) {
    if (run_of_public_key(line)) names.emplace_back(line);
  }
  return names;
}

// Frees it, and looks whether it has gone.
void free_volume(Node& node, const std::string& volid, const std::string& attempted) {
  const Command command = {.argv = {"pvesm", "free", volid}, .deadline = kFreeDeadline};
  const CommandResult result = node.shell().run(command);
  if (!contains(node.volumes(volid.substr(0, volid.find(':'))), volid, &Volume::volid)) return;
  throw unusable(node.shell(), command, result, attempted, "it is still there");
}

void remove_volume(Node& node, const Volume& volume) {
  const std::string attempted = fmt::format("free volume {}", volume.volid);
  if (contains(node.guests(), *volume.vmid, &GuestEntry::vmid)) {
    throw HarnessError(attempted, fmt::format("refused: there is a guest {} now", *volume.vmid));
  }
  require_no_guest(node, *volume.vmid);
  free_volume(node, volume.volid, attempted);
}

void remove_key(Node& node, const std::string& path) {
  const std::string attempted = fmt::format("remove {}", path);
  const Command command = {.argv = {"rm", "-f", path}};
  const CommandResult result = run_checked(node.shell(), command, attempted);
  const std::string name = path.substr(path.rfind('/') + 1);
  if (!contains(public_keys(node), name)) return;
  throw unusable(node.shell(), command, result, attempted, "it is still there");
}

void remove_guest(Node& node, Clock& clock, const LeftGuest& left) {
  if (left.node != node.name()) {
    throw HarnessError(fmt::format("remove {}", label(left)),
                       fmt::format("it is on node {} now: sweep that one", left.node));
  }
  const auto guest = make_guest(left.kind, node, clock, left.vmid);
  if (!left.unfinished) return guest->destroy(left.run);
  // What has no mark is the run's for as long as the lock says so, and no longer.
  const auto holder = NodeLock(node.shell()).read();
  if (!holder || holder->run != left.run || !contains(holder->vmids, left.vmid)) {
    throw HarnessError(fmt::format("remove {}", label(left)),
                       "refused: the lock does not say any more that it is the run's");
  }
  guest->destroy_unfinished();
}

void remove_lock(Node& node, const Leftovers& left) {
  NodeLock lock(node.shell());
  if (left.lock && !lock.release(left.lock->run)) {
    throw HarnessError("remove the lock", "refused: another run holds it now");
  }
  // Somebody may have written to it since: then it is a lock, and not this one.
  if (left.torn_lock && text::trimmed(lock.text().value_or("")).empty()) lock.break_open();
}

}  // namespace

void remove_archive(Node& node, const Volume& archive) {
  free_volume(node, archive.volid, fmt::format("remove {}", archive.volid));
}

bool Leftovers::empty() const {
  return guests.empty() && volumes.empty() && archives.empty() && backups.empty() && keys.empty() &&
         !lock && !torn_lock && unreadable_lock.empty() && unsure.empty();
}

Leftovers find_leftovers(Node& node, Clock& clock, const Whose& whose) {
  Leftovers left;
  left.storage = whose.storage;
  find_lock(node, whose, left);
  find_guests(node, clock, whose, left);
  try {
    left.volumes = volumes_without_guest(node, left, left.all_guests);
  } catch (const ConnectionError&) {
    throw;
  } catch (const HarnessError& error) {
    left.unsure = error.what();
  }
  for (const std::string& storage : backup_storages(node, whose)) {
    find_archives(node, storage, whose, left);
    find_backup_remains(node, storage, whose, left);
  }
  for (const std::string& name : public_keys(node)) {
    const std::string run = *run_of_public_key(name);
    if (whose.includes(run)) left.keys.push_back(public_key_file(run));
  }
  return left;
}

std::vector<std::string> describe(const Leftovers& left) {
  std::vector<std::string> lines;
  for (const LeftGuest& guest : left.guests) {
    const bool over = !left.lock || left.lock->run != guest.run;
    lines.push_back(fmt::format(
        "{}, {}, of run {}{}", label(guest),
        guest.unfinished ? "unfinished" : (guest.running ? "running" : "stopped"), guest.run,
        over && !guest.running ? ", which is over (--keep and ci/upgrade leave guests like that)"
                               : ""));
  }
  for (const Volume& volume : left.volumes) {
    lines.push_back(fmt::format("volume {}, of no guest", volume.volid));
  }
  for (const Volume& archive : left.archives) {
    lines.push_back(
        fmt::format("archive {}, of run {}", archive.volid, *run_in_description(archive.notes)));
  }
  for (const BackupRemains& backup : left.backups) {
    for (const std::string& file : backup.files) {
      lines.push_back(fmt::format("{}, of a backup that run {} asked for{}", file, backup.run,
                                  backup.doubt.empty() ? "" : "; or not: " + backup.doubt));
    }
    lines.push_back(fmt::format("{}, the note of run {} of that backup", backup.note, backup.run));
  }
  for (const std::string& key : left.keys) lines.push_back(fmt::format("public key {}", key));
  if (left.lock) {
    lines.push_back(fmt::format("the node's lock, of run {}, held by {} since {}", left.lock->run,
                                left.lock->owner, left.lock->since));
  }
  if (left.torn_lock) lines.emplace_back("the node's lock, empty: its run ended as it took it");
  if (!left.unreadable_lock.empty()) lines.push_back(left.unreadable_lock);
  if (!left.unsure.empty()) lines.push_back(left.unsure);
  return lines;
}

std::vector<std::string> wait_for_tasks(Node& node, Clock& clock, const std::vector<Vmid>& vmids,
                                        const Say& say) {
  const Clock::Instant deadline = clock.now() + node.shell().patience(kTaskPatience);
  for (bool said = false;; said = true) {
    std::vector<std::string> active;
    for (const Task& task : node.active_tasks()) {
      if (!task.vmid || !contains(vmids, *task.vmid)) continue;
      active.push_back(fmt::format("{} of guest {}", task.type, *task.vmid));
    }
    if (active.empty()) return {};
    if (clock.now() >= deadline) {
      for (std::string& task : active) task.insert(0, "a task that does not end: ");
      return active;
    }
    if (!said) {
      say(fmt::format("the node is still at work: {}; waiting at most {} s",
                      fmt::join(active, ", "), kTaskPatience.count()));
    }
    clock.sleep_for(kTaskInterval);
  }
}

void release_from_backup(Node& node, Clock& clock, const Leftovers& left, const LeftGuest& guest) {
  const bool noted = std::ranges::any_of(left.backups, [&](const BackupRemains& backup) {
    return backup.run == guest.run && backup.vmid == guest.vmid;
  });
  const bool here = guest.node == node.name() && !guest.unfinished;
  if (noted && here) {
    make_guest(guest.kind, node, clock, guest.vmid)->release_from_backup(guest.run);
  }
}

std::vector<std::string> remove_leftovers(Node& node, Clock& clock, const Leftovers& left,
                                          const Say& say, std::vector<std::string> problems) {
  std::exception_ptr lost;  // a connection: what else can be removed is, and then it is told
  const auto attempt = [&](const std::function<void()>& action, const std::string& done = {}) {
    try {
      action();
      if (!done.empty()) say(fmt::format("removed {}", done));
    } catch (const ConnectionError& error) {
      lost = std::current_exception();
      problems.emplace_back(error.what());
    } catch (const HarnessError& error) {
      problems.emplace_back(error.what());
    }
  };
  if (!left.unsure.empty()) {  // a guest would go, and its volumes perhaps not
    problems.push_back(left.unsure);
    return problems;
  }
  std::vector<Vmid> staying;
  for (const LeftGuest& guest : left.guests) {
    const std::size_t before = problems.size();
    attempt(
        [&] {
          release_from_backup(node, clock, left, guest);
          remove_guest(node, clock, guest);
        },
        label(guest));
    if (problems.size() > before) staying.push_back(guest.vmid);
  }
  std::vector<Volume> volumes;
  attempt([&] { volumes = volumes_without_guest(node, left, node.guests()); });
  for (const Volume& volume : volumes) {
    attempt([&] { remove_volume(node, volume); }, "volume " + volume.volid);
  }
  for (const Volume& archive : left.archives) {
    attempt([&] { remove_archive(node, archive); }, "archive " + archive.volid);
  }
  for (const BackupRemains& backup : left.backups) {
    if (contains(staying, backup.vmid)) continue;  // its note says whose lock the guest may have
    attempt([&] { remove_backup_remains(node, backup); },
            fmt::format("what a backup of guest {} left", backup.vmid));
  }
  for (const std::string& key : left.keys) {
    attempt([&] { remove_key(node, key); }, "public key " + key);
  }
  if (!left.unreadable_lock.empty()) problems.push_back(left.unreadable_lock);
  // It says where to look for the rest.
  if (problems.empty() && (left.lock || left.torn_lock)) {
    attempt([&] { remove_lock(node, left); }, "the node's lock");
  }
  if (lost) std::rethrow_exception(lost);
  return problems;
}

}  // namespace pve_accept
