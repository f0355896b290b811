#include "support/sim/tools/backups.h"

#include <algorithm>

#include "support/base/units.h"
#include "support/sim/model/guest_config.h"
#include "support/sim/model/lifecycle.h"
#include "support/sim/model/noise.h"
#include "support/sim/model/pve_values.h"
#include "support/sim/model/volumes.h"
#include "support/sim/tools/pve_options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

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

// The guest stands still while the snapshot is taken.
void take_snapshot(Call& call, Guest& guest) {
  const Model::Guest& model = call.model().guest(guest.kind);
  guest.freezes.push_back({.from = call.now()});
  call.output.wait_until(call.now() + static_cast<Millis>(model.backup_stall_s * 1000));
  thaw(guest, call.now());
}

// QEMU copies a VM's disks itself; its agent freezes the file systems meanwhile.
void start_job(Call& call, Guest& guest) {
  const bool agent = guest.option("agent").starts_with("1");
  say_info(call, agent ? "issuing guest-agent 'fs-freeze' command"
                       : "skipping guest filesystem freeze - disabled in VM options");
  say_info(call, "starting backup via QMP command");
  take_snapshot(call, guest);
  if (agent) say_info(call, "issuing guest-agent 'fs-thaw' command");
  say_info(call, fmt::format("started backup task '{}'",
                             uuid(call.world.scenario.seed, "backup", call.now() + guest.vmid)));
  say_info(call, "resuming VM again");
}

void say_what_the_job_did(Call& call, const Guest& guest, double used_mib, Millis took) {
  const auto seconds = std::max<Millis>(1, took / 1000);
  const double all_mib = mib(disk_size(guest));
  const auto rate = [&](double copied_mib) {
    return fmt::format("{:.1f} MiB/s", copied_mib / static_cast<double>(seconds));
  };
  say_info(call, fmt::format("100% ({0:.1f} GiB of {0:.1f} GiB) in {1}s, read: {2}, write: {3}",
                             all_mib / 1024, seconds, rate(all_mib), rate(used_mib)));
  say_info(call, fmt::format("backup is sparse: {:.2f} GiB ({:.0f}%) total zero data",
                             (all_mib - used_mib) / 1024, 100 * (1 - used_mib / all_mib)));
  say_info(call, fmt::format("transferred {:.2f} GiB in {} seconds ({})", all_mib / 1024, seconds,
                             rate(all_mib)));
}

// What LVM says of the snapshot that a container on a thin pool is read from.
void say_of_lvm(Call& call, const Guest& guest, const char* done) {
  const std::string volid = property(guest.option("rootfs"), "");
  const std::size_t colon = volid.find(':');
  const Model::Storage* storage = call.model().find_storage(volid.substr(0, colon));
  if (storage == nullptr || storage->type != "lvmthin") return;
  call.out(fmt::format("  Logical volume \"snap_{}_vzdump\" {}.\n", volid.substr(colon + 1), done));
}

void abort_job(Call& call, const std::string& problem) {
  call.out(fmt::format("ERROR: {}\n", problem));
  say_info(call, "aborting backup job");
  say_info(call, "resuming VM again");
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

// Where vzdump itself is killed it says nothing more, and all stays as it is.
int killed_backup(Call& call, Guest& guest, const std::string& path) {
  guest.config["lock"] = "backup";
  call.state().files[path + ".vma.dat"] = "VMA";
  call.state().files[path + ".tmp"] = "";  // a folder
  return call.fail(255, "got unexpected control message:  ");
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
  if (guest->is_vm()) start_job(call, *guest);
  const double used_mib = backed_up_mib(call, *guest);
  call.spend(used_mib / kBackupMibPerS);
  const auto clean_up = [&] {
    if (guest->is_vm()) return;
    say_info(call, "cleanup temporary 'vzdump' snapshot");
    say_of_lvm(call, *guest, "successfully removed");
  };
  const Model::Guest& model = call.model().guest(guest->kind);
  if (guest->is_vm() && model.backup_is_killed) return killed_backup(call, *guest, path);
  if (!model.backup_fails.empty()) {
    if (guest->is_vm()) abort_job(call, model.backup_fails);
    clean_up();
    return fail(model.backup_fails);
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
  if (guest->is_vm()) {
    say_what_the_job_did(call, *guest, used_mib, call.now() - began);
  } else {
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

}  // namespace

double backed_up_mib(const Call& call, const Guest& guest) {
  double used = 0;
  for (const Volume& volume : call.state().volumes) {
    const bool disk = volume.vmid == guest.vmid && volume.content != "backup";
    if (disk && volume.fixed_used_mib < 0) used += call.world.figures.volume_used_mib(volume);
  }
  return used;
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

}  // namespace pve_accept::sim
