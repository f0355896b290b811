#include "support/pve/node_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "support/pve/reply.h"

namespace pve_accept {
namespace {

constexpr std::int64_t kMib = 1024 * 1024;

std::vector<std::string> list_of(std::string_view text, std::string_view separators) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(separators);
    if (end != 0) items.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return items;
}

Vmid vmid_of(const JsonCursor& value) {
  const std::int64_t number = pve::whole(value);
  if (number < Vmid::kLowest || number > Vmid::kHighest) {
    value.fail(fmt::format("{} is not the number of a guest", number));
  }
  return Vmid(static_cast<int>(number));
}

GuestKind kind_of(const JsonCursor& type) {
  if (type.string() == "lxc") return GuestKind::kLxc;
  if (type.string() == "qemu") return GuestKind::kVm;
  type.fail(fmt::format("expected 'lxc' or 'qemu', found '{}'", type.string()));
}

// "proxmox-ve: 9.2.0 (running kernel: 7.0.2-6-pve)": the part behind "running kernel: ".
std::optional<std::string> running_kernel(std::string_view value) {
  constexpr std::string_view kMark = "(running kernel: ";
  const std::size_t mark = value.find(kMark);
  const std::size_t end = value.find(')', mark);
  if (mark == std::string_view::npos || end == std::string_view::npos) return std::nullopt;
  return std::string(value.substr(mark + kMark.size(), end - mark - kMark.size()));
}

}  // namespace

std::map<std::string, std::string> parse_pveversion(std::string_view text) {
  std::map<std::string, std::string> packages;
  for (const std::string_view line : pve::lines(text)) {
    const std::size_t colon = line.find(": ");
    if (colon == 0 || colon == std::string_view::npos) {
      throw pve::unexpected("`pveversion -v`", line, "\"package: version\"");
    }
    const std::string_view value = line.substr(colon + 2);
    if (value == "not correctly installed") continue;
    if (auto kernel = running_kernel(value)) packages[kRunningKernel] = *kernel;
    const std::string_view version = value.substr(0, value.find(' '));
    if (version.empty()) throw pve::unexpected("`pveversion -v`", line, "\"package: version\"");
    packages.emplace(line.substr(0, colon), version);
  }
  if (packages.empty()) throw pve::unexpected("`pveversion -v`", text, "a list of packages");
  return packages;
}

PveVersion parse_version(const Json& reply) {
  return pve::read_reply(reply, "/version", [](const JsonCursor& root) {
    return PveVersion{.release = root.at("release").string(),
                      .version = root.at("version").string(),
                      .repoid = root.at("repoid").string()};
  });
}

std::vector<ClusterNode> parse_cluster_nodes(const Json& reply) {
  return pve::read_reply(reply, "/nodes", [](const JsonCursor& root) {
    std::vector<ClusterNode> nodes;
    for (const JsonCursor& entry : root.elements()) {
      nodes.push_back(
          {.name = entry.at("node").string(), .status = pve::text_or_empty(entry.find("status"))});
    }
    return nodes;
  });
}

NodeStatus parse_node_status(const Json& reply) {
  return pve::read_reply(reply, "/nodes/N/status", [](const JsonCursor& root) {
    const JsonCursor cpu = root.at("cpuinfo");
    const JsonCursor memory = root.at("memory");
    NodeStatus status{
        .cpu_model = cpu.at("model").string(),
        .cpus = static_cast<int>(cpu.at("cpus").integer_between(1, 1 << 16)),
        .memory_total_mib = pve::whole(memory.at("total")) / kMib,
        .memory_available_mib = 0,
        .kernel = root.at("current-kernel").at("release").string(),
    };
    // A node that is older than the key reports free memory only.
    const auto available = memory.find("available");
    status.memory_available_mib = pve::whole(available ? *available : memory.at("free")) / kMib;
    if (status.memory_total_mib <= 0) memory.at("total").fail("expected a size above 0");
    return status;
  });
}

std::vector<StorageStatus> parse_storages(const Json& reply) {
  return pve::read_reply(reply, "/nodes/N/storage", [](const JsonCursor& root) {
    std::vector<StorageStatus> storages;
    for (const JsonCursor& entry : root.elements()) {
      storages.push_back({
          .name = entry.at("storage").string(),
          .type = entry.at("type").string(),
          .content = list_of(entry.at("content").string(), ","),
          .active = pve::truth(entry.find("active")),
          .available_bytes = pve::whole_or_zero(entry.find("avail")),
          .total_bytes = pve::whole_or_zero(entry.find("total")),
          .used_bytes = pve::whole_or_zero(entry.find("used")),
      });
    }
    return storages;
  });
}

bool holds_disks(const StorageStatus& storage) {
  const auto takes = [&](std::string_view content) {
    return std::find(storage.content.begin(), storage.content.end(), content) !=
           storage.content.end();
  };
  return storage.active && (takes("images") || takes("rootdir"));
}

std::vector<GuestEntry> parse_guests(const Json& reply) {
  return pve::read_reply(reply, "/cluster/resources", [](const JsonCursor& root) {
    std::vector<GuestEntry> guests;
    for (const JsonCursor& entry : root.elements()) {
      guests.push_back({
          .vmid = vmid_of(entry.at("vmid")),
          .kind = kind_of(entry.at("type")),
          .node = entry.at("node").string(),
          .name = pve::text_or_empty(entry.find("name")),
          .status = entry.at("status").string(),
          .tags = parse_tags(pve::text_or_empty(entry.find("tags"))),
          .template_ = pve::truth(entry.find("template")),
      });
    }
    return guests;
  });
}

std::vector<Volume> parse_volumes(const Json& reply) {
  return pve::read_reply(reply, "/nodes/N/storage/S/content", [](const JsonCursor& root) {
    std::vector<Volume> volumes;
    for (const JsonCursor& entry : root.elements()) {
      Volume volume{.volid = entry.at("volid").string(),
                    .format = entry.at("format").string(),
                    .content = pve::text_or_empty(entry.find("content")),
                    .size_bytes = pve::whole(entry.at("size"))};
      if (const auto owner = entry.find("vmid"); owner && pve::whole_or_zero(owner) != 0) {
        volume.vmid = vmid_of(*owner);
      }
      volumes.push_back(std::move(volume));
    }
    return volumes;
  });
}

std::vector<Task> parse_tasks(const Json& reply) {
  return pve::read_reply(reply, "/nodes/N/tasks", [](const JsonCursor& root) {
    std::vector<Task> tasks;
    for (const JsonCursor& entry : root.elements()) {
      Task task{.upid = entry.at("upid").string(), .type = entry.at("type").string()};
      // Of a task that is not a guest's, the id is empty or a name.
      const auto number = pve::to_whole(pve::text_or_empty(entry.find("id")));
      if (number && *number >= Vmid::kLowest && *number <= Vmid::kHighest) {
        task.vmid = Vmid(static_cast<int>(*number));
      }
      tasks.push_back(std::move(task));
    }
    return tasks;
  });
}

std::vector<Bridge> parse_bridges(const Json& reply) {
  return pve::read_reply(reply, "/nodes/N/network", [](const JsonCursor& root) {
    std::vector<Bridge> bridges;
    for (const JsonCursor& entry : root.elements()) {
      const std::string type = entry.at("type").string();
      if (type != "bridge" && type != "OVSBridge") continue;
      bridges.push_back(
          {.name = entry.at("iface").string(), .active = pve::truth(entry.find("active"))});
    }
    return bridges;
  });
}

std::vector<std::string> parse_tags(std::string_view text) { return list_of(text, ";, "); }

}  // namespace pve_accept
