#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/pve/vmid.h"
#include "support/shell/shell.h"

namespace pve_accept {

struct LockHolder {
  std::string run;    // run id
  std::string owner;  // who started it: "user@host"
  std::string since;  // RFC 3339
  // Where the run makes its guests: what is found there without a name yet is the run's.
  std::vector<Vmid> vmids = {};
};

// One run at a time on a node: a file under /run, so it is gone after a reboot.
class NodeLock {
 public:
  explicit NodeLock(Shell& node) : node_(node) {}

  // Takes the lock; fine when that run holds it already. Throws HarnessError that names the holder
  // and since when.
  void take(const LockHolder& holder);

  // Empty when nobody holds it. Throws HarnessError when the file is not one of ours.
  std::optional<LockHolder> read();

  // The file as it is; empty when there is none.
  std::optional<std::string> text();

  // True when the lock is free afterwards; false, and nothing touched, when another run holds it.
  bool release(const std::string& run_id);

  // Removes the lock whoever holds it: what `sweep` does when asked.
  void break_open();

 private:
  Shell& node_;
};

LockHolder parse_lock(const std::string& text);

}  // namespace pve_accept
