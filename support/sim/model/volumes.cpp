#include "support/sim/model/volumes.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "support/base/contains.h"
#include "support/base/units.h"
#include "support/sim/model/pve_values.h"

namespace pve_accept::sim {
namespace {

std::string volume_name(const Model::Storage& storage, std::int64_t vmid, std::string_view suffix,
                        std::string_view content) {
  if (storage.type == "dir") return fmt::format("{}/vm-{}-{}.raw", vmid, vmid, suffix);
  const bool subvolume = storage.type == "zfspool" && content == "rootdir";
  return fmt::format("{}-{}-{}", subvolume ? "subvol" : "vm", vmid, suffix);
}

// LVM says more of a volume than other storages do.
bool is_logical(const Call& call, const Volume& volume) {
  const Model::Storage* storage = call.model().find_storage(volume.storage);
  return storage != nullptr && storage->type == "lvmthin";
}

}  // namespace

std::string volume_path(const Model::Storage& storage, const std::string& name) {
  if (storage.type == "lvmthin") return fmt::format("/dev/{}/{}", storage.vgname, name);
  if (storage.type == "zfspool") {
    return fmt::format("/{}{}/{}", name.starts_with("subvol") ? "" : "dev/zvol/", storage.pool,
                       name);
  }
  if (name.starts_with("vztmpl/")) return storage.path + "/template/cache/" + name.substr(7);
  if (name.starts_with("backup/")) return storage.path + "/dump/" + name.substr(7);
  return name.find('/') != std::string::npos ? fmt::format("{}/images/{}", storage.path, name) : "";
}

const Model::Storage& require_storage(const Call& call, const std::string& name,
                                      std::string_view content, std::string_view problem) {
  const Model::Storage* storage = call.model().find_storage(name);
  if (storage == nullptr) throw Refusal{255, fmt::format("storage '{}' does not exist\n", name)};
  const Words kinds = split(storage->content, ',');
  if (!contains(kinds, content)) throw Refusal{255, std::string(problem)};
  return *storage;
}

std::string allocate_volume(Call& call, const Model::Storage& storage, std::int64_t vmid,
                            std::string_view suffix, std::int64_t size, std::string_view content) {
  const std::string name = volume_name(storage, vmid, suffix, content);
  if (storage.type == "lvmthin") {
    call.out(
        fmt::format("  Logical volume \"{}\" created.\n"
                    "  Logical volume {}/{} changed.\n",
                    name, storage.vgname, name));
  } else if (storage.type == "dir") {
    call.out(fmt::format("Formatting '{}/images/{}', fmt=raw size={} preallocation=off\n",
                         storage.path, name, size));
  }
  call.state().volumes.push_back({.storage = storage.storage,
                                  .name = name,
                                  .vmid = vmid,
                                  .size = size,
                                  .format = name.starts_with("subvol") ? "subvol" : "raw",
                                  .content = std::string(content),
                                  .created = call.now(),
                                  .fixed_used_mib = suffix == "cloudinit" ? 0.4 : -1.0});
  return call.state().volumes.back().volid();
}

void resize_volume(Call& call, const std::string& volid, std::int64_t size) {
  Volume* volume = call.state().find_volume(volid);
  if (volume == nullptr) return;
  const Model::Storage* storage = call.model().find_storage(volume->storage);
  const auto said = [](std::int64_t bytes) {
    return fmt::format("{:.2f} GiB ({} extents)", gib(bytes), bytes / 4194304);
  };
  if (is_logical(call, *volume)) {
    call.out(
        fmt::format("  Size of logical volume {0}/{1} changed from {2} to {3}.\n"
                    "  Logical volume {0}/{1} successfully resized.\n",
                    storage->vgname, volume->name, said(volume->size), said(size)));
  } else if (storage != nullptr && storage->type == "dir") {
    call.out("Image resized.\n");
  }
  volume->size = size;
}

void remove_volume(Call& call, const std::string& volid) {
  const Volume* volume = call.state().find_volume(volid);
  if (volume == nullptr) return;
  if (is_logical(call, *volume)) {
    call.out(fmt::format("  Logical volume \"{}\" successfully removed.\n", volume->name));
  }
  std::erase_if(call.state().volumes, [&](const Volume& each) { return each.volid() == volid; });
}

// A volume that no configuration names stays: that is what pvesm free is for.
void remove_guest(Call& call, std::int64_t vmid, bool purge) {
  State& state = call.state();
  const Guest& guest = *state.find_guest(vmid);
  const std::string_view noun = guest.facts().short_noun;
  std::vector<Volume> gone;
  for (const Volume& volume : state.volumes) {
    const bool named = std::ranges::any_of(guest.config, [&](const auto& option) {
      return property(option.second, "") == volume.volid();
    });
    if (named && volume.vmid == vmid) gone.push_back(volume);
  }
  std::ranges::sort(gone, {}, &Volume::name);
  for (const Volume& volume : gone) remove_volume(call, volume.volid());
  std::erase_if(state.guests, [&](const Guest& entry) { return entry.vmid == vmid; });
  if (purge) {
    call.out(fmt::format("purging {} {} from related configurations..\n", noun, vmid));
  }
}

std::int64_t size_in_bytes(std::string_view text, std::string_view bare_unit) {
  std::string number(text);
  if (number.empty() || std::isdigit(static_cast<unsigned char>(number[0])) == 0) return -1;
  std::string unit(bare_unit);
  if (std::isalpha(static_cast<unsigned char>(number.back())) != 0) {
    unit = number.substr(number.size() - 1);
    number.pop_back();
  }
  char* end = nullptr;
  const double value = std::strtod(number.c_str(), &end);
  if (end == number.c_str() || *end != '\0') return -1;
  double scale = 1;
  if (unit == "K") scale = 1024.0;
  if (unit == "M") scale = kMib;
  if (unit == "G") scale = kMib * 1024.0;
  if (unit == "T") scale = kMib * kMib;
  if (scale < 2 && !unit.empty()) return -1;
  return static_cast<std::int64_t>(value * scale);
}

std::string size_text(std::int64_t bytes) {
  constexpr std::int64_t kGiB = 1073741824;
  constexpr std::int64_t kMebibyte = 1048576;
  if (bytes % kGiB == 0) return fmt::format("{}G", bytes / kGiB);
  if (bytes % kMebibyte == 0) return fmt::format("{}M", bytes / kMebibyte);
  return fmt::format("{}K", bytes / 1024);
}

}  // namespace pve_accept::sim
