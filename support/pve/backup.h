#pragma once

#include <optional>
#include <string>

#include "support/pve/node.h"
#include "support/shell/clock.h"

namespace pve_accept {

// What a backup came to.
struct Backup {
  std::optional<Volume> archive = {};  // that was not there before
  std::string complaint = {};          // vzdump's own words where it failed
};

// Backs a guest up as it runs: a snapshot, or where its storage has none, as vzdump sees fit. The
// archive bears `notes`, by which it is known whose it is. No older one is pruned, nobody is
// notified. What came of it is asked of the storage.
Backup back_up(Node& node, Vmid vmid, const std::string& storage, const std::string& notes,
               Clock::Duration deadline);

// "vzdump: exit 255: " and why a tool of PVE's failed, in its own words: the last of the lines that
// it calls an ERROR, else its last line. vzdump's last one says "job errors", whatever they were.
// With what a program in its pipe said, of which PVE has only that the pipe broke.
std::string complaint_of(const Command& command, const CommandResult& result);

}  // namespace pve_accept
