#include "support/sim/tools/pct_options.h"

#include <fmt/format.h>

namespace pve_accept::sim {
namespace {

constexpr std::string_view kPctCommands =
    R"(       pct clone <vmid> <newid> [OPTIONS]
       pct create <vmid> <ostemplate> [OPTIONS]
       pct destroy <vmid> [OPTIONS]
       pct list 
       pct migrate <vmid> <target> [OPTIONS]
       pct move-volume <vmid> <volume> [<storage>] [<target-vmid>] [<target-volume>] [OPTIONS]
       pct pending <vmid>
       pct resize <vmid> <disk> <size> [OPTIONS]
       pct restore <vmid> <ostemplate> [OPTIONS]
       pct template <vmid>

       pct config <vmid> [OPTIONS]
       pct set <vmid> [OPTIONS]

       pct delsnapshot <vmid> <snapname> [OPTIONS]
       pct listsnapshot <vmid>
       pct rollback <vmid> <snapname> [OPTIONS]
       pct snapshot <vmid> <snapname> [OPTIONS]

       pct reboot <vmid> [OPTIONS]
       pct resume <vmid>
       pct shutdown <vmid> [OPTIONS]
       pct start <vmid> [OPTIONS]
       pct stop <vmid> [OPTIONS]
       pct suspend <vmid>

       pct console <vmid> [OPTIONS]
       pct cpusets 
       pct df <vmid>
       pct enter <vmid> [OPTIONS]
       pct exec <vmid> [<extra-args>] [OPTIONS]
       pct fsck <vmid> [OPTIONS]
       pct fstrim <vmid> [OPTIONS]
       pct mount <vmid>
       pct pull <vmid> <path> <destination> [OPTIONS]
       pct push <vmid> <file> <destination> [OPTIONS]
       pct remote-migrate <vmid> [<target-vmid>] <target-endpoint> --target-bridge <string> --target-storage <string> [OPTIONS]
       pct rescan  [OPTIONS]
       pct status <vmid> [OPTIONS]
       pct unlock <vmid>
       pct unmount <vmid>

       pct help [<extra-args>] [OPTIONS]
)";

// Options that `pct create` and `pct set` share.
std::vector<Param> common() {
  return {
      {"arch", Kind::kString, 0, "amd64, arm64, armhf, i386, riscv32, riscv64"},
      {"cmode", Kind::kString, 0, "console, shell, tty"},
      {"console", Kind::kBoolean},
      {"cores", Kind::kInteger, 1},
      {"cpulimit", Kind::kNumber},
      {"cpuunits", Kind::kInteger},
      {"debug", Kind::kBoolean},
      {"description"},
      {"dev[n]"},
      {"entrypoint"},
      {"env"},
      {"features", Kind::kProperties, 0, "force_rw_sys fuse keyctl mknod mount nesting"},
      {"hookscript"},
      {"hostname", Kind::kDnsName},
      {"lock"},
      {"memory", Kind::kInteger, 16},
      {"mp[n]"},
      {"nameserver"},
      {"net[n]", Kind::kProperties, 0,
       "name bridge firewall gw gw6 host-managed hwaddr ip ip6 link_down mtu rate tag trunks type",
       "name"},
      {"onboot", Kind::kBoolean},
      {"ostype"},
      {"protection", Kind::kBoolean},
      {"rootfs"},
      {"searchdomain"},
      {"startup"},
      {"swap", Kind::kInteger},
      {"tags", Kind::kTags},
      {"template", Kind::kBoolean},
      {"timezone"},
      {"tty", Kind::kInteger},
      {"unprivileged", Kind::kBoolean},
      {"unused[n]"},
  };
}

}  // namespace

std::vector<Param> pct_create_options() {
  std::vector<Param> options = common();
  options.insert(options.end(), {{"bwlimit", Kind::kNumber},
                                 {"force", Kind::kBoolean},
                                 {"ha-managed", Kind::kBoolean},
                                 {"ignore-unpack-errors", Kind::kBoolean},
                                 {"password"},
                                 {"pool"},
                                 {"restore", Kind::kBoolean},
                                 {"ssh-public-keys", Kind::kFile},
                                 {"start", Kind::kBoolean},
                                 {"storage"},
                                 {"unique", Kind::kBoolean}});
  return options;
}

std::vector<Param> pct_set_options() {
  std::vector<Param> options = common();
  options.insert(options.end(), {{"delete"}, {"digest"}, {"revert"}});
  return options;
}

std::string pct_usage(std::string_view problem) {
  return fmt::format("ERROR: {}\nUSAGE: pct <COMMAND> [ARGS] [OPTIONS]\n\n{}", problem,
                     kPctCommands);
}

bool pct_has_command(std::string_view command) {
  return kPctCommands.find(fmt::format("       pct {} ", command)) != std::string_view::npos;
}

}  // namespace pve_accept::sim
