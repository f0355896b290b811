#pragma once

#include <map>
#include <string>
#include <vector>

#include "support/base/json.h"
#include "support/pve/guest_spec.h"

namespace pve_accept {

// A guest's whole configuration as PVE writes it when it does what it was asked, by key:
// {"net0", "name=eth0,bridge=vmbr0,hwaddr=*"}. A "*" is text that PVE chooses. What begins with
// "?", a value or a part of one, may be missing. The first part of a value may stand there without
// its name.
using WantedConfig = std::map<std::string, std::string>;

// Where a configuration differs: "cores: 1 instead of 2", "net0 bridge: vmbr1 instead of vmbr0".
// What it has besides is a difference too, whatever it is: "cpulimit: 1, which nobody asked for".
std::vector<std::string> config_differences(const Json& config, const WantedConfig& wanted);

// True when the configuration bears the description of the specification, so that the guest is the
// one that was just made.
bool bears_description(const Json& config, const GuestSpec& spec);

// The volume id under a key: "local-lvm:vm-9001-disk-0". Throws HarnessError when there is none.
std::string volume_at(const Json& config, const std::string& key);

}  // namespace pve_accept
