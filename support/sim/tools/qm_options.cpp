#include <fmt/format.h>

#include "support/sim/tools/pct_options.h"

namespace pve_accept::sim {
namespace {

constexpr std::string_view kQmCommands =
    R"(       qm cloudinit dump <vmid> <type>
       qm cloudinit pending <vmid>
       qm cloudinit update <vmid>

       qm disk move <vmid> <disk> [<storage>] [OPTIONS]
       qm disk resize <vmid> <disk> <size> [OPTIONS]
       qm disk unlink <vmid> --idlist <string> [OPTIONS]
       qm disk import <vmid> <source> <storage> [OPTIONS]
       qm disk rescan  [OPTIONS]

       qm guest cmd <vmid> <command>
       qm guest exec-status <vmid> <pid>
       qm guest passwd <vmid> <username> [OPTIONS]
       qm guest exec <vmid> [<extra-args>] [OPTIONS]

       qm clone <vmid> <newid> [OPTIONS]
       qm config <vmid> [OPTIONS]
       qm create <vmid> [OPTIONS]
       qm delsnapshot <vmid> <snapname> [OPTIONS]
       qm destroy <vmid> [OPTIONS]
       qm list  [OPTIONS]
       qm listsnapshot <vmid>
       qm migrate <vmid> <target> [OPTIONS]
       qm pending <vmid>
       qm reboot <vmid> [OPTIONS]
       qm reset <vmid> [OPTIONS]
       qm resume <vmid> [OPTIONS]
       qm rollback <vmid> <snapname> [OPTIONS]
       qm sendkey <vmid> <key> [OPTIONS]
       qm set <vmid> [OPTIONS]
       qm shutdown <vmid> [OPTIONS]
       qm snapshot <vmid> <snapname> [OPTIONS]
       qm start <vmid> [OPTIONS]
       qm stop <vmid> [OPTIONS]
       qm suspend <vmid> [OPTIONS]
       qm template <vmid> [OPTIONS]

       qm cleanup <vmid> <clean-shutdown> <guest-requested>
       qm enroll-efi-keys <vmid>
       qm import <vmid> <source> --storage <string> [OPTIONS]
       qm importovf <vmid> <manifest> <storage> [OPTIONS]
       qm monitor <vmid>
       qm mtunnel 
       qm nbdstop <vmid>
       qm remote-migrate <vmid> [<target-vmid>] <target-endpoint> --target-bridge <string> --target-storage <string> [OPTIONS]
       qm showcmd <vmid> [OPTIONS]
       qm status <vmid> [OPTIONS]
       qm terminal <vmid> [OPTIONS]
       qm unlock <vmid>
       qm vncproxy <vmid>
       qm wait <vmid> [OPTIONS]

       qm help [<extra-args>] [OPTIONS]
)";

constexpr std::string_view kDiskKeys =
    "file aio backup bps bps_rd bps_wr cache cyls detect_zeroes discard format import-from iops "
    "iops_rd iops_wr iothread mbps mbps_rd mbps_wr media queues replicate ro scsiblock secs serial "
    "shared size snapshot ssd trans werror rerror wwn";

// Options that `qm create` and `qm set` share.
std::vector<Param> vm_options() {
  std::vector<Param> options = {
      {"balloon", Kind::kInteger},
      {"cores", Kind::kInteger, 1},
      {"cpulimit", Kind::kNumber},
      {"cpuunits", Kind::kInteger, 1},
      {"ide[n]", Kind::kProperties, 0, kDiskKeys},
      {"ipconfig[n]", Kind::kProperties, 0, "gw gw6 ip ip6"},
      {"name", Kind::kDnsName},
      {"net[n]", Kind::kProperties, 0,
       "model bridge firewall link_down macaddr mtu queues rate tag trunks virtio e1000 e1000e "
       "rtl8139 vmxnet3"},
      {"sata[n]", Kind::kProperties, 0, kDiskKeys},
      {"scsi[n]", Kind::kProperties, 0, kDiskKeys},
      {"scsihw", Kind::kString, 0,
       "lsi, lsi53c810, virtio-scsi-pci, virtio-scsi-single, megasas, pvscsi"},
      {"shares", Kind::kInteger},
      {"smp", Kind::kInteger, 1},
      {"sockets", Kind::kInteger, 1},
      {"sshkeys", Kind::kFile},
      {"tags", Kind::kTags},
      {"vcpus", Kind::kInteger, 1},
      {"virtio[n]", Kind::kProperties, 0, kDiskKeys},
  };
  for (const char* name :
       {"acpi", "allow-ksm", "autostart", "ciupgrade", "force", "freeze", "keephugepages", "kvm",
        "localtime", "numa", "onboot", "protection", "reboot", "tablet", "tdf", "template"}) {
    options.push_back({name, Kind::kBoolean});
  }
  for (const char* name : {"affinity",
                           "agent",
                           "amd-sev",
                           "arch",
                           "args",
                           "audio0",
                           "bios",
                           "boot",
                           "bootdisk",
                           "cdrom",
                           "cicustom",
                           "cipassword",
                           "citype",
                           "ciuser",
                           "cpu",
                           "description",
                           "efidisk0",
                           "hookscript",
                           "hostpci[n]",
                           "hotplug",
                           "hugepages",
                           "intel-tdx",
                           "ivshmem",
                           "keyboard",
                           "lock",
                           "machine",
                           "memory",
                           "migrate_downtime",
                           "migrate_speed",
                           "nameserver",
                           "numa[n]",
                           "ostype",
                           "parallel[n]",
                           "rng0",
                           "searchdomain",
                           "serial[n]",
                           "smbios1",
                           "spice_enhancements",
                           "startdate",
                           "startup",
                           "tpmstate0",
                           "unused[n]",
                           "usb[n]",
                           "vga",
                           "virtiofs[n]",
                           "vmgenid",
                           "vmstatestorage",
                           "watchdog"}) {
    options.push_back({name});
  }
  return options;
}

}  // namespace

std::vector<Param> qm_create_options() {
  std::vector<Param> options = vm_options();
  options.insert(options.end(), {{"archive"},
                                 {"bwlimit", Kind::kInteger},
                                 {"ha-managed", Kind::kBoolean},
                                 {"import-working-storage"},
                                 {"live-restore", Kind::kBoolean},
                                 {"pool"},
                                 {"start", Kind::kBoolean},
                                 {"storage"},
                                 {"unique", Kind::kBoolean}});
  return options;
}

std::vector<Param> qm_set_options() {
  std::vector<Param> options = vm_options();
  options.insert(options.end(), {{"delete"}, {"digest"}, {"revert"}, {"skiplock", Kind::kBoolean}});
  return options;
}

std::string qm_usage(std::string_view problem) {
  return fmt::format("ERROR: {}\nUSAGE: qm <COMMAND> [ARGS] [OPTIONS]\n\n{}", problem, kQmCommands);
}

bool qm_has_command(std::string_view command) {
  return kQmCommands.find(fmt::format("       qm {} ", command)) != std::string_view::npos;
}

}  // namespace pve_accept::sim
