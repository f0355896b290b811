#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/base/guest_kind.h"
#include "support/shell/shell.h"

namespace pve_accept {

struct LogEntry {
  std::string message;  // bytes that are not UTF-8 are replaced
  std::optional<double> booted_for_s =
      {};  // when it was said; none where the journal does not tell
};

// What `journalctl -g` looks for: denials by AppArmor, the OOM killer, hung tasks, lock-ups and
// stalls, oopses, errors of the hardware, of disks, file systems and thin pools, segmentation
// faults.
extern const char* const kAnomalyPattern;

// Kernel messages of a node since a moment of its own clock that tell of trouble: those that match,
// and all that the kernel calls an error, without those that fixtures/assets names as harmless. An
// unprivileged container may not read them: they are read on the node. Empty when there are none.
std::vector<LogEntry> node_anomalies(Shell& node, std::int64_t since_epoch_seconds);

// The same in the whole journal of a guest, which is as old as the guest, and where the guest has a
// kernel of its own, all that this one calls an error once it has booted: while it boots, it says
// so of much that a virtual machine has not got.
std::vector<LogEntry> guest_anomalies(Shell& guest, GuestKind kind);

// Without those that tell of one process killed for the memory limit of that Docker container: the
// call trace, the cgroup and the process.
std::vector<LogEntry> without_oom_kill(std::vector<LogEntry> entries, const std::string& container);

// `journalctl -o json`: one object per line.
std::vector<LogEntry> parse_journal_json(std::string_view text);

}  // namespace pve_accept
