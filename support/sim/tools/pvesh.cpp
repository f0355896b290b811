#include <algorithm>

#include "support/sim/model/guest_config.h"
#include "support/sim/model/lifecycle.h"
#include "support/sim/model/node_facts.h"
#include "support/sim/model/storage_content.h"
#include "support/sim/tools/guest_commands.h"
#include "support/sim/tools/pve_options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

using Path = std::vector<std::string>;

struct NoHandler {};

GuestKind kind_of(const std::string& type) {
  const auto* const found = std::ranges::find(kGuestTable, type, &GuestFacts::api_path);
  if (found == kGuestTable.end()) throw NoHandler{};
  return found->kind;
}

// pvestatd looks every 10 s, and the list shows what it saw (PVE::API2Tools::extract_vm_stats).
constexpr Millis kStatusInterval = 10000;

Json resources(const Call& call) {
  const Millis looked = call.now() - call.now() % kStatusInterval;
  Json list = Json::array();
  for (const Guest* guest : sorted_guests(call.state())) {
    const Json status = current_status(call, *guest);
    const std::string_view type = guest->facts().api_path;
    Json entry = {{"cpu", guest->running ? 0.01 : 0.0},
                  {"diskread", 0},
                  {"diskwrite", 0},
                  {"id", fmt::format("{}/{}", type, guest->vmid)},
                  {"maxcpu", status.at("cpus")},
                  {"memhost", guest->is_vm() ? status.at("mem") : Json(0)},
                  {"node", call.model().node.name},
                  {"template", 0},
                  {"type", type}};
    for (const char* key : {"disk", "maxdisk", "maxmem", "mem", "name", "netin", "netout", "status",
                            "uptime", "vmid"}) {
      if (status.contains(key)) entry[key] = status.at(key);
    }
    if (guest->changed > looked) entry["status"] = guest->running ? "stopped" : "running";
    if (guest->created > looked) {
      entry = {{"id", entry.at("id")},
               {"node", entry.at("node")},
               {"status", "unknown"},
               {"type", type},
               {"vmid", guest->vmid}};
    }
    for (const char* key : {"lock", "tags"}) {
      if (status.contains(key)) entry[key] = status.at(key);
    }
    list.push_back(std::move(entry));
  }
  return list;
}

Json interfaces(const Call& call, const Guest& guest) {
  Json list = Json::array();
  for (const Json& entry : agent_interfaces(call, guest)) {
    Json reply = {{"hardware-address", entry.at("hardware-address")},
                  {"hwaddr", entry.at("hardware-address")},
                  {"ip-addresses", Json::array()},
                  {"name", entry.at("name")}};
    for (Json address : entry.at("ip-addresses")) {
      const std::string type = address.at("ip-address-type") == "ipv4" ? "inet" : "inet6";
      const std::string prefix = address.at("prefix").dump();
      reply[type] = fmt::format("{}/{}", address.at("ip-address").get<std::string>(), prefix);
      address["ip-address-type"] = type;
      address["prefix"] = prefix;
      reply["ip-addresses"].push_back(std::move(address));
    }
    list.push_back(std::move(reply));
  }
  return list;
}

Json of_guest(Call& call, const Path& path) {
  const GuestKind kind = kind_of(path[2]);
  if (path.size() == 3) {
    Json list = Json::array();
    for (const Guest* guest : sorted_guests(call.state(), kind)) {
      list.push_back(current_status(call, *guest));
    }
    return list;
  }
  const Guest& guest = require_guest(call, std::stoll("0" + path[3]), kind, 2);
  const Path rest(path.begin() + 4, path.end());
  if (rest == Path{"config"}) return config_json(call, guest);
  if (rest == Path{"status", "current"}) return current_status(call, guest);
  if (rest == Path{"interfaces"} && kind == GuestKind::kLxc) {
    if (!guest.running) throw Refusal{255, fmt::format("CT {} not running\n", guest.vmid)};
    return interfaces(call, guest);
  }
  if (rest == Path{"agent", "network-get-interfaces"} && kind == GuestKind::kVm) {
    require_agent(call, guest);
    return {{"result", agent_interfaces(call, guest)}};
  }
  throw NoHandler{};
}

// Those that are at work; the finished ones are not kept.
Json tasks(const Call& call, const Arguments& arguments) {
  if (arguments.get("source", "archive") != "active") throw Unsupported{};
  Json list = Json::array();
  for (const Model::ActiveTask& task : call.model().tasks) {
    if (static_cast<double>(call.now()) >= task.ends_s * 1000) continue;
    const std::int64_t pid = 30000 + task.vmid % 1000;
    list.push_back(
        {{"id", std::to_string(task.vmid)},
         {"node", call.model().node.name},
         {"pid", pid},
         {"pstart", 366294},
         {"starttime", kEpoch},
         {"status", "RUNNING"},
         {"type", task.type},
         {"upid", fmt::format("UPID:{}:{:08X}:000596D6:{:08X}:{}:{}:root@pam:",
                              call.model().node.name, pid, kEpoch, task.type, task.vmid)},
         {"user", "root@pam"}});
  }
  return list;
}

Json of_node(Call& call, const Path& path, const Arguments& arguments) {
  const std::string& name = path[1];
  if (name != call.model().node.name && name != "localhost") {
    throw Refusal{11, fmt::format("hostname lookup '{0}' failed - failed to get address info for: "
                                  "{0}: Temporary failure in name resolution\n",
                                  name)};
  }
  const Path rest(path.begin() + 2, path.end());
  if (rest == Path{"status"}) return node_status(call);
  if (rest == Path{"storage"}) return node_storages(call);
  if (rest == Path{"network"}) return node_networks(call);
  if (rest == Path{"tasks"}) return tasks(call, arguments);
  if (rest.size() == 3 && rest[0] == "storage" && rest[2] == "content") {
    for (const Model::Storage& storage : call.model().storages) {
      if (storage.storage == rest[1]) return storage_content(call, storage);
    }
    throw Refusal{255, fmt::format("storage '{}' does not exist\n", rest[1])};
  }
  if (!rest.empty()) return of_guest(call, path);
  throw NoHandler{};
}

Json storage_definitions(const Call& call) {
  Json list = Json::array();
  for (const Model::Storage& storage : call.model().storages) {
    Json entry = {{"storage", storage.storage},
                  {"type", storage.type},
                  {"content", storage.content},
                  {"digest", hex(0, "storage.cfg", 0, 40)}};
    const auto add = [&](const char* key, const std::string& value) {
      if (!value.empty()) entry[key] = value;
    };
    add("path", storage.path);
    add("vgname", storage.vgname);
    add("thinpool", storage.thinpool);
    add("pool", storage.pool);
    list.push_back(std::move(entry));
  }
  return list;
}

std::string next_id(const Call& call) {
  std::int64_t id = 100;
  while (call.state().find_guest(id) != nullptr) ++id;
  return std::to_string(id);
}

Json get(Call& call, const Path& path, const Arguments& arguments) {
  if (path == Path{"version"}) {
    return {{"release", call.model().node.release},
            {"repoid", call.model().node.repoid},
            {"version", call.model().node.version}};
  }
  if (path == Path{"storage"}) return storage_definitions(call);
  if (path == Path{"cluster", "nextid"}) return next_id(call);
  if (path == Path{"cluster", "resources"}) {
    if (arguments.get("type") != "vm") throw Unsupported{};
    return resources(call);
  }
  if (path == Path{"nodes"}) {
    const Model::Node& node = call.model().node;
    return Json::array({{{"cpu", node.idle_cpu.system_percent / 100},
                         {"disk", static_cast<std::int64_t>(node.rootfs_used_kib * 1024)},
                         {"id", "node/" + node.name},
                         {"level", ""},
                         {"maxcpu", node.cpus},
                         {"maxdisk", call.model().storages.front().total_kib * 1024},
                         {"maxmem", static_cast<std::int64_t>(node.memory_mib * kMib)},
                         {"mem", static_cast<std::int64_t>(node.baseline_ram_mib * kMib)},
                         {"node", node.name},
                         {"status", "online"},
                         {"type", "node"},
                         {"uptime", call.state().uptime(call.now()) / 1000}}});
  }
  if (path.size() >= 2 && path[0] == "nodes") return of_node(call, path, arguments);
  throw NoHandler{};
}

Json created(Call& call, const Path& path) {
  if (path.size() != 6 || path[0] != "nodes" || path[2] != "qemu" || path[4] != "agent" ||
      path[5] != "ping") {
    throw Unsupported{};
  }
  const Guest& guest = require_guest(call, std::stoll("0" + path[3]), GuestKind::kVm, 2);
  require_agent(call, guest);
  return {{"result", Json::object()}};
}

}  // namespace

int pvesh(Call& call) {
  call.spend(0.7);
  if (call.argv.size() < 3) throw Unsupported{};
  const std::string& verb = call.argv[1];
  if (verb != "get" && verb != "create") throw Unsupported{};
  try {
    const Arguments arguments = pve_arguments(call.with(call.words(2)), "pvesh " + verb);
    Path path;
    for (const std::string& part : split(arguments.positional.at("api_path"), '/')) {
      if (!part.empty()) path.push_back(part);
    }
    try {
      const Json reply = verb == "get" ? get(call, path, arguments) : created(call, path);
      const bool json = arguments.get("output-format") == "json";
      if (!json && !reply.is_string()) throw Unsupported{};  // tables
      call.out(json ? line_of(reply) : reply.get<std::string>() + "\n");
    } catch (const NoHandler&) {
      throw Refusal{1, fmt::format("No '{}' handler defined for '{}'\n", verb,
                                   arguments.positional.at("api_path"))};
    }
  } catch (const Refusal& refusal) {
    return call.fail(refusal.exit_status, refusal.text);
  }
  return 0;
}

}  // namespace pve_accept::sim
