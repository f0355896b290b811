#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/pve/backup_remains.h"
#include "support/pve/lock.h"
#include "support/pve/node.h"

namespace pve_accept {

// Whose remains are meant: those of every run, or of one run, which settled these VMIDs and where
// their disks go.
struct Whose {
  std::optional<std::string> run = {};
  std::vector<Vmid> vmids = {};
  std::string storage = {};         // that the run's disks are on; empty: any that takes disks
  std::string backup_storage = {};  // that its backups are on; empty: none, of every run: any

  bool includes(std::string_view other) const { return !run || *run == other; }
};

// A guest that a run left.
struct LeftGuest {
  GuestKind kind;
  Vmid vmid;
  std::string run;                         // that made it
  std::string name = {};                   // empty while it has none
  std::string node = {};                   // where it is
  std::vector<std::string> storages = {};  // that its disks are on
  bool running = false;
  bool unfinished = false;  // PVE died, or was stopped, while it made or removed it
};

// What runs left on a node. Nothing in here belongs to anybody else: a guest bears our tag and the
// description of a run; one that PVE has not finished bears nothing yet, and is a run's only where
// the lock says that the run makes its guests there; a volume has the VMID of such a guest and none
// that it belongs to (a run does not start where there is such a volume).
struct Leftovers {
  std::vector<LeftGuest> guests;
  std::vector<Volume> volumes;         // that no guest has
  std::vector<Volume> archives;        // backups whose notes are the description of a run
  std::vector<BackupRemains> backups;  // what one that failed left, and the note that says so
  std::vector<std::string> keys;       // public key files on the node
  std::optional<LockHolder> lock;      // of a run that is meant
  bool torn_lock = false;              // a lock file that nothing was written to yet
  std::string unreadable_lock;         // what is wrong with one that is not ours; empty: nothing is
  std::vector<Vmid> vmids;             // where guests of ours are, were or may come to be
  std::string storage;                 // as in Whose
  std::string unsure;                  // why the volumes cannot be told; empty: they can
  std::vector<GuestEntry> all_guests;  // of anybody

  bool empty() const;
};

// Reads only. The lock of another run than the one meant, and what it covers, is left out. Throws
// where the node's lists contradict one another or lack what must be in them: that nothing is
// listed is no news of what is not there.
Leftovers find_leftovers(Node& node, Clock& clock, const Whose& whose);

// Removes a backup that this run has made. Throws where it is still there afterwards.
void remove_archive(Node& node, const Volume& archive);

// A line for each: "container 9001 'spike-lxc', running, of run 20260607T085000Z-1a2b3c".
std::vector<std::string> describe(const Leftovers& left);

// A backup that died leaves its lock on the guest, which can then be neither stopped nor removed.
// Takes it away where the run noted that backup, and no backup is at work.
void release_from_backup(Node& node, Clock& clock, const Leftovers& left, const LeftGuest& guest);

using Say = std::function<void(const std::string& line)>;

// Waits while the node works on guests with these VMIDs: a creation goes on when whoever asked for
// it is gone. Returns those that have not ended within the deadline: "a task that does not end:
// vzcreate of guest 9001".
std::vector<std::string> wait_for_tasks(Node& node, Clock& clock, const std::vector<Vmid>& vmids,
                                        const Say& say);

// Removes all of it, whose every guest is looked at again right before: guests, then the volumes
// that they leave, keys, and when nothing is left, the lock. Goes on after a failure; where it
// cannot be told which volumes are left, it removes nothing. Says what it has removed; returns what
// it could not remove, each with the reason, after the `problems` that there were before. Throws at
// its end where a connection was lost: what that left is not known.
std::vector<std::string> remove_leftovers(Node& node, Clock& clock, const Leftovers& left,
                                          const Say& say, std::vector<std::string> problems = {});

}  // namespace pve_accept
