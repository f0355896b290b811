#include <algorithm>

#include "support/sim/model/guest_config.h"
#include "support/sim/model/lifecycle.h"
#include "support/sim/model/volumes.h"
#include "support/sim/tools/guest_commands.h"
#include "support/sim/tools/pve_options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

constexpr double kBackupMibPerS = 400;
constexpr double kCompressed = 0.35;  // of what is on the disk

void say_info(Call& call, const std::string& line) { call.out("INFO: " + line + "\n"); }

double disk_used_mib(const Call& call, const Guest& guest) {
  double used = 0;
  for (const Volume& volume : call.state().volumes) {
    const bool disk = volume.vmid == guest.vmid && volume.content != "backup";
    if (disk && volume.fixed_used_mib < 0) used += call.world.figures.volume_used_mib(volume);
  }
  return used;
}

// The guest stands still while the snapshot is taken; a VM's agent freezes its file systems.
void take_snapshot(Call& call, Guest& guest) {
  const Model::Guest& model = call.model().guest(guest.kind);
  if (guest.is_vm()) say_info(call, "issuing guest-agent 'fs-freeze' command");
  guest.freezes.push_back({.from = call.now()});
  call.output.wait_until(call.now() + static_cast<Millis>(model.backup_stall_s * 1000));
  thaw(guest, call.now());
  if (guest.is_vm()) say_info(call, "issuing guest-agent 'fs-thaw' command");
}

std::string duration_text(Millis duration) {
  const Millis seconds = duration / 1000;
  return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

int back_up(Call& call) {
  const Arguments arguments = pve_arguments(call, "vzdump");
  arguments.require({"storage", "mode", "compress", "remove"});
  if (arguments.get("mode") != "snapshot" || arguments.get("compress") != "zstd" ||
      arguments.flag("remove")) {
    throw Unsupported{};
  }
  Guest* guest = call.state().find_guest(arguments.vmid());
  const std::string wanted = arguments.get("storage");
  const Model::Storage& storage = require_storage(
      call, wanted, "backup", fmt::format("storage '{}' does not support backups\n", wanted));
  if (storage.type != "dir" || guest == nullptr || !guest->running) throw Unsupported{};
  require_unlocked(*guest);
  const Millis began = call.now();
  const std::string type = guest->is_vm() ? "qemu" : "lxc";
  const std::string file = fmt::format("vzdump-{}-{}-{}.{}.zst", type, guest->vmid,
                                       formatted_time(call.epoch_s(), "%Y_%m_%d-%H_%M_%S"),
                                       guest->is_vm() ? "vma" : "tar");
  say_info(call, fmt::format("starting new backup job: vzdump {} --storage {} --mode snapshot",
                             guest->vmid, storage.storage));
  say_info(call, fmt::format("Starting Backup of VM {} ({})", guest->vmid, type));
  say_info(call, "status = running");
  say_info(call, "backup mode: snapshot");
  say_info(call, "ionice priority: 7");
  if (!guest->is_vm()) take_snapshot(call, *guest);
  say_info(call, fmt::format("creating vzdump archive '{}/dump/{}'", storage.path, file));
  if (guest->is_vm()) take_snapshot(call, *guest);
  const double used_mib = disk_used_mib(call, *guest);
  call.spend(used_mib / kBackupMibPerS);
  Volume archive{.storage = storage.storage,
                 .name = "backup/" + file,
                 .vmid = guest->vmid,
                 .size = static_cast<std::int64_t>(used_mib * kCompressed * kMib),
                 .format = guest->is_vm() ? "vma.zst" : "tar.zst",
                 .content = "backup",
                 .created = began,
                 .fixed_used_mib = used_mib * kCompressed,
                 .notes = arguments.get("notes-template")};
  Guest inside = *guest;
  inside.freezes.clear();
  call.state().backups.push_back({.volid = storage.storage + ":" + archive.name, .guest = inside});
  call.state().volumes.push_back(std::move(archive));
  say_info(call, fmt::format("archive file size: {:.0f}MB", used_mib * kCompressed));
  if (arguments.has("notes-template")) say_info(call, "adding notes to backup");
  say_info(call, fmt::format("Finished Backup of VM {} ({})", guest->vmid,
                             duration_text(call.now() - began)));
  say_info(call, "Backup job finished successfully");
  return 0;
}

// Each disk of the backup becomes a new volume; a drive of cloud-init's too.
void allocate_disks(Call& call, const Model::Storage& storage, Guest& guest) {
  int disks = 0;
  for (auto& [key, value] : guest.config) {
    const std::string volume = property(value, "");
    if (volume.find(":vm-") == std::string::npos && volume.find(":subvol-") == std::string::npos &&
        volume.find("/vm-") == std::string::npos) {
      continue;
    }
    const bool drive = contains(volume, "cloudinit");
    const std::string suffix = drive ? "cloudinit" : fmt::format("disk-{}", disks++);
    const std::int64_t size = size_in_bytes(property(value, "size"), "");
    const std::string volid =
        allocate_volume(call, storage, guest.vmid, suffix, std::max<std::int64_t>(size, 4 << 20),
                        guest.is_vm() ? "images" : "rootdir");
    value.replace(0, volume.size(), volid);
  }
}

int restore(Call& call, const std::string& archive, std::int64_t vmid, GuestKind kind,
            const std::string& onto) {
  const GuestFacts& facts = facts_of(kind);
  if (const Guest* taken = call.state().find_guest(vmid)) {
    throw Refusal{255, fmt::format("unable to restore {} {} - {} {} already exists on node '{}'\n",
                                   facts.short_noun, vmid, taken->facts().short_noun, vmid,
                                   call.model().node.name)};
  }
  const auto found = std::ranges::find(call.state().backups, archive, &Backup::volid);
  if (found == call.state().backups.end() || found->guest.kind != kind) throw Unsupported{};
  const Model::Storage* storage = call.model().find_storage(onto);
  if (storage == nullptr) throw Unsupported{};
  Guest guest = found->guest;
  guest.vmid = vmid;
  guest.running = guest.agent_running = false;
  guest.pid = guest.listens_on = 0;
  guest.created = call.now();
  for (Container& container : guest.docker.containers) {
    if (container.status == "running") container.status = "exited";
  }
  allocate_disks(call, *storage, guest);
  call.state().guests.push_back(std::move(guest));
  call.spend(disk_used_mib(call, call.state().guests.back()) / kBackupMibPerS);
  return 0;
}

}  // namespace

int pct_restore(Call& call) {
  const Arguments arguments = pve_arguments(call, "pct restore");
  arguments.require({"storage"});
  const std::string archive = arguments.positional.at("ostemplate");
  const int exit_status =
      restore(call, archive, arguments.vmid(), GuestKind::kLxc, arguments.get("storage"));
  call.out(fmt::format("recovering backed-up configuration from '{}'\n", archive));
  call.out(fmt::format("restoring '{}' now..\n", archive));
  return exit_status;
}

int vzdump(Call& call) {
  call.spend(1.0);
  Call inner = call.with(call.words());
  try {
    return back_up(inner);
  } catch (const Refusal& refusal) {
    return call.fail(refusal.exit_status, refusal.text);
  }
}

int qmrestore(Call& call) {
  call.spend(0.8);
  Call inner = call.with(call.words());
  try {
    const Arguments arguments = pve_arguments(inner, "qmrestore");
    arguments.require({"storage"});
    return restore(inner, arguments.positional.at("archive"), arguments.vmid(), GuestKind::kVm,
                   arguments.get("storage"));
  } catch (const Refusal& refusal) {
    return call.fail(refusal.exit_status, refusal.text);
  }
}

}  // namespace pve_accept::sim
