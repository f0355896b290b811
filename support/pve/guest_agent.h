#pragma once

#include <optional>
#include <string>

#include "support/base/json.h"
#include "support/pve/vmid.h"
#include "support/shell/shell.h"

namespace pve_accept {

// The QEMU guest agent of a VM, asked through the node.
class GuestAgent {
 public:
  GuestAgent(Shell& node, Vmid vmid) : node_(node), vmid_(vmid) {}

  bool ping();  // false when nothing in the VM answers; throws when the VM cannot be asked at all

  // The same, asked again for a while: an agent starts later than the system that it speaks for.
  bool answers(Clock& clock);

  // "thawed" or "frozen"; the error in the agent's or qm's own words when it does not answer.
  std::string fsfreeze_status();

  // Freezes the file systems of the VM. Empty when the agent says that it has; else why not, in its
  // or qm's own words. The agent refuses nearly all else until thaw().
  std::string freeze();
  void thaw();  // whether it has is for fsfreeze_status() to say; fine when nothing is frozen

  // The reply to network-get-interfaces; empty when the agent does not answer.
  std::optional<Json> network_interfaces();

  // A file of the guest; empty when the agent does not answer or the file cannot be read.
  std::optional<std::string> read_file(const std::string& path);

 private:
  CommandResult ask(const std::string& command);     // reads
  CommandResult change(const std::string& command);  // is sent once
  CommandResult send(const Command& command);

  Shell& node_;
  Vmid vmid_;
};

}  // namespace pve_accept
