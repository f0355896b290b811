#include "support/sim/tools/tools.h"

#include <algorithm>
#include <array>

namespace pve_accept::sim {
namespace {

constexpr unsigned kOnNode = 1, kInGuest = 2, kInContainer = 4, kEverywhere = 7;

struct Entry {
  std::string_view name;
  Tool tool;
  unsigned places;
};

constexpr std::array kTools = std::to_array<Entry>({
    {"apt-cache", apt_cache, kInGuest},
    {"apt-get", apt_get, kOnNode | kInGuest},
    {"cat", cat, kEverywhere},
    {"cloud-init", cloud_init, kInGuest},
    {"curl", curl, kOnNode | kInGuest},
    {"date", date, kOnNode | kInGuest},
    {"dd", dd, kOnNode | kInContainer},
    {"df", df, kInGuest},
    {"docker", docker, kInGuest},
    {"dpkg-query", dpkg_query, kInGuest},
    {"env", env, kEverywhere},
    {"find", find, kOnNode},
    {"findmnt", findmnt, kInContainer},
    {"getent", getent, kInGuest},
    {"grep", grep, kOnNode | kInGuest},
    {"hostname", hostname, kOnNode | kInGuest},
    {"id", id, kOnNode},
    {"install", install, kOnNode | kInGuest},
    {"ip", ip, kOnNode | kInGuest},
    {"journalctl", journalctl, kOnNode | kInGuest},
    {"ls", ls, kOnNode | kInGuest},
    {"lvs", lvs, kOnNode},
    {"lxc-info", lxc_info, kOnNode},
    {"nc", nc, kInContainer},
    {"nsenter", nsenter, kOnNode},
    {"pct", pct, kOnNode},
    {"perl", perl, kOnNode | kInGuest},
    {"pg_isready", pg_isready, kInContainer},
    {"pgbench", pgbench, kInContainer},
    {"ping", ping, kOnNode},
    {"psql", psql, kInContainer},
    {"pveam", pveam, kOnNode},
    {"pveperf", pveperf, kOnNode},
    {"pvesh", pvesh, kOnNode},
    {"pvesm", pvesm, kOnNode},
    {"pveversion", pveversion, kOnNode},
    {"qemu-img", qemu_img, kOnNode},
    {"qm", qm, kOnNode},
    {"qmrestore", qmrestore, kOnNode},
    {"readlink", readlink, kOnNode},
    {"reboot", reboot, kOnNode},
    {"rm", rm, kOnNode | kInGuest},
    {"sha512sum", sha512sum, kOnNode},
    {"stat", stat, kOnNode | kInGuest},
    {"sync", sync, kOnNode | kInGuest},
    {"systemctl", systemctl, kOnNode | kInGuest},
    {"systemd-detect-virt", systemd_detect_virt, kOnNode | kInGuest},
    {"true", true_tool, kEverywhere},
    {"uname", uname, kOnNode | kInGuest},
    {"vzdump", vzdump, kOnNode},
    {"zfs", zfs, kOnNode},
});

}  // namespace

bool reads_input(const Words& argv) {
  const std::string& name = argv.empty() ? "" : argv[0];
  if (name == "install" || name == "dd" || name == "perl") return true;
  if (name == "docker") return argv.size() > 1 && argv[1] == "load";
  return name == "cat" && argv.size() == 1;
}

Tool find_tool(Place place, std::string_view name) {
  const unsigned where = 1U << static_cast<unsigned>(place);
  const auto* const found = std::ranges::find_if(kTools, [&](const Entry& entry) {
    return entry.name == name && (entry.places & where) != 0;
  });
  return found == kTools.end() ? nullptr : found->tool;
}

}  // namespace pve_accept::sim
