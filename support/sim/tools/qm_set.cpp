#include <algorithm>
#include <array>
#include <string_view>

#include "support/sim/model/addresses.h"
#include "support/sim/model/guest_config.h"
#include "support/sim/model/lifecycle.h"
#include "support/sim/model/pve_values.h"
#include "support/sim/model/volumes.h"
#include "support/sim/tools/guest_commands.h"
#include "support/sim/tools/pve_options.h"

namespace pve_accept::sim {
namespace {

std::string url_encoded(const std::string& text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-_.~").find(c) != std::string_view::npos;
    if (plain) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

// "virtio,bridge=vmbr0" gets an address: "virtio=BC:24:11:…,bridge=vmbr0".
std::string with_mac(const Call& call, std::int64_t vmid, const std::string& value) {
  std::string line;
  for (const auto& [key, part] : properties(value)) {
    if (!line.empty()) line += ",";
    if (key.empty() || key == "model") {
      line += fmt::format("{}={}", part, new_mac(call.world.scenario, vmid, call.now()));
    } else {
      line += fmt::format("{}={}", key, part);
    }
  }
  return line;
}

bool is_disk(const std::string& key) {
  static constexpr std::array<std::string_view, 4> kBuses = {"scsi", "virtio", "sata", "ide"};
  return key != "scsihw" && !key.starts_with("virtiofs") &&
         std::ranges::any_of(kBuses, [&](std::string_view bus) { return key.starts_with(bus); });
}

std::string amount(double bytes) {
  if (bytes >= 1073741824.0) return fmt::format("{:.1f} GiB", bytes / 1073741824.0);
  if (bytes > 0) return fmt::format("{:.1f} MiB", bytes / kMib);
  return "0.0 B";
}

// A volume whose content comes from an image file on the node.
std::string import_disk(Call& call, Guest& guest, const std::string& key,
                        const Model::Storage& storage, const std::string& source) {
  const Model::CloudImage& image = call.model().cloud_image;
  if (!source.starts_with('/')) throw Unsupported{};
  if (source != image.path || !call.model().cloud_image_present) {
    throw Refusal{255, fmt::format("can't find file '{}'\n", source)};
  }
  const std::int64_t size = image.virtual_size;
  const std::string volume = allocate_volume(call, storage, guest.vmid, "disk-0", size, "images");
  constexpr int kSteps = 50;
  const auto bytes = static_cast<double>(size);
  for (int step = 0; step <= kSteps; ++step) {
    if (step > 0) call.spend(call.model().vm.import_s / kSteps);
    const double done = bytes * step / kSteps;
    call.out(fmt::format("transferred {} of {} ({:.2f}%)\n", amount(done), amount(bytes),
                         100.0 * step / kSteps));
  }
  call.out(fmt::format("transferred {} of {} (100.00%)\n", amount(bytes), amount(bytes)));
  const std::string line = fmt::format("{},size={}", volume, size_text(size));
  call.out(fmt::format("{}: successfully created disk '{}'\n", key, line));
  guest.packages = call.model().vm.packages;
  guest.has_system = image.format == "qcow2" && image.corruptions == 0;
  return line;
}

std::string new_disk(Call& call, Guest& guest, const std::string& key, const std::string& value) {
  const std::string volume = property(value, "");
  const auto colon = volume.find(':');
  if (colon == std::string::npos) throw Unsupported{};
  const std::string name = volume.substr(0, colon), rest = volume.substr(colon + 1);
  const Model::Storage& storage = require_storage(
      call, name, "images", fmt::format("storage '{}' does not support vm images\n", name));
  if (rest == "cloudinit") {
    const std::string drive =
        allocate_volume(call, storage, guest.vmid, "cloudinit", 4194304, "images") + ",media=cdrom";
    call.out(
        fmt::format("{}: successfully created disk '{}'\ngenerating cloud-init ISO\n", key, drive));
    return drive;
  }
  const std::string source = property(value, "import-from");
  if (source.empty()) throw Unsupported{};
  return import_disk(call, guest, key, storage, source);
}

// Storages are looked at before anything is said or done.
void require_storages(const Call& call, const Arguments& arguments) {
  for (const auto& [key, value] : arguments.options) {
    if (!is_disk(key)) continue;
    const std::string volume = property(value, "");
    try {
      require_storage(call, volume.substr(0, volume.find(':')), "images", "");
    } catch (const Refusal& refusal) {
      if (!refusal.text.empty()) throw Refusal{2, refusal.text};
    }
  }
}

void require_boot_devices(const Guest& guest, const Arguments& arguments) {
  for (const std::string& device : split(property(arguments.get("boot"), "order"), ';')) {
    if (device.empty() || guest.config.contains(device) || arguments.has(device)) continue;
    throw Refusal{255, fmt::format("invalid bootorder: device '{}' does not exist'\n", device)};
  }
}

// Of several devices the later ones in the alphabet come first: ide2 waits for scsi0.
void apply(Call& call, Guest& guest, const Arguments& arguments) {
  require_boot_devices(guest, arguments);
  for (const auto& [key, value] : arguments.options) {
    if (key == "delete" || key == "digest" || key == "force" || key == "skiplock" ||
        key == "cipassword" || key == "start" || key == "storage" || key == "pool") {
      continue;
    }
    if (key.starts_with("net") && key != "nameserver") {
      guest.config[key] = with_mac(call, guest.vmid, value);
    } else if (is_disk(key)) {
      guest.config[key] = new_disk(call, guest, key, value);
    } else {
      guest.config[key] = value;
    }
  }
}

}  // namespace

int qm_create(Call& call) {
  Arguments arguments = pve_arguments(call, "qm create");
  const std::int64_t vmid = arguments.vmid();
  if (const Guest* taken = call.state().find_guest(vmid)) {
    throw Refusal{255, fmt::format("unable to create VM {} - {} {} already exists on node '{}'\n",
                                   vmid, taken->facts().short_noun, vmid, call.model().node.name)};
  }
  require_storages(call, arguments);
  if (arguments.has("sshkeys")) {
    arguments.options["sshkeys"] = url_encoded(option_file(call, arguments, "sshkeys"));
  }
  call.spend(std::max(call.model().vm.create_s - 0.7, 0.0));
  Guest guest{.vmid = vmid, .kind = GuestKind::kVm, .has_system = false, .created = call.now()};
  const auto new_uuid = [&](std::string_view what) {
    return uuid(call.world.scenario.seed, what, call.now() + vmid);
  };
  guest.config["meta"] = fmt::format("creation-qemu=11.0.0,ctime={}", call.epoch_s());
  guest.config["smbios1"] = "uuid=" + new_uuid("smbios");
  guest.config["vmgenid"] = new_uuid("vmgenid");
  apply(call, guest, arguments);
  if (!arguments.has("boot")) {
    guest.config["boot"] = arguments.has("net0") ? "order=net0" : " ";
  }
  call.state().guests.push_back(std::move(guest));
  if (arguments.flag("start")) {
    call.out("Execute autostart\n");
    start_new_guest(call);
  }
  return 0;
}

int qm_set(Call& call) {
  Arguments arguments = pve_arguments(call, "qm set");
  if (arguments.options.empty()) throw Refusal{2, "no options specified\n"};
  Guest& guest = require_guest(call, arguments.vmid(), GuestKind::kVm, 2);
  if (arguments.has("sshkeys")) {
    arguments.options["sshkeys"] = url_encoded(option_file(call, arguments, "sshkeys"));
  }
  require_storages(call, arguments);
  if (!arguments.flag("skiplock")) require_unlocked(guest);
  std::string changes;
  for (const auto& [key, value] : arguments.options) {
    changes += fmt::format(" -{} {}", key, key == "cipassword" ? "<hidden>" : value);
  }
  std::vector<std::string> deleted;
  for (const std::string& key : split(arguments.get("delete"), ',')) {
    if (key.empty()) continue;
    if (!has_option("qm set", key)) {
      throw verification_failed("qm set", "delete", fmt::format("unknown option '{}'", key), 255);
    }
    deleted.push_back(key);
  }
  call.out(fmt::format("update VM {}:{}\n", guest.vmid, changes));
  for (const std::string& key : deleted) {
    if (guest.config.erase(key) == 0) {
      call.err(fmt::format("cannot delete '{}' - not set in current configuration!\n", key));
    }
  }
  apply(call, guest, arguments);
  return 0;
}

// Failures are told on standard error, with exit status 0: as the real tool does.
int qm_resize(Call& call) {
  const Arguments arguments = pve_arguments(call, "qm disk resize");
  const std::string wanted = arguments.positional.at("size");
  const bool relative = wanted.starts_with('+');
  const std::int64_t bytes = size_in_bytes(wanted.substr(relative ? 1 : 0), "");
  Guest* guest = call.state().find_guest(arguments.vmid());
  if (guest == nullptr || !guest->is_vm()) {
    return call.fail(0, no_config(call.model(), arguments.vmid(), GuestKind::kVm));
  }
  const std::string disk = arguments.positional.at("disk");
  const std::string line = guest->option(disk);
  if (line.empty()) return call.fail(0, fmt::format("disk '{}' does not exist\n", disk));
  const std::int64_t before = size_in_bytes(property(line, "size"), "");
  const std::int64_t after = relative ? before + bytes : bytes;
  if (after < before) return call.fail(0, "shrinking disks is not supported\n");
  const std::string volid = property(line, "");
  resize_volume(call, volid, after);
  call.spend(0.6);
  guest->config[disk] = fmt::format("{},size={}", volid, size_text(after));
  return 0;
}

}  // namespace pve_accept::sim
