#include <algorithm>

#include "support/sim/model/guest_config.h"
#include "support/sim/model/lifecycle.h"
#include "support/sim/model/pve_values.h"
#include "support/sim/model/volumes.h"
#include "support/sim/tools/guest_commands.h"
#include "support/sim/tools/pve_options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

constexpr double kPctStartUpS = 0.6;  // Perl, pmxcfs
constexpr double kEmptyFileSystemMib = 33;

int pct_list(Call& call) {
  pve_arguments(call, "pct list");
  std::string lines;
  std::vector<const Guest*> guests = sorted_guests(call.state(), GuestKind::kLxc);
  for (const Guest* guest : guests) {
    lines +=
        fmt::format("{:<10} {:<10} {:<12} {:<20}\n", guest->vmid,
                    guest->running ? "running" : "stopped", guest->option("lock"), guest->name());
  }
  if (!guests.empty()) {
    call.out(fmt::format("{:<10} {:<10} {:<12} {:<20}\n", "VMID", "Status", "Lock", "Name"));
  }
  call.out(lines);
  return 0;
}

int pct_start(Call& call) {
  const Arguments arguments = pve_arguments(call, "pct start");
  Guest& guest = require_guest(call, arguments.vmid(), GuestKind::kLxc, 255);
  if (guest.running) throw Refusal{255, fmt::format("CT {} already running\n", guest.vmid)};
  if (!arguments.flag("skiplock")) require_unlocked(guest);
  start_guest(call, guest);
  return 0;
}

Guest& require_running(Call& call, std::int64_t vmid) {
  Guest* guest = call.state().find_guest(vmid);
  if (guest == nullptr || guest->is_vm() || !guest->running) {
    throw Refusal{255, fmt::format("CT {} not running\n", vmid)};
  }
  require_unlocked(*guest);
  return *guest;
}

int pct_stop(Call& call) {
  const Arguments arguments = pve_arguments(call, "pct stop");
  Guest& guest = require_running(call, arguments.vmid());
  call.spend(1.0);
  stop_guest(call.state(), call.world.scenario, guest, call.now());
  return 0;
}

int pct_shutdown(Call& call) {
  const Arguments arguments = pve_arguments(call, "pct shutdown");
  Guest& guest = require_running(call, arguments.vmid());
  const double needed = call.model().lxc.shutdown_s;
  const auto timeout = static_cast<double>(arguments.number("timeout", 60));
  if (needed > timeout && !arguments.flag("forceStop")) {
    call.spend(timeout);
    throw Refusal{255, fmt::format("container did not stop\n")};
  }
  call.spend(std::min(needed, timeout));
  stop_guest(call.state(), call.world.scenario, guest, call.now());
  return 0;
}

int pct_reboot(Call& call) {
  const Arguments arguments = pve_arguments(call, "pct reboot");
  Guest& guest = require_running(call, arguments.vmid());
  call.spend(call.model().lxc.shutdown_s);
  stop_guest(call.state(), call.world.scenario, guest, call.now());
  start_guest(call, guest);
  return 0;
}

int pct_destroy(Call& call) {
  const Arguments arguments = pve_arguments(call, "pct destroy");
  Guest& guest = require_guest(call, arguments.vmid(), GuestKind::kLxc, 2);
  if (guest.option("protection") == "1") {
    throw Refusal{255, fmt::format("can't remove CT {} - protection mode enabled\n", guest.vmid)};
  }
  require_unlocked(guest);
  if (guest.running) {
    if (!arguments.flag("force")) {
      throw Refusal{255,
                    fmt::format("unable to destroy CT {} - container is running\n", guest.vmid)};
    }
    call.out(fmt::format("forced to stop CT {} before destroying!\n", guest.vmid));
    call.spend(1.0);
    stop_guest(call.state(), call.world.scenario, guest, call.now());
  }
  call.spend(1.5);
  remove_guest(call, guest.vmid, arguments.flag("purge"));
  return 0;
}

// A new volume for a container that is stopped: "local-lvm:1,mp=/mnt/data".
void add_mount_point(Call& call, Guest& guest, const std::string& key, const std::string& value) {
  const std::string volume = property(value, ""), path = property(value, "mp");
  const auto colon = volume.find(':');
  const std::int64_t size =
      colon == std::string::npos ? -1 : size_in_bytes(volume.substr(colon + 1), "G");
  if (guest.running || guest.config.contains(key) || size <= 0 || path.empty()) throw Unsupported{};
  const std::string name = volume.substr(0, colon);
  const Model::Storage& storage = require_storage(
      call, name, "rootdir",
      fmt::format("content type 'rootdir' is not available on storage '{}'\n", name));
  const auto disks = std::ranges::count(call.state().volumes, guest.vmid, &Volume::vmid);
  const std::string disk =
      allocate_volume(call, storage, guest.vmid, fmt::format("disk-{}", disks), size, "rootdir");
  call.state().volumes.back().fixed_used_mib = kEmptyFileSystemMib;
  print_file_system(call, storage, guest.vmid, size);
  guest.config[key] = fmt::format("{},mp={},size={}", disk, path, size_text(size));
}

// The volume of a mount point that is taken away stays, as an unused one; of an unused one it goes.
void forget(Call& call, Guest& guest, const std::string& key) {
  if (key.starts_with("mp") && guest.config.contains(key)) {
    if (guest.running || guest.config.contains("unused0")) throw Unsupported{};
    guest.config["unused0"] = property(guest.option(key), "");
  }
  if (key.starts_with("unused") && guest.config.contains(key)) {
    remove_volume(call, guest.option(key));
  }
  guest.config.erase(key);
}

int pct_set(Call& call) {
  const Arguments arguments = pve_arguments(call, "pct set");
  if (arguments.options.empty()) throw Refusal{2, "no options specified\n"};
  Guest& guest = require_guest(call, arguments.vmid(), GuestKind::kLxc, 2);
  require_unlocked(guest);
  for (const std::string& key : split(arguments.get("delete"), ',')) forget(call, guest, key);
  for (const auto& [key, value] : arguments.options) {
    if (key == "delete" || key == "digest" || key == "revert") continue;
    if (key == "rootfs" || key == "unused") throw Unsupported{};
    if (key.starts_with("mp")) {
      add_mount_point(call, guest, key, value);
      continue;
    }
    guest.config[key] = value;
  }
  if (guest.option("protection") == "0") guest.config.erase("protection");
  return 0;
}

int pct_exec(Call& call) {
  const Arguments arguments = pve_arguments(call, "pct exec");
  Guest& guest = require_guest(call, arguments.vmid(), GuestKind::kLxc, 2);
  if (!guest.running) {
    throw Refusal{255, fmt::format("container '{}' not running!\n", guest.vmid)};
  }
  if (arguments.rest.empty()) throw Refusal{255, "missing command\n"};
  call.spend(0.1);
  Call inner = call.in_guest(guest, arguments.rest);
  if (find_tool(Place::kGuest, arguments.rest[0].substr(arguments.rest[0].rfind('/') + 1)) ==
      nullptr) {
    remember_unknown(inner);
    throw Refusal{127, fmt::format("lxc-attach: {}: ../src/lxc/attach.c: lxc_attach_run_command: "
                                   "1841 No such file or directory - Failed to exec \"{}\"\n",
                                   guest.vmid, arguments.rest[0])};
  }
  return run_tool(inner);
}

int disk_free(Call& call) {
  const Arguments arguments = pve_arguments(call, "pct df");
  const Guest* found = call.state().find_guest(arguments.vmid());
  if (found == nullptr || found->is_vm()) {
    throw Refusal{2, fmt::format("{} doesn't exist\n{}", arguments.vmid(),
                                 no_config(call.model(), arguments.vmid(), GuestKind::kLxc))};
  }
  if (!found->running) call.spend(0.5);  // it is mounted for the question
  const FileSystem root = root_file_system(call, *found);
  const std::string volume = property(found->option("rootfs"), "");
  const std::string size = short_size(root.size), used = short_size(root.used),
                    available = short_size(root.available);
  const double share = 100.0 * static_cast<double>(root.used) / static_cast<double>(root.size);
  const std::size_t width = volume.size();
  call.out(fmt::format("{:<6} {:<{}} {:>5} {:>6} {:>5} {:>4} {}\n", "MP", "Volume", width, "Size",
                       "Used", "Avail", "Use%", "Path"));
  call.out(fmt::format("{:<6} {:<{}} {:>5} {:>6} {:>5} {:>4.1f} {}\n", "rootfs", volume, width,
                       size, used, available, share, "/"));
  return 0;
}

}  // namespace

int pct(Call& call) {
  constexpr GuestKind kLxc = GuestKind::kLxc;
  static const std::map<std::string, Tool, std::less<>> commands = {
      {"config", [](Call& inner) { return guest_config(inner, kLxc); }},
      {"create", pct_create},
      {"destroy", pct_destroy},
      {"df", disk_free},
      {"exec", pct_exec},
      {"list", pct_list},
      {"reboot", pct_reboot},
      {"restore", pct_restore},
      {"set", pct_set},
      {"shutdown", pct_shutdown},
      {"start", pct_start},
      {"status", [](Call& inner) { return guest_status(inner, kLxc); }},
      {"stop", pct_stop},
      {"unlock", [](Call& inner) { return guest_unlock(inner, kLxc); }},
  };
  call.spend(kPctStartUpS);
  return run_command(call, commands);
}

}  // namespace pve_accept::sim
