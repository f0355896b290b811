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

constexpr double kBackupMibPerS = 400;
constexpr double kCompressed = 0.35;  // of what is on the disk

void say_info(Call& call, const std::string& line) { call.out("INFO: " + line + "\n"); }

std::string clock_of(const Call& call) {
  return formatted_time(call.epoch_s(), "%Y-%m-%d %H:%M:%S");
}

// What went wrong stands among what it says; the last word is the same whatever it was.
int failed_backup(Call& call, std::int64_t vmid, const std::string& problem) {
  call.out(fmt::format("ERROR: Backup of VM {} failed - {}\n", vmid, problem));
  say_info(call, "Failed at " + clock_of(call));
  say_info(call, "Backup job finished with errors");
  return call.fail(255, "job errors");
}

// "vzdump 9001 --storage local --compress zstd": its options are in another order each time.
std::string job(const Arguments& arguments) {
  std::string line = fmt::format("vzdump {}", arguments.vmid());
  for (const char* option : {"storage", "mode", "compress", "remove", "notes-template",
                             "mailnotification", "notification-mode"}) {
    const std::string value = arguments.get(option);
    const char* const quote = contains(value, " ") ? "'" : "";
    if (!value.empty()) line += fmt::format(" --{0} {1}{2}{1}", option, quote, value);
  }
  return line;
}

void say_what_is_backed_up(Call& call, const Guest& guest) {
  say_info(call, fmt::format("{} Name: {}", guest.facts().short_noun,
                             guest.option(guest.is_vm() ? "name" : "hostname")));
  if (!guest.is_vm()) return say_info(call, "including mount point rootfs ('/') in backup");
  const std::string disk = guest.option("scsi0");
  say_info(call,
           fmt::format("include disk 'scsi0' '{}' {}", property(disk, ""), property(disk, "size")));
}

const Model::Storage& backup_storage(const Call& call, const std::string& name) {
  const std::string about = fmt::format("could not get storage information for '{}': ", name);
  if (call.model().find_storage(name) == nullptr) {
    const std::string missing = fmt::format("storage '{}' does not exist", name);
    throw Refusal{255, fmt::format("could not activate storage '{}': {} {}{}\n", name, missing,
                                   about, missing)};
  }
  return require_storage(
      call, name, "backup",
      fmt::format("{}can't use storage '{}' for backups - wrong content type\n", about, name));
}

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

// What LVM says of the snapshot that a container on a thin pool is read from.
void say_of_lvm(Call& call, const Guest& guest, const char* done) {
  const std::string volid = property(guest.option("rootfs"), "");
  const std::size_t colon = volid.find(':');
  const Model::Storage* storage = call.model().find_storage(volid.substr(0, colon));
  if (storage == nullptr || storage->type != "lvmthin") return;
  call.out(fmt::format("  Logical volume \"snap_{}_vzdump\" {}.\n", volid.substr(colon + 1), done));
}

std::string duration_text(Millis duration) {
  const Millis seconds = duration / 1000;
  return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

// What vzdump says of a backup goes to its log too; that stands beside the archive, or alone.
void keep_log(Call& call, const std::string& path, const std::string& outcome) {
  call.state().files[path + ".log"] =
      fmt::format("{0} INFO: Backup started at {0}\n{0} {1}\n", clock_of(call), outcome);
}

int back_up(Call& call) {
  const Arguments arguments = pve_arguments(call, "vzdump");
  arguments.require({"storage", "mode", "compress", "remove"});
  if (arguments.get("mode") != "snapshot" || arguments.get("compress") != "zstd" ||
      arguments.flag("remove")) {
    throw Unsupported{};
  }
  const std::string wanted = arguments.get("storage");
  const Model::Storage& storage = backup_storage(call, wanted);
  say_info(call, "starting new backup job: " + job(arguments));
  Guest* guest = call.state().find_guest(arguments.vmid());
  if (guest == nullptr) {
    return failed_backup(call, arguments.vmid(),
                         fmt::format("unable to find VM '{}'", arguments.vmid()));
  }
  if (storage.type != "dir" || !guest->running) throw Unsupported{};
  const Millis began = call.now();
  const std::string type = guest->is_vm() ? "qemu" : "lxc";
  const std::string base = fmt::format("vzdump-{}-{}-{}", type, guest->vmid,
                                       formatted_time(call.epoch_s(), "%Y_%m_%d-%H_%M_%S"));
  const std::string file = base + (guest->is_vm() ? ".vma.zst" : ".tar.zst");
  const std::string path = fmt::format("{}/dump/{}", storage.path, base);
  const auto fail = [&](const std::string& problem) {
    keep_log(call, path, fmt::format("ERROR: Backup of VM {} failed - {}", guest->vmid, problem));
    return failed_backup(call, guest->vmid, problem);
  };
  say_info(call, fmt::format("Starting Backup of VM {} ({})", guest->vmid, type));
  say_info(call, "Backup started at " + clock_of(call));
  say_info(call, "status = running");
  if (const std::string lock = guest->option("lock"); !lock.empty()) {
    return fail(fmt::format("{} is locked ({})", guest->facts().short_noun, lock));
  }
  say_what_is_backed_up(call, *guest);
  say_info(call, "backup mode: snapshot");
  say_info(call, "ionice priority: 7");
  if (!guest->is_vm()) {
    say_info(call, "create storage snapshot 'vzdump'");
    take_snapshot(call, *guest);
    say_of_lvm(call, *guest, "created");
  }
  say_info(call, fmt::format("creating vzdump archive '{}/dump/{}'", storage.path, file));
  if (guest->is_vm()) take_snapshot(call, *guest);
  const double used_mib = disk_used_mib(call, *guest);
  call.spend(used_mib / kBackupMibPerS);
  const auto clean_up = [&] {
    if (guest->is_vm()) return;
    say_info(call, "cleanup temporary 'vzdump' snapshot");
    say_of_lvm(call, *guest, "successfully removed");
  };
  if (const std::string& problem = call.model().guest(guest->kind).backup_fails; !problem.empty()) {
    clean_up();
    return fail(problem);
  }
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
  call.state().backups.push_back({.volid = archive.volid(), .guest = inside});
  call.state().volumes.push_back(std::move(archive));
  keep_log(call, path, fmt::format("INFO: Finished Backup of VM {}", guest->vmid));
  if (arguments.has("notes-template")) {
    call.state().files[fmt::format("{}/dump/{}.notes", storage.path, file)] =
        arguments.get("notes-template");
  }
  if (!guest->is_vm()) {
    say_info(call, "Total bytes written: 1078292480 (1.1GiB, 4.0MiB/s)");
  }
  say_info(call, fmt::format("archive file size: {:.0f}MB", used_mib * kCompressed));
  if (arguments.has("notes-template")) say_info(call, "adding notes to backup");
  clean_up();
  say_info(call, fmt::format("Finished Backup of VM {} ({})", guest->vmid,
                             duration_text(call.now() - began)));
  say_info(call, "Backup finished at " + clock_of(call));
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

// "CT 9002 already exists on node 'pve1'"; empty where the VMID is free.
std::string taken_by(const Call& call, std::int64_t vmid) {
  const Guest* taken = call.state().find_guest(vmid);
  return taken == nullptr ? ""
                          : fmt::format("{} {} already exists on node '{}'\n",
                                        taken->facts().short_noun, vmid, call.model().node.name);
}

const Backup* find_backup(const Call& call, const std::string& archive) {
  return find_in(call.state().backups, archive, &Backup::volid);
}

// Its volumes are there from the first, its files at the end.
void restore(Call& call, const Backup& backup, std::int64_t vmid, const std::string& onto) {
  const Model::Storage* storage = call.model().find_storage(onto);
  if (storage == nullptr) throw Unsupported{};
  Guest guest = backup.guest;
  guest.vmid = vmid;
  guest.running = guest.agent_running = false;
  guest.pid = guest.listens_on = 0;
  guest.created = call.now();
  for (Container& container : guest.docker.containers) {
    if (container.status == "running") container.status = "exited";
  }
  allocate_disks(call, *storage, guest);
  if (!guest.is_vm()) {
    print_file_system(call, *storage, vmid,
                      size_in_bytes(property(guest.option("rootfs"), "size"), ""));
  }
  call.state().guests.push_back(std::move(guest));
  call.spend(disk_used_mib(call, call.state().guests.back()) / kBackupMibPerS);
}

// The file of an archive on a storage that is a directory.
std::string path_of(const Call& call, const std::string& archive) {
  const std::size_t colon = archive.find(":backup/");
  const Model::Storage* storage = call.model().find_storage(archive.substr(0, colon));
  if (colon == std::string::npos || storage == nullptr) throw Unsupported{};
  return fmt::format("{}/dump/{}", storage->path, archive.substr(colon + 8));
}

}  // namespace

int pct_restore(Call& call) {
  const Arguments arguments = pve_arguments(call, "pct restore");
  arguments.require({"storage"});
  const std::string archive = arguments.positional.at("ostemplate");
  const std::int64_t vmid = arguments.vmid();
  if (const std::string taken = taken_by(call, vmid); !taken.empty()) throw Refusal{2, taken};
  call.out(fmt::format("recovering backed-up configuration from '{}'\n", archive));
  const Backup* backup = find_backup(call, archive);
  if (backup == nullptr) {
    throw Refusal{
        255, fmt::format("unable to restore CT {} - volume '{}' does not exist\n", vmid, archive)};
  }
  if (backup->guest.is_vm()) throw Unsupported{};
  restore(call, *backup, vmid, arguments.get("storage"));
  call.out(
      fmt::format("restoring '{0}' now..\nextracting archive '{1}'\n"
                  "Total bytes read: 554526720 (529MiB, 39MiB/s)\n"
                  "merging backed-up and given configuration..\n",
                  archive, path_of(call, archive)));
  return 0;
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
    const std::string archive = arguments.positional.at("archive");
    const std::int64_t vmid = arguments.vmid();
    const Backup* backup = find_backup(inner, archive);
    if (backup == nullptr) {
      throw Refusal{2, fmt::format("volume '{}' does not exist\n", archive)};
    }
    if (const std::string taken = taken_by(inner, vmid); !taken.empty()) {
      throw Refusal{255, fmt::format("unable to restore VM {} - {}", vmid, taken)};
    }
    if (!backup->guest.is_vm()) throw Unsupported{};
    restore(inner, *backup, vmid, arguments.get("storage"));
    return 0;
  } catch (const Refusal& refusal) {
    return call.fail(refusal.exit_status, refusal.text);
  }
}

}  // namespace pve_accept::sim
