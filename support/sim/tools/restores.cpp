#include <algorithm>

#include "support/base/units.h"
#include "support/sim/model/guest_config.h"
#include "support/sim/model/pve_values.h"
#include "support/sim/model/volumes.h"
#include "support/sim/tools/backups.h"
#include "support/sim/tools/guest_commands.h"
#include "support/sim/tools/pve_options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

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
    if (guest.is_vm()) call.out(fmt::format("new volume ID is '{}'\n", volid));
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

const Model::Storage& storage_named(const Call& call, const std::string& name) {
  const Model::Storage* storage = call.model().find_storage(name);
  if (storage == nullptr) throw Unsupported{};
  return *storage;
}

// As it is in the backup, stopped.
Guest guest_of(const Call& call, const Backup& backup, std::int64_t vmid) {
  Guest guest = backup.guest;
  guest.vmid = vmid;
  guest.running = guest.agent_running = false;
  guest.pid = guest.listens_on = 0;
  guest.created = call.now();
  for (Container& container : guest.docker.containers) {
    if (container.status == "running") container.status = "exited";
  }
  return guest;
}

// Its volumes are there from the first, its files at the end.
void write_files(Call& call, Guest guest) {
  call.state().guests.push_back(std::move(guest));
  call.spend(backed_up_mib(call, call.state().guests.back()) / kBackupMibPerS);
}

// The file of an archive on a storage that is a directory.
std::string path_of(const Call& call, const std::string& archive) {
  const std::size_t colon = archive.find(":backup/");
  const Model::Storage* storage = call.model().find_storage(archive.substr(0, colon));
  if (colon == std::string::npos || storage == nullptr) throw Unsupported{};
  return fmt::format("{}/dump/{}", storage->path, archive.substr(colon + 8));
}

std::string pipe_that_extracts(const std::string& path) {
  constexpr const char* kTemporary = "/var/tmp/vzdumptmp22244";
  return fmt::format("zstd -q -d -c {0} | vma extract -v -r {1}.fifo - {1}", path, kTemporary);
}

void say_of_archive(Call& call, const Backup& backup, const std::string& pipe) {
  const Volume& archive = *call.state().find_volume(backup.volid);
  const std::int64_t epoch_s = call.epoch_s() - (call.now() - archive.created) / 1000;
  call.out(
      fmt::format("restore vma archive: {}\nCFG: size: 380 name: qemu-server.conf\n"
                  "DEV: dev_id=1 size: {} devname: drive-scsi0\nCTIME: {}\n",
                  pipe, disk_size(backup.guest), formatted_time(epoch_s, "%a %b %e %T %Y")));
}

void say_what_was_extracted(Call& call, const Guest& guest) {
  const std::int64_t size = disk_size(guest);
  for (int percent = 1; percent <= 100; ++percent) {
    call.out(fmt::format("progress {}% (read {} bytes, duration 3 sec)\n", percent,
                         size / 100 * percent));
  }
  const double sparse = static_cast<double>(size) - backed_up_mib(call, guest) * kMib;
  call.out(
      fmt::format("total bytes read {}, sparse bytes {:.0f} ({:.1f}%)\n"
                  "space reduction due to 4K zero blocks 0.00761%\nrescan volumes...\n",
                  size, sparse, 100 * sparse / static_cast<double>(size)));
}

// What is left then is a VM of which nothing is known, with a stopgap for a configuration.
[[noreturn]] void fail_restore(Call& call, Guest guest, const std::string& pipe) {
  call.out(fmt::format("vma: {}\n", call.model().vm.restore_fails));
  const std::string volid = property(guest.option("scsi0"), "");
  guest.config = {{"memory", "128"}};
  guest.has_system = false;
  const std::int64_t vmid = guest.vmid;
  std::erase_if(call.state().volumes, [&](const Volume& each) { return each.vmid == vmid; });
  call.state().guests.push_back(std::move(guest));
  call.out(
      fmt::format("temporary volume '{}' successfully removed\n"
                  "no lock found trying to remove 'create'  lock\n"
                  "error before or during data restore, some or all disks were not completely "
                  "restored. VM {} state is NOT cleaned up.\n",
                  volid, vmid));
  throw Refusal{255, fmt::format("command 'set -o pipefail && {}' failed: exit code 133\n", pipe)};
}

void restore_vm(Call& call, const Backup& backup, std::int64_t vmid,
                const Model::Storage& storage) {
  const std::string pipe = pipe_that_extracts(path_of(call, backup.volid));
  Guest guest = guest_of(call, backup, vmid);
  say_of_archive(call, backup, pipe);
  allocate_disks(call, storage, guest);
  const Volume& disk = *call.state().find_volume(property(guest.option("scsi0"), ""));
  call.out(fmt::format("map 'drive-scsi0' to '{}' (write zeros = 0)\n",
                       volume_path(storage, disk.name)));
  if (!call.model().vm.restore_fails.empty()) fail_restore(call, std::move(guest), pipe);
  write_files(call, std::move(guest));
  say_what_was_extracted(call, call.state().guests.back());
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
  const std::string to = arguments.get("storage");
  const Model::Storage& storage = storage_named(call, to);
  Guest guest = guest_of(call, *backup, vmid);
  allocate_disks(call, storage, guest);
  print_file_system(call, storage, vmid,
                    size_in_bytes(property(guest.option("rootfs"), "size"), ""));
  write_files(call, std::move(guest));
  call.out(
      fmt::format("restoring '{0}' now..\nextracting archive '{1}'\n"
                  "Total bytes read: 554526720 (529MiB, 39MiB/s)\n"
                  "merging backed-up and given configuration..\n",
                  archive, path_of(call, archive)));
  return 0;
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
    restore_vm(inner, *backup, vmid, storage_named(inner, arguments.get("storage")));
    return 0;
  } catch (const Refusal& refusal) {
    return call.fail(refusal.exit_status, refusal.text);
  }
}

}  // namespace pve_accept::sim
