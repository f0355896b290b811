#include "support/sim/model/guest_config.h"

#include <algorithm>
#include <array>

#include "support/base/contains.h"
#include "support/base/version.h"
#include "support/sim/model/pve_values.h"
#include "support/sim/model/volumes.h"

namespace pve_accept::sim {
namespace {

constexpr std::int64_t kMiB = 1048576;

std::string escaped_description(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\n') {
      escaped += "%0A";
    } else if (c == '%') {
      escaped += "%25";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

Json pressure(const Guest& guest, std::string_view value) {
  // pct prints strings, qm numbers.
  return !guest.is_vm() ? Json(std::string(value) + ".00") : Json(0);
}

// Proxmox VE's own revisions of QEMU's machines, with the first qemu-server that has each
// ($PVE_MACHINE_VERSION in PVE/QemuServer/Machine.pm): a Linux VM that says nothing of its machine
// gets the newest of both at each cold start.
struct MachineRevision {
  std::string_view machine, qemu_server;
  int revision;
};
constexpr auto kMachineRevisions = std::to_array<MachineRevision>({
    {"9.2", "8.3.10", 1},
    {"10.0", "9.0.20", 1},
    {"11.0", "9.1.18", 1},
    {"11.0", "9.2.0", 2},
});

// "pc-i440fx-11.0+pve0" of QEMU 11.0.0-3.
std::string newest_machine(const Model::Node& node) {
  const std::string& qemu = node.packages.at("pve-qemu-kvm");
  const std::string version = qemu.substr(0, qemu.find('.', qemu.find('.') + 1));
  const auto installed = node.packages.find("qemu-server");
  int revision = 0;
  for (const MachineRevision& each : kMachineRevisions) {
    const bool known = each.machine == version && installed != node.packages.end() &&
                       !version_less(installed->second, each.qemu_server);
    if (known) revision = each.revision;
  }
  return fmt::format("pc-i440fx-{}+pve{}", version, revision);
}

}  // namespace

std::vector<const Guest*> sorted_guests(const State& state, std::optional<GuestKind> kind) {
  std::vector<const Guest*> guests;
  for (const Guest& guest : state.guests) {
    if (!kind || guest.kind == *kind) guests.push_back(&guest);
  }
  std::ranges::sort(guests, {}, &Guest::vmid);
  return guests;
}

std::string config_listing(const Guest& guest) {
  std::string text;
  for (const auto& [key, value] : guest.config) {
    if (key == "description" && !guest.is_vm()) {
      text += fmt::format("{}: {}%0A\n", key, escaped_description(value));
    } else {
      text += fmt::format("{}: {}\n", key, value);
    }
  }
  for (const auto& [key, value] : guest.raw_config) text += fmt::format("{}: {}\n", key, value);
  return text;
}

std::string config_file(const Guest& guest) {
  std::string text;
  const std::string description = guest.option("description");
  if (!description.empty()) text += fmt::format("#{}\n", escaped_description(description));
  for (const auto& [key, value] : guest.config) {
    if (key != "description") text += fmt::format("{}: {}\n", key, value);
  }
  for (const auto& [key, value] : guest.raw_config) text += fmt::format("{}: {}\n", key, value);
  return text;
}

// Numbers are numbers where PVE's schema says integer; qemu's memory and agent are strings there.
Json config_json(const Call& call, const Guest& guest) {
  static const std::vector<std::string> strings = {"memory", "agent", "hostname",
                                                   "name",   "tags",  "description"};
  Json config = Json::object();
  for (const auto& [key, value] : guest.config) {
    const bool text = contains(strings, key) && !(key == "memory" && !guest.is_vm());
    config[key] = !text && is_number(value) ? Json(std::stoll(value)) : Json(value);
    if (key == "description" && !guest.is_vm()) config[key] = value + "\n";
  }
  config["digest"] = hex(call.world.scenario.seed, config_file(guest), guest.vmid, 40);
  for (const auto& [key, value] : guest.raw_config) config["lxc"].push_back({key, value});
  return config;
}

std::int64_t disk_size(const Guest& guest) {
  const std::string line = guest.option(!guest.is_vm() ? "rootfs" : "scsi0");
  return std::max<std::int64_t>(size_in_bytes(property(line, "size"), ""), 0);
}

FileSystem root_file_system(const Call& call, const Guest& guest) {
  FileSystem root;
  const std::int64_t disk = disk_size(guest);
  if (!guest.is_vm()) {
    root.source = fmt::format("/dev/mapper/pve-vm--{}--disk--0", guest.vmid);
    root.size = static_cast<std::int64_t>(static_cast<double>(disk) * 0.97453);  // ext4's own
  } else {
    root.source = "/dev/sda1";
    root.size = static_cast<std::int64_t>(static_cast<double>(disk - 131 * kMiB) * 0.9805);
  }
  root.used = static_cast<std::int64_t>(call.world.figures.disk_used_mib(guest) * kMib);
  const auto reserved = static_cast<std::int64_t>(static_cast<double>(disk) * 0.05156);
  root.available = std::max<std::int64_t>(root.size - root.used - reserved, 0);
  return root;
}

std::string short_size(std::int64_t bytes) {
  constexpr std::array kUnits = {"B", "K", "M", "G", "T"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f}{}", value, kUnits[unit]);
}

Json current_status(const Call& call, const Guest& guest) {
  const bool vm = guest.is_vm();
  const std::int64_t memory = guest.number("memory", 512);
  const Booked booked = call.world.figures.booked(guest, call.now());
  Json status = {
      {"cpus", guest.number("cores", 1)},
      {"disk", 0},
      {"ha", {{"managed", 0}}},
      {"maxdisk", disk_size(guest)},
      {"maxmem", memory * kMiB},
      {"mem", 0},
      {"name", guest.name()},
      {"netin", 0},
      {"netout", 0},
      {"status", guest.running ? "running" : "stopped"},
      {"uptime", 0},
      {"vmid", guest.vmid},
  };
  if (!guest.option("tags").empty()) status["tags"] = guest.option("tags");
  if (!guest.option("lock").empty()) status["lock"] = guest.option("lock");
  if (vm) {
    status["memhost"] = 0;
    status["qmpstatus"] = guest.running ? "running" : "stopped";
    if (guest.config.contains("serial0")) status["serial"] = 1;
  } else {
    status["type"] = "lxc";
    status["diskread"] = 0;
    status["diskwrite"] = 0;
    status["swap"] = 0;
    status["maxswap"] = guest.number("swap", 512) * kMiB;
  }
  if (!guest.running) return status;
  status["cpu"] = 0.01;
  status["pid"] = guest.pid;
  status["uptime"] = std::max<Millis>((call.now() - guest.started) / 1000, 0);
  // Of its cgroup, without page cache.
  status["mem"] = static_cast<std::int64_t>((booked.current_mib - booked.file_mib) * kMib);
  status["netin"] = 855 + (call.now() - guest.started) / 10;
  status["netout"] = 1677 + (call.now() - guest.started) / 20;
  for (const char* what : {"cpu", "io", "memory"}) {
    status[fmt::format("pressure{}full", what)] = pressure(guest, "0");
    status[fmt::format("pressure{}some", what)] = pressure(guest, "0");
  }
  if (vm) {
    status["memhost"] = status["mem"];
    const std::string& qemu = call.model().node.packages.at("pve-qemu-kvm");
    status["running-qemu"] = qemu.substr(0, qemu.find('-'));
    status["running-machine"] = newest_machine(call.model().node);
    if (guest.option("agent").starts_with('1')) status["agent"] = 1;
    status["nics"] = {{fmt::format("tap{}i0", guest.vmid),
                       {{"netin", status["netin"]}, {"netout", status["netout"]}}}};
  } else {
    const FileSystem root = root_file_system(call, guest);
    status["disk"] = root.used;
    status["maxdisk"] = root.size;
    status["diskread"] = 331227136;
    status["diskwrite"] = 25100288;
  }
  return status;
}

}  // namespace pve_accept::sim
