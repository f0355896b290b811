#include "support/pve/vm_guest.h"

#include <fmt/format.h>

#include <utility>

#include "support/base/reply.h"
#include "support/base/units.h"
#include "support/pve/addresses.h"
#include "support/pve/config_values.h"
#include "support/pve/confinement.h"
#include "support/pve/guest_agent.h"
#include "support/pve/spec_check.h"

namespace pve_accept {
namespace {

bool has_disk(const Json& config) {
  return text::contains(config_value(config, "scsi0").head, ":");
}

bool has_disk_of(const Json& config, int size_gib) {
  const std::string size = config_value(config, "scsi0").part("size");
  return !size.empty() && parse_disk_size(size) == size_gib * kGib;
}

bool has_cloud_init(const Json& config) {
  return text::contains(config_text(config, "ide2"), "cloudinit");
}

bool has_first_boot(const Json& config) {
  return config_text(config, "ciuser") == "root" && !config_text(config, "sshkeys").empty() &&
         config_text(config, "ciupgrade") == "0";
}

}  // namespace

void VmGuest::create(const GuestSpec& spec) {
  const std::string id = to_string(vmid());
  change_config(
      with_options({"qm", "create", id}, {{"--name", spec.name},
                                          {"--cores", std::to_string(spec.cores)},
                                          {"--memory", std::to_string(spec.memory_mib)},
                                          {"--net0", fmt::format("virtio,bridge={}", spec.bridge)},
                                          {"--scsihw", "virtio-scsi-single"},
                                          {"--agent", "1"},
                                          {"--balloon", "0"},
                                          {"--tags", spec.tag},
                                          {"--description", spec.description}}),
      fmt::format("create VM {}", vmid()),
      [&spec](const Json& config) { return bears_description(config, spec); },
      fmt::format("the description '{}'", spec.description));
  change_config(
      {"qm", "set", id, "--scsi0", fmt::format("{}:0,import-from={}", spec.storage, spec.image)},
      fmt::format("import the cloud image into VM {}", vmid()), has_disk, "a disk scsi0",
      spec.create_deadline);
  // The boot order can only name a disk that is there.
  change_config({"qm", "set", id, "--ide2", fmt::format("{}:cloudinit", spec.storage), "--boot",
                 "order=scsi0", "--serial0", "socket", "--vga", "serial0"},
                fmt::format("give VM {} its cloud-init drive", vmid()), has_cloud_init,
                "a cloud-init drive ide2");
  change_config(
      {"qm", "disk", "resize", id, "scsi0", fmt::format("{}G", spec.disk_gib)},
      fmt::format("resize the disk of VM {}", vmid()),
      [&spec](const Json& config) { return has_disk_of(config, spec.disk_gib); },
      fmt::format("a disk of {} GiB", spec.disk_gib));
  // PVE's default has cloud-init upgrade all packages first: minutes, and not without internet.
  change_config({"qm", "set", id, "--ciuser", "root", "--sshkeys", spec.public_key_file,
                 "--ipconfig0", "ip=dhcp", "--ciupgrade", "0"},
                fmt::format("set up cloud-init of VM {}", vmid()), has_first_boot,
                "the user root, its key, and no upgrade");
}

std::vector<std::string> VmGuest::differences_from(const GuestSpec& spec) {
  auto differences = config_differences(
      config(), {{"agent", "enabled=1,fstrim_cloned_disks=?*"},
                 {"balloon", "0"},
                 {"boot", "order=scsi0"},
                 {"ciupgrade", "0"},
                 {"ciuser", "root"},
                 {"cores", std::to_string(spec.cores)},
                 {"description", "*"},
                 {"ide2", fmt::format("file={}:*cloudinit*,media=cdrom,size=?*", spec.storage)},
                 {"ipconfig0", "ip=dhcp"},
                 {"memory", fmt::format("current={}", spec.memory_mib)},
                 {"meta", "?*"},
                 {"name", spec.name},
                 {"net0", fmt::format("virtio=*,bridge={},firewall=?0", spec.bridge)},
                 {"scsi0", fmt::format("file={}:*,size={}G", spec.storage, spec.disk_gib)},
                 {"scsihw", "virtio-scsi-single"},
                 {"serial0", "socket"},
                 {"smbios1", "?*"},
                 {"sockets", "?1"},
                 {"sshkeys", "*"},
                 {"tags", "*"},
                 {"vga", "type=serial0"},
                 {"vmgenid", "?*"}});
  add_limits_in_force("max", differences);  // what it may take is what QEMU gives it
  return differences;
}

std::vector<std::string> VmGuest::gaps_in_confinement(Shell& inside) {
  std::vector<std::string> gaps = ways_to_the_node(config());
  if (config_text(config(), "kvm") == "0") gaps.emplace_back("kvm: 0");
  const Command command = reading({"systemd-detect-virt"});
  const CommandResult result = inside.run(command);
  const std::string_view virt = text::trimmed(result.out);
  // Exits 1 when it finds no virtualisation, and then says "none".
  if (virt.empty()) throw unusable(inside, command, result, "ask the VM what it runs under");
  if (virt != "kvm") gaps.push_back(fmt::format("the VM runs under {}, not under kvm", virt));
  return gaps;
}

// Every guest on the bridge answers a ping to all nodes, and so enters the node's table of
// neighbours, where its MAC identifies it.
std::optional<std::string> VmGuest::address() {
  const Json found = config();
  const std::string mac = mac_address(found);
  const std::string bridge = config_value(found, "net0").part("bridge");
  node_.shell().run(reading({"ping", "-c", "2", "-I", bridge, "ff02::1"}));
  const Json neighbours =
      run_json(node_.shell(), reading({"ip", "-j", "neigh", "show", "dev", bridge}),
               "read the neighbours on the bridge");
  if (auto address = address_of_neighbour(neighbours, mac, bridge)) return address;
  if (!agent_for_address_.is_due(clock_.now())) return std::nullopt;
  const auto interfaces = GuestAgent(node_.shell(), vmid()).network_interfaces();
  return interfaces ? address_from_agent(*interfaces, mac) : std::nullopt;
}

void VmGuest::watch_boot() {
  agent_for_keys_.boots(clock_.now());
  agent_for_address_.boots(clock_.now());
  open_console();
}

void VmGuest::open_console() {
  console_.reset();  // of an earlier boot: one reader at a time
  console_.emplace(node_.shell(), vmid());
}

// A cloud image carries no agent, but its cloud-init prints the keys at the end of the first boot.
// What stands there goes first: an agent may answer before cloud-init has replaced the image's
// keys.
HostKeys VmGuest::host_keys() {
  if (auto keys = keys_on_console(); !keys.empty()) return {.keys = std::move(keys)};
  if (agent_for_keys_.is_due(clock_.now())) {
    const auto key =
        GuestAgent(node_.shell(), vmid()).read_file("/etc/ssh/ssh_host_ed25519_key.pub");
    if (key && !text::trimmed(*key).empty()) return {.keys = {std::string(text::trimmed(*key))}};
  }
  return {
      .trouble = fmt::format("{}, and its guest agent tells none",
                             console_ ? console_->trouble() : "its serial console was not watched"),
      .hint =
          fmt::format("see `qm terminal {}`: cloud-init has to print the host keys at the first "
                      "boot (`ssh: {{emit_keys_to_console: true}}`), or the image has to bring "
                      "qemu-guest-agent",
                      vmid())};
}

// As PVE does: by the file that QEMU wrote, and by whether that process is the one that wrote it.
std::optional<std::int64_t> VmGuest::find_process() {
  const std::string path = fmt::format("/var/run/qemu-server/{}.pid", vmid());
  const auto file = find_file(path);
  if (!file) return std::nullopt;
  const auto pid = text::to_whole(text::trimmed(*file));
  if (!pid) return 0;  // it is being written
  const auto command_line = find_file(fmt::format("/proc/{}/cmdline", *pid));
  const std::string mark = fmt::format("-pidfile{0}{1}{0}", '\0', path);
  return command_line && text::contains(*command_line, mark) ? pid : std::nullopt;
}

std::vector<std::string> VmGuest::keys_on_console() {
  if (!console_) return {};
  try {
    return console_->host_keys();
  } catch (const ConnectionError&) {
    open_console();  // the keys may be still to come
    return {};
  }
}

std::string VmGuest::disk_volume() { return volume_at(config(), "scsi0"); }

std::vector<std::string> VmGuest::shutdown_arguments() const { return {"--timeout", "60"}; }

std::vector<std::string> VmGuest::restore_command(const std::string& archive) const {
  return {"qmrestore", archive, to_string(vmid())};
}

}  // namespace pve_accept
