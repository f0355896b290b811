#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/pve/node.h"

namespace pve_accept {

// What vzdump leaves in a storage's folder beside its archives (exec_backup_task in
// PVE/VZDump.pm): where it failed, its log; where it was killed, what it had written so far
// ("….tar.dat", "….vma.dat") and a folder of temporary files ("….tmp"). No tool of PVE's lists
// them. Their names hold the guest's VMID and the time, and not who asked for the backup: so a run
// notes before each which files there are, in one of its own beside them.
struct BackupRemains {
  std::string note;  // path of that file
  std::string run;   // whose it is
  Vmid vmid;
  std::vector<std::string> files = {};  // paths of what the noted backup left
  std::string doubt = {};               // why they may be somebody else's; empty: they are not
};

// Writes that note. Where the storage keeps its archives in no folder there is nothing to note.
void note_backup(Node& node, const std::string& storage, std::string_view run, Vmid vmid);

// What the noted backups on a storage left, of whichever run.
std::vector<BackupRemains> backup_remains(Node& node, const std::string& storage);

// Removes what the backup has left by now, then its note. Throws where something is still there,
// and where there is a doubt.
void remove_backup_remains(Node& node, const BackupRemains& remains);

// Of the names in the folder, those of the first backup of that guest that was not there before:
// empty where it has an archive, which is told from others by its notes and takes its log along.
std::vector<std::string> names_of_remains(const std::vector<std::string>& names, Vmid vmid,
                                          const std::vector<std::string>& before);

}  // namespace pve_accept
