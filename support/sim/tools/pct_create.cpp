#include <algorithm>

#include "support/sim/model/addresses.h"
#include "support/sim/model/pve_values.h"
#include "support/sim/model/volumes.h"
#include "support/sim/tools/guest_commands.h"
#include "support/sim/tools/pve_options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

// mkfs puts them into the groups that are 1 and the powers of 3, 5 and 7 (sparse_super).
std::string superblock_backups(std::int64_t blocks) {
  std::vector<std::int64_t> groups = {1};
  for (const std::int64_t base : {3, 5, 7}) {
    for (std::int64_t group = base; group < 1000; group *= base) groups.push_back(group);
  }
  std::ranges::sort(groups);
  std::vector<std::string> places;
  for (const std::int64_t group : groups) {
    if (group * 32768 < blocks) places.push_back(std::to_string(group * 32768));
  }
  return fmt::format("{}", fmt::join(places, ", "));
}

}  // namespace

void print_file_system(Call& call, const Model::Storage& storage, std::int64_t vmid,
                       std::int64_t size) {
  if (storage.type == "zfspool") return;  // a subvolume
  const std::int64_t blocks = size / 4096;
  call.spend(0.5);
  call.out(fmt::format(
      "Creating filesystem with {} 4k blocks and {} inodes\n"
      "Filesystem UUID: {}\n"
      "Superblock backups stored on blocks: \n\t{}\n",
      blocks, blocks / 4, uuid(call.world.scenario.seed, fmt::format("fs {}", vmid), call.now()),
      superblock_backups(blocks)));
}

namespace {

// The path of a template, empty when the storage does not have it. Refuses an unknown storage.
std::string template_path(Call& call, const std::string& volid) {
  if (volid.starts_with('/')) {
    for (const Model::Template& known : call.model().templates) {
      if (volid == "/var/lib/vz/template/cache/" + known.file) return volid;
    }
    return "";
  }
  const std::string storage = volid.substr(0, volid.find(':'));
  require_storage(call, storage, "vztmpl",
                  fmt::format("storage '{}' does not support container templates\n", storage));
  for (const Model::Template& known : call.model().templates) {
    if (volid == fmt::format("{}:vztmpl/{}", known.storage, known.file)) {
      return "/var/lib/vz/template/cache/" + known.file;
    }
  }
  return "";
}

void print_keys(Call& call, const std::string& hostname) {
  for (const char* type : {"rsa", "ed25519", "ecdsa"}) {
    call.out(fmt::format("Creating SSH host key 'ssh_host_{}_key' - this may take some time ...\n",
                         type));
    call.spend(0.4);
    call.out(fmt::format("done: SHA256:{} root@{}\n",
                         hex(call.world.scenario.seed, type, call.now(), 43), hostname));
  }
}

void fill_config(const Call& call, const Arguments& arguments, Guest& guest) {
  static const std::vector<std::string> not_kept = {
      "rootfs", "ssh-public-keys", "start",  "storage", "password",   "pool",
      "force",  "restore",         "unique", "bwlimit", "ha-managed", "ignore-unpack-errors"};
  for (const auto& [key, value] : arguments.options) {
    if (!contains(not_kept, key)) {
      guest.config[key] = value;
    }
  }
  guest.config.try_emplace("arch", "amd64");
  guest.config.try_emplace("hostname", fmt::format("CT{}", guest.vmid));
  guest.config.try_emplace("memory", "512");
  guest.config.try_emplace("swap", "512");
  guest.config.try_emplace("ostype", "debian");
  guest.config.try_emplace("unprivileged", "1");
  if (guest.option("unprivileged") == "0") guest.config.erase("unprivileged");
  for (auto& [key, value] : guest.config) {
    if (!key.starts_with("net") || key == "nameserver" || !property(value, "hwaddr").empty()) {
      continue;
    }
    std::string line;  // name, bridge, hwaddr, ip, type: PVE writes them in the alphabet's order
    auto parts = properties(value);
    parts.emplace_back("hwaddr", new_mac(call.world.scenario, guest.vmid, call.now()));
    parts.emplace_back("type", "veth");
    const std::string name = property(value, "name");
    std::erase_if(parts, [](const auto& part) { return part.first == "name"; });
    std::ranges::sort(parts);
    line = "name=" + name;
    for (const auto& [part, text] : parts) line += fmt::format(",{}={}", part, text);
    value = line;
  }
}

struct Rootfs {
  std::string storage;
  std::int64_t size = 0;
};

Rootfs wanted_rootfs(const Arguments& arguments) {
  const std::string text = arguments.get("rootfs", arguments.get("storage", "local") + ":4");
  const std::string volume = property(text, "").empty() ? text : property(text, "");
  const auto colon = volume.find(':');
  Rootfs rootfs{volume.substr(0, colon), -1};
  if (colon != std::string::npos) rootfs.size = size_in_bytes(volume.substr(colon + 1), "G");
  const bool more = std::ranges::any_of(
      arguments.options, [](const auto& option) { return option.first.starts_with("mp"); });
  if (rootfs.size <= 0 || more) throw Unsupported{};  // an existing volume, further ones
  return rootfs;
}

}  // namespace

int pct_create(Call& call) {
  const Arguments arguments = pve_arguments(call, "pct create");
  const std::int64_t vmid = arguments.vmid();
  if (const Guest* taken = call.state().find_guest(vmid)) {
    throw Refusal{255, fmt::format("{} {} already exists on node '{}'\n", taken->facts().short_noun,
                                   vmid, call.model().node.name)};
  }
  const std::string keys = option_file(call, arguments, "ssh-public-keys");
  const Rootfs rootfs = wanted_rootfs(arguments);
  const Model::Storage& storage = require_storage(
      call, rootfs.storage, "rootdir",
      fmt::format("400 Parameter verification failed.\nstorage: storage '{}' does not support "
                  "container directories\n{}",
                  rootfs.storage, usage("pct create")));
  const std::string volid = arguments.positional.at("ostemplate");
  const std::string path = template_path(call, volid);

  const std::string disk = allocate_volume(call, storage, vmid, "disk-0", rootfs.size, "rootdir");
  print_file_system(call, storage, vmid, rootfs.size);
  if (path.empty()) {
    call.out(fmt::format("volume '{}' does not exist\n", volid));
    remove_volume(call, disk);
    throw Refusal{
        255, fmt::format("unable to create CT {} - volume '{}' does not exist\n", vmid, volid)};
  }
  call.out(fmt::format("extracting archive '{}'\n", path));
  call.spend(std::max(call.model().lxc.create_s - 2.5, 0.1));
  call.out("Total bytes read: 551505920 (526MiB, 387MiB/s)\n");
  call.out("Detected container architecture: amd64\n");

  Guest guest{.vmid = vmid, .kind = GuestKind::kLxc, .created = call.now()};
  fill_config(call, arguments, guest);
  guest.config["rootfs"] = fmt::format("{},size={}", disk, size_text(rootfs.size));
  guest.raw_config = call.model().lxc.raw_config;
  guest.packages = call.model().lxc.packages;
  if (!keys.empty()) guest.files["/root/.ssh/authorized_keys"] = keys;
  print_keys(call, arguments.get("hostname", "localhost"));
  const bool nesting = property(guest.option("features"), "nesting") == "1";
  if (!nesting) call.out("WARN: Systemd 257 detected. You may need to enable nesting.\n");
  call.state().guests.push_back(std::move(guest));
  if (arguments.flag("start")) {
    start_new_guest(call);
  }
  if (!nesting) call.err("Task finished with 1 warning(s)!\n");
  return 0;
}

}  // namespace pve_accept::sim
