#include "support/sim/model/node_facts.h"

#include <algorithm>

#include "support/sim/engine/replies.h"
#include "support/sim/model/storage_content.h"

namespace pve_accept::sim {
namespace {

std::int64_t bytes(double mib) { return static_cast<std::int64_t>(mib * kMib); }

}  // namespace

Json node_status(const Call& call) {
  const Model::Node& node = call.model().node;
  const double used = call.world.figures.ram_used_mib(call.now());
  const std::string& kernel = call.state().kernel;
  const std::string build = "#1 SMP PREEMPT_DYNAMIC PMX " + kernel;
  return filled_json("node_status.json",
                     {{"/cpuinfo/cores", node.cpus},
                      {"/cpuinfo/cpus", node.cpus},
                      {"/cpuinfo/model", node.cpu_model},
                      {"/current-kernel/release", kernel},
                      {"/current-kernel/version", build},
                      {"/ksm/shared", call.world.figures.ksm_pages_sharing(call.now()) * 4096},
                      {"/kversion", fmt::format("Linux {} {}", kernel, build)},
                      {"/memory/total", bytes(node.memory_mib)},
                      {"/memory/used", bytes(used)},
                      {"/memory/available", bytes(node.memory_mib - used)},
                      {"/memory/free", bytes((node.memory_mib - used) * 0.8)},
                      {"/pveversion", fmt::format("pve-manager/{}/{}", node.version, node.repoid)},
                      {"/rootfs/used", bytes(node.rootfs_used_kib / 1024.0)},
                      {"/uptime", call.state().uptime(call.now()) / 1000}});
}

Json node_storages(const Call& call) {
  Json list = Json::array();
  for (const Model::Storage& storage : call.model().storages) {
    const StorageUse use = storage_use(call, storage);
    list.push_back(
        {{"active", 1},
         {"avail", use.available},
         {"content", storage.content},
         {"enabled", 1},
         {"shared", 0},
         {"storage", storage.storage},
         {"total", use.total},
         {"type", storage.type},
         {"used", use.used},
         {"used_fraction", static_cast<double>(use.used) / static_cast<double>(use.total)}});
  }
  return list;
}

// The network card, and the bridges as the one that was recorded.
Json node_networks(const Call& call) {
  Json list = filled_json("node_network.json", {});
  const Json recorded = list.back();
  list.erase(1);
  for (const std::string& name : call.model().node.bridges) {
    Json bridge = recorded;
    bridge["iface"] = name;
    bridge["priority"] = 3 + list.size();
    list.push_back(std::move(bridge));
  }
  return list;
}

std::int64_t guest_memory_kib(const Call& call, const Guest& guest) {
  const auto allocation = static_cast<double>(guest.number("memory", 512));
  const double reserved = call.model().guest(guest.kind).memory_reserved_mib;
  return static_cast<std::int64_t>(std::max(allocation - reserved, 0.0) * 1024.0);
}

}  // namespace pve_accept::sim
