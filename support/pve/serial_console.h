#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/pve/vmid.h"
#include "support/shell/shell.h"

namespace pve_accept {

// The public SSH host keys, "ssh-ed25519 AAAA…", that cloud-init prints on the console at the end
// of a machine's first boot (its module keys_to_console): those of the last block that came whole;
// empty while there is none. The kernel, systemd and getty write to the same console, so whatever
// is not a well-formed public key is passed over.
std::vector<std::string> host_keys_on_console(std::string_view text);

// What a VM prints on its first serial port, read on the node from the socket that QEMU listens on.
// Nothing is kept for who comes later: the console has to be open before the VM prints. QEMU serves
// one reader at a time, so the console is let go as soon as the host keys are known.
class SerialConsole {
 public:
  SerialConsole(Shell& node, Vmid vmid);

  // What the console has shown until now; empty while it showed no host keys.
  const std::vector<std::string>& host_keys();

  // Why host_keys() is empty: "its serial console stayed silent".
  std::string trouble() const;

 private:
  void read();

  std::unique_ptr<Process> process_;
  std::vector<std::string> host_keys_;
  std::string out_, err_;
  bool ended_ = false;
};

}  // namespace pve_accept
