#include "support/sim/tools/tools.h"

#include <map>
#include <string>

namespace pve_accept::sim {
namespace {

using Tools = std::map<std::string, Tool, std::less<>>;

const Tools& node_tools() {
  static const Tools tools = {
      {"cat", cat},
      {"curl", curl},
      {"date", date},
      {"dd", dd},
      {"env", env},
      {"hostname", hostname},
      {"id", id},
      {"install", install},
      {"ip", ip},
      {"journalctl", journalctl},
      {"ls", ls},
      {"lvs", lvs},
      {"pct", pct},
      {"perl", perl},
      {"ping", ping},
      {"pveam", pveam},
      {"pvesh", pvesh},
      {"pvesm", pvesm},
      {"pveversion", pveversion},
      {"qemu-img", qemu_img},
      {"qm", qm},
      {"rm", rm},
      {"sha512sum", sha512sum},
      {"stat", stat},
      {"sync", sync},
      {"systemctl", systemctl},
      {"systemd-detect-virt", systemd_detect_virt},
      {"true", true_tool},
      {"uname", uname},
      {"zfs", zfs},
  };
  return tools;
}

const Tools& guest_tools() {
  static const Tools tools = {
      {"apt-cache", apt_cache},
      {"apt-get", apt_get},
      {"cat", cat},
      {"cloud-init", cloud_init},
      {"curl", curl},
      {"date", date},
      {"df", df},
      {"docker", docker},
      {"dpkg-query", dpkg_query},
      {"env", env},
      {"getent", getent},
      {"hostname", hostname},
      {"install", install},
      {"ip", ip},
      {"journalctl", journalctl},
      {"ls", ls},
      {"rm", rm},
      {"sync", sync},
      {"systemctl", systemctl},
      {"systemd-detect-virt", systemd_detect_virt},
      {"true", true_tool},
      {"uname", uname},
  };
  return tools;
}

const Tools& container_tools() {
  static const Tools tools = {
      {"cat", cat},
      {"env", env},
      {"findmnt", findmnt},
      {"nc", nc},
      {"pg_isready", pg_isready},
      {"pgbench", pgbench},
      {"psql", psql},
      {"true", true_tool},
  };
  return tools;
}

}  // namespace

bool reads_input(const std::vector<std::string>& argv) {
  const std::string& name = argv.empty() ? "" : argv[0];
  if (name == "install" || name == "dd" || name == "perl") return true;
  if (name == "docker") return argv.size() > 1 && argv[1] == "load";
  return name == "cat" && argv.size() == 1;
}

Tool find_tool(Place place, std::string_view name) {
  const Tools& tools = place == Place::kNode    ? node_tools()
                       : place == Place::kGuest ? guest_tools()
                                                : container_tools();
  const auto found = tools.find(name);
  return found == tools.end() ? nullptr : found->second;
}

}  // namespace pve_accept::sim
