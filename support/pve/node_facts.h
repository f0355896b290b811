#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/base/guest_kind.h"
#include "support/base/json.h"
#include "support/pve/vmid.h"

namespace pve_accept {

// What the tools of a node say about it, text or JSON in, struct out. Every parser throws
// HarnessError that shows what was found and what was expected.

struct PveVersion {
  std::string release;  // "9.2"
  std::string version;  // "9.2.2"
};

// A node of the cluster; of one that is in no cluster the only one.
struct ClusterNode {
  std::string name;
  std::string status = {};  // "online", "offline"; "unknown" while its status daemon is down
};

struct NodeStatus {
  std::string cpu_model;
  int cpus = 0;
  std::int64_t memory_total_mib = 0;
  std::int64_t memory_available_mib = 0;
  std::string kernel;  // release of the running kernel, as `uname -r`
};

struct StorageStatus {
  std::string name;
  std::string type = {};                  // "lvmthin", "zfspool", "dir", ...
  std::vector<std::string> content = {};  // "images", "rootdir", "vztmpl", ...
  bool enabled = true;
  bool active = false;
  std::int64_t available_bytes = 0;
};

// True for a storage that may hold disks of guests; and for one whose disks can be listed.
bool takes_disks(const StorageStatus& storage);
bool holds_disks(const StorageStatus& storage);

// A guest on any node of the cluster, as its configuration file names it.
struct GuestFile {
  Vmid vmid;
  GuestKind kind;
  std::string node;

  std::string path() const;  // "/etc/pve/nodes/pve1/lxc/9001.conf"
  bool operator==(const GuestFile&) const = default;
};

// The same as /cluster/resources lists it.
struct GuestEntry {
  Vmid vmid;
  GuestKind kind;
  std::string node = {};
  std::string name = {};    // empty while the node's status daemon has not seen it
  std::string status = {};  // "running", "stopped", "unknown"
  std::vector<std::string> tags = {};

  GuestFile file() const { return {vmid, kind, node}; }
};

struct Volume {
  std::string volid;  // "local-lvm:vm-9001-disk-0"
  std::string content = {};
  std::optional<Vmid> vmid = {};  // the guest that it belongs to
  std::string notes = {};         // of a backup
};

bool is_disk(const Volume& volume);  // a guest's, and no backup of it

struct Bridge {
  std::string name;
  bool active = false;
};

// Work of PVE that goes on in the background, also when whoever asked for it has gone.
struct Task {
  std::string type;               // "vzcreate", "qmdestroy", ...
  std::optional<Vmid> vmid = {};  // of the guest that it works on
};

// `pveversion -v`: version by package name. A package that is "not correctly installed", or of
// which a "residual config" is left, has no entry. The running kernel ("7.0.2-6-pve") stands under
// kRunningKernel.
inline constexpr const char* kRunningKernel = "running kernel";
std::map<std::string, std::string> parse_pveversion(std::string_view text);

// A unit of systemd's, by its own words: "active", "inactive", "failed".
struct ServiceState {
  std::string active = {};
  std::string invocation = {};  // of its last start; another one for each
};

// `systemctl show --property=Id,ActiveState,InvocationID`: by the name of the unit, a block each.
std::map<std::string, ServiceState> parse_services(std::string_view text);

// The boot that a node is in, and the kernel that its boot loader is told to start next, where it
// is told one (`proxmox-boot-tool kernel pin`, for good or for the next boot alone).
struct NodeBoot {
  std::string id;  // another one for each boot
  std::optional<std::string> pinned_kernel = {};
};

// The lines of /proc/sys/kernel/random/boot_id, then those of the pins that there are: the one for
// the next boot goes before the lasting one.
NodeBoot parse_boot(std::string_view text);

// The kernels that the boot loader offers, by their releases, from the names in /boot. Throws where
// there is none: no node boots from there then.
std::vector<std::string> parse_kernels(std::string_view listing);

// The release of the kernel that the next boot starts: the pinned one while it is there, else the
// newest, as GRUB and systemd-boot order them.
std::string next_kernel(const NodeBoot& boot, const std::vector<std::string>& kernels);

PveVersion parse_version(const Json& reply);
std::vector<ClusterNode> parse_cluster_nodes(const Json& reply);
NodeStatus parse_node_status(const Json& reply);
std::vector<StorageStatus> parse_storages(const Json& reply);
std::vector<GuestEntry> parse_guests(const Json& reply);
std::vector<Volume> parse_volumes(const Json& reply);

// What the node books on a guest, by its own …/status/current: without page cache, as PVE counts it
// (PVE::CGroup), from the moment of the question. Of a VM before qemu-server 9.1.4 the PSS, which
// is within 3 % of that. 0 where PVE could not read it.
double parse_guest_memory_mib(const Json& reply, GuestKind kind);

// Those among the paths of `find /etc/pve/nodes -maxdepth 3`, a line each.
std::vector<GuestFile> parse_guest_files(std::string_view text);
std::vector<Task> parse_tasks(const Json& reply);

// The bridges among the interfaces of /nodes/N/network, up or not.
std::vector<Bridge> parse_bridges(const Json& reply);

// `grep -sH ''` of files: of each that is there and can be read the first line, by its path. Throws
// HarnessError for a line that begins with none of the paths.
std::map<std::string, std::string> parse_first_lines(std::string_view text,
                                                     const std::vector<std::string>& files);

// The machine version of a running VM, by its own …/status/current: "pc-i440fx-11.0+pve0".
std::string parse_running_machine(const Json& reply);

// "pve-accept;lab" as PVE stores tags.
std::vector<std::string> parse_tags(std::string_view text);

}  // namespace pve_accept
