#include "support/pve/leftovers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "support/base/contains.h"
#include "support/base/reply.h"
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
  for (const GuestEntry& entry : node.guests()) {
    const bool expected = left.lock && contains(left.lock->vmids, entry.vmid);
    if (entry.node != node.name() || !(expected || contains(entry.tags, kOwnershipTag))) continue;
    const auto config = make_guest(entry.kind, node, clock, entry.vmid)->find_config();
    if (!config) continue;
    LeftGuest guest{.kind = entry.kind,
                    .vmid = entry.vmid,
                    .run = {},
                    .name = entry.name,
                    .running = entry.status == "running"};
    const Ownership ownership = ownership_of(*config);
    if (ownership.ours() && whose.includes(*ownership.run_id)) {
      guest.run = *ownership.run_id;
    } else if (expected && is_unfinished(*config)) {
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

bool has_guest(Node& node, Vmid vmid) {
  // Of the whole cluster: a storage may be shared.
  return std::ranges::any_of(node.guests(),
                             [&](const GuestEntry& guest) { return guest.vmid == vmid; });
}

std::vector<Volume> volumes_without_guest(Node& node, const std::vector<Vmid>& vmids) {
  std::vector<Volume> found;
  if (vmids.empty()) return found;
  std::set<Vmid> with_guest;
  for (const GuestEntry& guest : node.guests()) with_guest.insert(guest.vmid);
  for (const StorageStatus& storage : node.storages()) {
    if (!holds_disks(storage)) continue;
    for (Volume& volume : node.volumes(storage.name)) {
      if (!volume.vmid || !contains(vmids, *volume.vmid) || volume.content == "backup") continue;
      if (!with_guest.contains(*volume.vmid)) found.push_back(std::move(volume));
    }
  }
  return found;
}

std::vector<std::string> public_keys(Node& node) {
  const CommandResult files =
      run_checked(node.shell(), reading({"ls", "/run"}), "look for public keys");
  std::vector<std::string> names;
  for (const std::string_view line : text::lines(files.out)) {
    if (run_of_public_key(line)) names.emplace_back(line);
  }
  return names;
}

void free_volume(Node& node, const Volume& volume) {
  const std::string attempted = fmt::format("free volume {}", volume.volid);
  if (has_guest(node, *volume.vmid)) {
    throw HarnessError(attempted, fmt::format("refused: there is a guest {} now", *volume.vmid));
  }
  const Command command = {.argv = {"pvesm", "free", volume.volid}, .deadline = kFreeDeadline};
  const CommandResult result = node.shell().run(command);
  const std::string storage = volume.volid.substr(0, volume.volid.find(':'));
  for (const Volume& there : node.volumes(storage)) {
    if (there.volid != volume.volid) continue;
    throw unusable(node.shell(), command, result, attempted, "it is still there");
  }
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

bool Leftovers::empty() const {
  return guests.empty() && volumes.empty() && keys.empty() && !lock && !torn_lock &&
         unreadable_lock.empty();
}

Leftovers find_leftovers(Node& node, Clock& clock, const Whose& whose) {
  Leftovers left;
  find_lock(node, whose, left);
  find_guests(node, clock, whose, left);
  left.volumes = volumes_without_guest(node, left.vmids);
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
        over && !guest.running ? ", which is over (--keep leaves its guests like that)" : ""));
  }
  for (const Volume& volume : left.volumes) {
    lines.push_back(fmt::format("volume {}, of no guest", volume.volid));
  }
  for (const std::string& key : left.keys) lines.push_back(fmt::format("public key {}", key));
  if (left.lock) {
    lines.push_back(fmt::format("the node's lock, of run {}, held by {} since {}", left.lock->run,
                                left.lock->owner, left.lock->since));
  }
  if (left.torn_lock) lines.emplace_back("the node's lock, empty: its run ended as it took it");
  if (!left.unreadable_lock.empty()) lines.push_back(left.unreadable_lock);
  return lines;
}

std::vector<std::string> wait_for_tasks(Node& node, Clock& clock, const std::vector<Vmid>& vmids,
                                        const Say& say) {
  const Clock::Instant deadline = clock.now() + kTaskPatience;
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

std::vector<std::string> remove_leftovers(Node& node, Clock& clock, const Leftovers& left,
                                          const Say& say, std::vector<std::string> problems) {
  const auto attempt = [&](const std::function<void()>& action, const std::string& done = {}) {
    try {
      action();
      if (!done.empty()) say(fmt::format("removed {}", done));
    } catch (const HarnessError& error) {
      problems.emplace_back(error.what());
    }
  };
  for (const LeftGuest& guest : left.guests) {
    attempt([&] { remove_guest(node, clock, guest); }, label(guest));
  }
  std::vector<Volume> volumes;
  attempt([&] { volumes = volumes_without_guest(node, left.vmids); });
  for (const Volume& volume : volumes) {
    attempt([&] { free_volume(node, volume); }, "volume " + volume.volid);
  }
  for (const std::string& key : left.keys) {
    attempt([&] { remove_key(node, key); }, "public key " + key);
  }
  if (!left.unreadable_lock.empty()) problems.push_back(left.unreadable_lock);
  // It says where to look for the rest.
  if (problems.empty() && (left.lock || left.torn_lock)) {
    attempt([&] { remove_lock(node, left); }, "the node's lock");
  }
  return problems;
}

}  // namespace pve_accept
