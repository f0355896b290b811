#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace pve_accept {

enum class GuestKind { kLxc, kVm };

inline constexpr std::array kGuestKinds = {GuestKind::kLxc, GuestKind::kVm};

// What Proxmox VE and people call a type of guest: the one table that a further type would join.
struct GuestFacts {
  GuestKind kind;
  std::string_view name;           // in test names, records and scenarios
  std::string_view noun;           // in sentences
  std::string_view short_noun;     // in Proxmox VE's own messages
  std::string_view tool;           // that makes, starts and destroys it
  std::string_view api_path;       // in /nodes/NODE/…/VMID
  std::string_view config_folder;  // in /etc/pve/nodes/NODE/
  std::string_view memory_key;     // of what the node books on it, in its status
  std::string_view cgroup;         // its folder on the node, a format for the VMID
};

inline constexpr std::array kGuestTable = {
    GuestFacts{GuestKind::kLxc, "lxc", "container", "CT", "pct", "lxc", "lxc", "mem",
               "/sys/fs/cgroup/lxc/{}"},
    GuestFacts{GuestKind::kVm, "vm", "VM", "VM", "qm", "qemu", "qemu-server", "memhost",
               "/sys/fs/cgroup/qemu.slice/{}.scope"},
};

constexpr const GuestFacts& facts_of(GuestKind kind) {
  return kGuestTable[static_cast<std::size_t>(kind)];
}
static_assert(facts_of(GuestKind::kVm).kind == GuestKind::kVm);

// "lxc" or "vm".
constexpr std::string_view to_string(GuestKind kind) { return facts_of(kind).name; }

// The kind of that name; empty when there is none.
constexpr std::optional<GuestKind> guest_kind(std::string_view name) {
  for (const GuestFacts& facts : kGuestTable) {
    if (facts.name == name) return facts.kind;
  }
  return std::nullopt;
}

}  // namespace pve_accept
