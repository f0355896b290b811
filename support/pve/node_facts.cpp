#include "support/pve/node_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "support/base/contains.h"
#include "support/base/reply.h"
#include "support/base/units.h"
#include "support/base/version.h"

namespace pve_accept {
namespace {

std::vector<std::string> list_of(std::string_view text, std::string_view separators) {
  const auto parts = text::parts(text, separators);
  return {parts.begin(), parts.end()};
}

std::optional<Vmid> vmid_in(std::string_view text) {
  const auto number = text::to_whole(text);
  const bool fits = number && *number >= Vmid::kLowest && *number <= Vmid::kHighest;
  return fits ? std::optional(Vmid(static_cast<int>(*number))) : std::nullopt;
}

Vmid vmid_of(const JsonCursor& value) {
  const std::int64_t number = text::whole(value);
  if (number < Vmid::kLowest || number > Vmid::kHighest) {
    value.fail(fmt::format("{} is not the number of a guest", number));
  }
  return Vmid(static_cast<int>(number));
}

GuestKind kind_of(const JsonCursor& type) {
  for (const GuestFacts& facts : kGuestTable) {
    if (facts.api_path == type.string()) return facts.kind;
  }
  type.fail(fmt::format("expected 'lxc' or 'qemu', found '{}'", type.string()));
}

// Of the cluster file system, with a folder for each node.
constexpr std::string_view kNodesFolder = "/etc/pve/nodes";

// "proxmox-ve: 9.2.0 (running kernel: 7.0.2-6-pve)": the part behind "running kernel: ".
std::optional<std::string> running_kernel(std::string_view value) {
  constexpr std::string_view kMark = "(running kernel: ";
  const std::size_t mark = value.find(kMark);
  const std::size_t end = value.find(')', mark);
  if (mark == std::string_view::npos || end == std::string_view::npos) return std::nullopt;
  return std::string(value.substr(mark + kMark.size(), end - mark - kMark.size()));
}

// What `pveversion -v` prints in place of a version: of a package that was never installed, or
// whose installation broke off, and of one that was removed but not purged.
constexpr std::array kNotInstalled = {"not correctly installed", "residual config"};

// What GRUB passes over in /boot (grub-mkconfig_lib, grub_file_is_not_garbage).
bool is_garbage(std::string_view file) {
  return file.ends_with("~") || file.ends_with(".old") || file.ends_with(".bak") ||
         text::contains(file, ".dpkg-");
}

}  // namespace

std::map<std::string, std::string> parse_pveversion(std::string_view text) {
  std::map<std::string, std::string> packages;
  for (const std::string_view line : text::lines(text)) {
    const std::size_t colon = line.find(": ");
    if (colon == 0 || colon == std::string_view::npos) {
      throw text::unexpected("`pveversion -v`", line, "\"package: version\"");
    }
    const std::string_view value = line.substr(colon + 2);
    if (auto kernel = running_kernel(value)) packages[kRunningKernel] = *kernel;
    if (std::ranges::any_of(kNotInstalled, [&](const char* state) {
          return value.starts_with(state);  // proxmox-ve's names the kernel behind it
        })) {
      continue;
    }
    const std::string_view version = value.substr(0, value.find(' '));
    if (version.empty()) throw text::unexpected("`pveversion -v`", line, "\"package: version\"");
    packages.emplace(line.substr(0, colon), version);
  }
  if (packages.empty()) throw text::unexpected("`pveversion -v`", text, "a list of packages");
  return packages;
}

std::map<std::string, ServiceState> parse_services(std::string_view text) {
  std::map<std::string, ServiceState> services;
  std::map<std::string, std::string, std::less<>> block;
  const auto close = [&] {
    if (block.empty()) return;
    if (block["Id"].empty() || block["ActiveState"].empty()) {
      throw text::unexpected("`systemctl show`", text, "an Id and an ActiveState in each block");
    }
    if (block["ActiveState"] == "active" && block["InvocationID"].empty()) {
      throw text::unexpected("`systemctl show`", text, "an InvocationID of what is active");
    }
    services[block["Id"]] = {.active = block["ActiveState"], .invocation = block["InvocationID"]};
    block.clear();
  };
  for (const std::string_view line : text::split(text, '\n')) {
    const std::size_t equals = line.find('=');
    if (line.empty()) {
      close();
    } else if (equals == 0 || equals == std::string_view::npos) {
      throw text::unexpected("`systemctl show`", line, "\"Property=value\"");
    } else {
      block.emplace(line.substr(0, equals), line.substr(equals + 1));
    }
  }
  close();
  return services;
}

NodeBoot parse_boot(std::string_view text) {
  constexpr std::size_t kUuidLength = 36;
  const auto lines = text::lines(text);
  if (lines.empty() || lines.front().size() != kUuidLength) {
    throw text::unexpected("the boot ID", text, "a UUID on a line of its own");
  }
  NodeBoot boot{.id = std::string(lines.front())};
  if (lines.size() > 1) boot.pinned_kernel = std::string(text::trimmed(lines[1]));
  return boot;
}

std::vector<std::string> parse_kernels(std::string_view listing) {
  constexpr std::string_view kPrefix = "vmlinuz-";
  std::vector<std::string> kernels;
  for (const std::string_view file : text::lines(listing)) {
    if (file.starts_with(kPrefix) && !is_garbage(file)) {
      kernels.emplace_back(file.substr(kPrefix.size()));
    }
  }
  if (kernels.empty()) throw text::unexpected("`ls /boot`", listing, "a vmlinuz-RELEASE");
  return kernels;
}

std::string next_kernel(const NodeBoot& boot, const std::vector<std::string>& kernels) {
  if (boot.pinned_kernel && contains(kernels, *boot.pinned_kernel)) return *boot.pinned_kernel;
  return *std::ranges::max_element(kernels, version_less);
}

PveVersion parse_version(const Json& reply) {
  return text::read_reply(reply, "/version", [](const JsonCursor& root) {
    return PveVersion{.release = root.at("release").string(),
                      .version = root.at("version").string()};
  });
}

std::vector<ClusterNode> parse_cluster_nodes(const Json& reply) {
  return text::read_list(reply, "/nodes", [](const JsonCursor& entry) {
    return ClusterNode{.name = entry.at("node").string(),
                       .status = text::text_or_empty(entry.find("status"))};
  });
}

NodeStatus parse_node_status(const Json& reply) {
  return text::read_reply(reply, "/nodes/N/status", [](const JsonCursor& root) {
    const JsonCursor cpu = root.at("cpuinfo");
    const JsonCursor memory = root.at("memory");
    NodeStatus status{
        .cpu_model = cpu.at("model").string(),
        .cpus = static_cast<int>(cpu.at("cpus").integer_between(1, 1 << 16)),
        .memory_total_mib = text::whole(memory.at("total")) / kMib,
        .memory_available_mib = 0,
        .kernel = root.at("current-kernel").at("release").string(),
    };
    // A node that is older than the key reports free memory only.
    const auto available = memory.find("available");
    status.memory_available_mib = text::whole(available ? *available : memory.at("free")) / kMib;
    if (status.memory_total_mib <= 0) memory.at("total").fail("expected a size above 0");
    return status;
  });
}

std::vector<StorageStatus> parse_storages(const Json& reply) {
  return text::read_list(reply, "/nodes/N/storage", [](const JsonCursor& entry) {
    return StorageStatus{.name = entry.at("storage").string(),
                         .type = entry.at("type").string(),
                         .content = list_of(entry.at("content").string(), ","),
                         .enabled = !entry.find("enabled") || text::truth(entry.find("enabled")),
                         .active = text::truth(entry.find("active")),
                         .available_bytes = text::whole_or_zero(entry.find("avail"))};
  });
}

bool takes_disks(const StorageStatus& storage) {
  return std::ranges::any_of(storage.content, [](const std::string& content) {
    return content == "images" || content == "rootdir";
  });
}

bool is_disk(const Volume& volume) { return volume.vmid && volume.content != "backup"; }

bool holds_disks(const StorageStatus& storage) { return storage.active && takes_disks(storage); }

std::vector<GuestEntry> parse_guests(const Json& reply) {
  return text::read_list(reply, "/cluster/resources", [](const JsonCursor& entry) {
    return GuestEntry{.vmid = vmid_of(entry.at("vmid")),
                      .kind = kind_of(entry.at("type")),
                      .node = entry.at("node").string(),
                      .name = text::text_or_empty(entry.find("name")),
                      .status = entry.at("status").string(),
                      .tags = parse_tags(text::text_or_empty(entry.find("tags")))};
  });
}

double parse_guest_memory_mib(const Json& reply, GuestKind kind) {
  return text::read_reply(reply, "/status/current", [kind](const JsonCursor& root) {
    if (const std::string status = root.at("status").string(); status != "running") {
      root.at("status").fail(fmt::format("expected 'running', found '{}'", status));
    }
    const JsonCursor memory = root.at(std::string(facts_of(kind).memory_key));
    const std::int64_t bytes = text::whole(memory);
    if (bytes < 0) memory.fail("expected a size");
    return mib(bytes);
  });
}

std::string parse_running_machine(const Json& reply) {
  return text::read_reply(reply, "/status/current", [](const JsonCursor& root) {
    return root.at("running-machine").string();
  });
}

std::map<std::string, std::string> parse_first_lines(std::string_view text,
                                                     const std::vector<std::string>& files) {
  std::map<std::string, std::string> lines;
  for (const std::string_view line : text::lines(text)) {
    const auto file = std::ranges::find_if(files, [&](const std::string& each) {
      return line.starts_with(each) && line.substr(each.size()).starts_with(':');
    });
    if (file == files.end()) throw text::unexpected("`grep -sH ''`", line, "a path that was asked");
    lines.emplace(*file, text::trimmed(line.substr(file->size() + 1)));
  }
  return lines;
}

std::string GuestFile::path() const {
  return fmt::format("{}/{}/{}/{}.conf", kNodesFolder, node, facts_of(kind).config_folder, vmid);
}

std::vector<GuestFile> parse_guest_files(std::string_view text) {
  constexpr std::string_view kEnd = ".conf";
  std::vector<GuestFile> files;
  for (const std::string_view line : text::lines(text)) {
    if (!line.starts_with(kNodesFolder)) {
      throw text::unexpected("`find /etc/pve/nodes`", line, "a path in that folder");
    }
    const auto parts =
        text::split(line.substr(kNodesFolder.size()), '/');  // "", node, folder, file
    if (parts.size() != 4 || !parts[3].ends_with(kEnd)) continue;
    const auto vmid = vmid_in(parts[3].substr(0, parts[3].size() - kEnd.size()));
    for (const GuestFacts& facts : kGuestTable) {
      if (parts[2] != facts.config_folder || !vmid) continue;
      files.push_back({*vmid, facts.kind, std::string(parts[1])});
    }
  }
  return files;
}

std::vector<Volume> parse_volumes(const Json& reply) {
  return text::read_list(reply, "/nodes/N/storage/S/content", [](const JsonCursor& entry) {
    Volume volume{.volid = entry.at("volid").string(),
                  .content = text::text_or_empty(entry.find("content")),
                  .notes = text::text_or_empty(entry.find("notes"))};
    if (const auto owner = entry.find("vmid"); text::whole_or_zero(owner) != 0) {
      volume.vmid = vmid_of(*owner);
    }
    return volume;
  });
}

std::vector<Task> parse_tasks(const Json& reply) {
  return text::read_list(reply, "/nodes/N/tasks", [](const JsonCursor& entry) {
    Task task{.type = entry.at("type").string()};
    // Of a task that is not a guest's, the id is empty or a name.
    task.vmid = vmid_in(text::text_or_empty(entry.find("id")));
    return task;
  });
}

std::vector<Bridge> parse_bridges(const Json& reply) {
  return text::read_reply(reply, "/nodes/N/network", [](const JsonCursor& root) {
    std::vector<Bridge> bridges;
    for (const JsonCursor& entry : root.elements()) {
      const std::string type = entry.at("type").string();
      if (type != "bridge" && type != "OVSBridge") continue;
      bridges.push_back(
          {.name = entry.at("iface").string(), .active = text::truth(entry.find("active"))});
    }
    return bridges;
  });
}

std::vector<std::string> parse_tags(std::string_view text) { return list_of(text, ";, "); }

}  // namespace pve_accept
