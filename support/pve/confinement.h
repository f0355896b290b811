#pragma once

#include <cstdint>
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

  // Only a profile of LXC's own that is enforced does, one for all containers or the one made for
  // this; "unconfined" comes in several forms.
  bool confines(const std::string& container) const {
    const bool own = profile.starts_with("lxc-container-default") ||
                     profile.starts_with("lxc-" + container + "_");
    return own && (mode.empty() || mode == "enforce" || mode == "kill");
  }
};

AppArmorLabel parse_apparmor_label(std::string_view text);

// What Proxmox VE maps in every unprivileged container, whatever /etc/subuid says.
inline constexpr std::string_view kUnprivilegedMap = "0 100000 65536";
inline constexpr int kMappedRoot = 100000;
inline constexpr int kUnmapped = 65534;  // whom a container takes an unmapped user for

// A whole uid_map or gid_map in one line: "0 100000 65536; 70000 0 1". Throws HarnessError for what
// is none.
std::string id_map(std::string_view text);

// `readlink` of the namespaces of the node and of a process, "/proc/3516"; and those of its reply
// that are the same: "net".
std::vector<std::string> namespace_links(const std::string& process);
std::vector<std::string> shared_namespaces(std::string_view links);

// Of /proc/PID/status. Throws HarnessError where it is not that of the process that was asked for.
struct ProcessStatus {
  std::vector<std::int64_t> users;  // real, effective, saved, of the file system
  bool seccomp_filter = false;
};
ProcessStatus parse_process_status(std::string_view text, std::int64_t pid);

// Lines of a container's configuration that weaken its isolation: whatever is raw and not known to
// leave it alone, features beyond those that were asked for, ways to the node, privilege.
std::vector<std::string> weakening_settings(const Json& config);

// Settings of either kind of guest that give it something of the node's own: a directory, a device,
// arguments for QEMU.
std::vector<std::string> ways_to_the_node(const Json& config);

}  // namespace pve_accept
