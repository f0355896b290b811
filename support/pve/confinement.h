#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/base/json.h"

namespace pve_accept {

// The label of a process as /proc/PID/attr/current shows it:
// "lxc-9001_</var/lib/lxc>//&:lxc-9001_<-var-lib-lxc>:unconfined" or "lxc-container-default
// (enforce)".
struct AppArmorLabel {
  std::string profile;  // that the node enforces on it: "lxc-9001_</var/lib/lxc>", "unconfined"
  std::string mode;     // "enforce", "complain"; empty where the kernel does not say

  bool confines() const { return profile != "unconfined" && mode != "complain"; }
};

AppArmorLabel parse_apparmor_label(std::string_view text);

// The uid of the outer namespace that root of the inner one is, by a uid_map; throws HarnessError
// when root is not mapped at all.
long root_uid(std::string_view uid_map);

// Lines of a container's configuration that weaken its isolation: raw keys that override AppArmor,
// seccomp, capabilities or devices, a mask over /sys/module/apparmor, the mknod feature, privilege.
std::vector<std::string> weakening_settings(const Json& config);

}  // namespace pve_accept
