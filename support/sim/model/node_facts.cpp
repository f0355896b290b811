#include "support/sim/model/node_facts.h"

#include <algorithm>

#include "support/sim/model/storage_content.h"

namespace pve_accept::sim {
namespace {

std::int64_t bytes(double mib) { return static_cast<std::int64_t>(mib * kMib); }

}  // namespace

Json node_status(const Call& call) {
  const Model::Node& node = call.model().node;
  const double used = call.world.figures.ram_used_mib(call.now());
  const std::string build = "#1 SMP PREEMPT_DYNAMIC PMX " + node.kernel;
  Json status = {
      {"boot-info", {{"mode", "efi"}, {"secureboot", 0}}},
      {"cpu", 0.001},
      {"cpuinfo",
       {{"cores", node.cpus},
        {"cpus", node.cpus},
        {"flags", "fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat vmx"},
        {"hvm", "1"},
        {"mhz", "2800.000"},
        {"model", node.cpu_model},
        {"sockets", 1},
        {"user_hz", 100}}},
      {"current-kernel",
       {{"machine", "x86_64"}, {"release", node.kernel}, {"sysname", "Linux"}, {"version", build}}},
      {"idle", 0},
      {"ksm", {{"shared", call.world.figures.ksm_pages_sharing(call.now()) * 4096}}},
      {"kversion", fmt::format("Linux {} {}", node.kernel, build)},
      {"memory",
       {{"total", bytes(node.memory_mib)},
        {"used", bytes(used)},
        {"available", bytes(node.memory_mib - used)},
        {"free", bytes((node.memory_mib - used) * 0.8)}}},
      {"pveversion", fmt::format("pve-manager/{}/{}", node.version, node.repoid)},
      {"swap", {{"free", 0}, {"total", 0}, {"used", 0}}},
      {"uptime", (kBootedBefore + call.now()) / 1000},
      {"wait", 0}};
  status["loadavg"] = {"0.03", "0.05", "0.01"};
  status["rootfs"] = {{"total", 100861726720},
                      {"used", bytes(node.rootfs_used_kib / 1024.0)},
                      {"avail", 91253407744},
                      {"free", 96424144896}};
  return status;
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

Json node_networks(const Call& call) {
  Json list = Json::array({{{"active", 1},
                            {"exists", 1},
                            {"families", {"inet"}},
                            {"iface", "nic0"},
                            {"method", "manual"},
                            {"method6", "manual"},
                            {"priority", 3},
                            {"type", "eth"}}});
  int priority = 4;
  for (const std::string& bridge : call.model().node.bridges) {
    list.push_back({{"active", 1},
                    {"address", "192.168.0.162"},
                    {"autostart", 1},
                    {"bridge_fd", "0"},
                    {"bridge_ports", "nic0"},
                    {"bridge_stp", "off"},
                    {"cidr", "192.168.0.162/24"},
                    {"families", {"inet"}},
                    {"gateway", "192.168.0.1"},
                    {"iface", bridge},
                    {"method", "static"},
                    {"method6", "manual"},
                    {"netmask", "24"},
                    {"priority", priority++},
                    {"type", "bridge"}});
  }
  return list;
}

std::int64_t guest_memory_kib(const Call& call, const Guest& guest) {
  const std::string memory = guest.option("memory");
  const double allocation = memory.empty() ? 512 : std::stod(memory);
  const double reserved = call.model().guest(guest.guest_kind()).memory_reserved_mib;
  return static_cast<std::int64_t>(std::max(allocation - reserved, 0.0) * 1024.0);
}

}  // namespace pve_accept::sim
