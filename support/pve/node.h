#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/base/json.h"
#include "support/pve/node_facts.h"
#include "support/pve/vmid.h"
#include "support/shell/shell.h"

namespace pve_accept {

// Without these the node serves no guest, no tool and nobody who watches it. Not those that a lab
// may have switched off: firewall, HA, SPICE, the mail server.
inline constexpr std::array kNodeServices = {
    "pve-cluster.service",  "pvedaemon.service", "pveproxy.service", "pvestatd.service",
    "pvescheduler.service", "qmeventd.service",  "lxcfs.service"};

// A Proxmox VE node, as its own tools describe it. Reads only. Every member throws HarnessError
// when the tool fails or its reply cannot be used.
class Node {
 public:
  // Of that name, without asking for it. The shell must outlive the node.
  Node(Shell& shell, std::string name) : shell_(&shell), name_(std::move(name)) {}

  // Asks the host for its name: up to the first dot, it is the node's.
  static Node connect(Shell& shell);

  const std::string& name() const { return name_; }
  Shell& shell() { return *shell_; }

  bool simulated();  // bears the mark of a simulated node (kSimulationMark)

  PveVersion version();
  std::map<std::string, std::string> packages();  // as parse_pveversion
  NodeStatus status();
  NodeBoot boot();
  std::vector<std::string> kernels();         // installed, by their releases
  std::optional<std::string> cpu_governor();  // empty where the kernel has no frequency scaling
  std::string ksm();                          // "off", "running", "off, its pages unmerged"
  // Its public SSH host key, which no other host has: "ssh-ed25519 AAAA…". None where there is
  // none.
  std::optional<std::string> host_key();
  std::int64_t epoch_seconds();             // the node's own clock
  std::int64_t user_id();                   // of the shell's user; 0 is root
  bool has_kvm();                           // /dev/kvm is there
  std::optional<std::string> hypervisor();  // under which the node itself runs; none on hardware

  // Of each of the files that there is the first line.
  std::map<std::string, std::string> first_lines(const std::vector<std::string>& files);

  // Each of kNodeServices.
  std::map<std::string, ServiceState> services();

  std::vector<ClusterNode> cluster_nodes();
  std::vector<StorageStatus> storages();
  Json storage_definitions();  // the array of /storage, in the order of the names
  Json networks();             // the array of /nodes/N/network; parse_bridges() reads it
  // Of the whole cluster. Throws when that list and the cluster file system name different guests.
  std::vector<GuestEntry> guests();
  // The configuration files of the whole cluster's guests. Throws when the cluster file system
  // does not show this node: where there is no such file, it is not only out of sight.
  std::vector<GuestFile> guest_files();
  std::vector<Volume> volumes(const std::string& storage);
  // Those of guests, backups left out, on every one of the storages that holds_disks().
  std::vector<Volume> disks(const std::vector<StorageStatus>& storages);
  std::vector<Task> active_tasks();
  Vmid next_free_vmid();

  // The guest's configuration file under /etc/pve, verbatim; find_raw_config: empty when there is
  // none.
  std::string raw_config(const GuestFile& guest);
  std::optional<std::string> find_raw_config(const GuestFile& guest);

  // Where a volume is on the node's file system.
  std::string volume_path(const std::string& volid);

  // `pvesh get PATH`, for what has no function of its own.
  Json get(const std::string& path);

 private:
  Shell* shell_;
  std::string name_;
};

// The command of `pvesh get PATH` with a JSON reply.
Command api_get(const std::string& path);

}  // namespace pve_accept
