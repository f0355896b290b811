#include <algorithm>

#include "support/sim/engine/replies.h"
#include "support/sim/model/figures.h"
#include "support/sim/model/guest_config.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

// A package for each kernel, and one for each series that names the newest of it.
void print_kernels(Call& call) {
  std::string last_series;
  for (const std::string& kernel : call.state().kernels_from_newest()) {
    const auto suffix = kernel.rfind("-pve");
    const auto series = split(kernel, '.');
    if (suffix == std::string::npos || series.size() < 2) continue;  // not Proxmox'
    const std::string name = series[0] + "." + series[1], version = kernel.substr(0, suffix);
    if (name != last_series) call.out(fmt::format("proxmox-kernel-{}: {}\n", name, version));
    call.out(fmt::format("proxmox-kernel-{}-signed: {}\n", kernel, version));
    last_series = name;
  }
}

}  // namespace

int true_tool(Call& call) {
  call.spend(0.001);
  return 0;
}

int sync(Call& call) {
  call.spend(0.1);
  return 0;
}

int hostname(Call& call) {
  if (call.argv.size() != 1) throw Unsupported{};
  call.out((call.is_node() ? call.model().node.name : call.guest->name()) + "\n");
  return 0;
}

int date(Call& call) {
  if (call.argv.size() != 2 || call.argv[1] != "+%s") throw Unsupported{};
  call.out(fmt::format("{}\n", call.epoch_s()));
  return 0;
}

int id(Call& call) {
  if (call.argv != Words{"id", "-u"}) throw Unsupported{};
  call.out(fmt::format("{}\n", call.model().node.user_id));
  return 0;
}

int uname(Call& call) {
  if (call.argv.size() != 2 || call.argv[1] != "-r") throw Unsupported{};
  call.out((call.is_node() ? call.state().kernel : call.guest_model().kernel) + "\n");
  return 0;
}

// env NAME=VALUE… COMMAND…
int env(Call& call) {
  std::size_t first = 1;
  while (first < call.argv.size() && contains(call.argv[first], "=")) ++first;
  if (first == call.argv.size() || call.argv[first].starts_with('-')) throw Unsupported{};
  Call inner = call.with(call.words(first));
  if (find_tool(call.place, inner.argv[0]) != nullptr) return run_tool(inner);
  remember_unknown(inner);
  return call.fail(127, fmt::format("env: ‘{}’: No such file or directory", inner.argv[0]));
}

int pveversion(Call& call) {
  const Model::Node& node = call.model().node;
  const std::string& kernel = call.state().kernel;
  const auto& argv = call.argv;
  call.spend(0.9);
  if (argv.size() == 1) {
    call.out(
        fmt::format("pve-manager/{}/{} (running kernel: {})\n", node.version, node.repoid, kernel));
    return 0;
  }
  if (argv.size() != 2 || (argv[1] != "-v" && argv[1] != "--verbose")) {
    const bool option = argv[1].starts_with('-');
    return call.fail(
        255, (option ? "Unknown option: " + argv[1].substr(argv[1].rfind('-') + 1) + "\n" : "") +
                 "USAGE: pveversion [--verbose]");
  }
  call.out(fmt::format("proxmox-ve: {}.0 (running kernel: {})\n", node.release, kernel));
  call.out(fmt::format("pve-manager: {0} (running version: {0}/{1})\n", node.version, node.repoid));
  print_kernels(call);
  for (const auto& [package, version] : node.packages) {
    call.out(fmt::format("{}: {}\n", package, version));
  }
  return 0;
}

// df -B1 --output=source,size,used,avail,pcent,target /
int df(Call& call) {
  const Words words = call.words();
  if (words != Words{"-B1", "--output=source,size,used,avail,pcent,target", "/"}) {
    throw Unsupported{};
  }
  const FileSystem root = root_file_system(call, *call.guest);
  const double percent = 100.0 * static_cast<double>(root.used) /
                         static_cast<double>(std::max<std::int64_t>(root.used + root.available, 1));
  const std::size_t width = std::max<std::size_t>(root.source.size(), 10);
  call.out(fmt::format("{:<{}}  {:>11} {:>10} {:>10} {} {}\n", "Filesystem", width, "1B-blocks",
                       "Used", "Avail", "Use%", "Mounted on"));
  call.out(fmt::format("{:<{}}  {:>11} {:>10} {:>10} {:>3.0f}% /\n", root.source, width, root.size,
                       root.used, root.available, percent));
  return 0;
}

int systemd_detect_virt(Call& call) {
  if (call.argv.size() != 1) throw Unsupported{};
  const std::string& hypervisor = call.model().node.hypervisor;
  if (call.is_node() && hypervisor.empty()) {
    call.out("none\n");
    return 1;
  }
  call.out((call.is_node() ? hypervisor : !call.guest->is_vm() ? "lxc" : "kvm") + "\n");
  return 0;
}

// cloud-init status --wait --format json: 0 done, 2 done with recoverable errors, 1 failed
int cloud_init(Call& call) {
  if (!call.guest->is_vm()) {
    return no_such_tool(call);
  }
  const Words words = call.words();
  if (words != Words{"status", "--wait", "--format", "json"}) {
    throw Unsupported{};
  }
  call.spend(1.2);
  const std::string& status = call.model().vm.cloud_init_status;
  const bool degraded = status == "degraded";
  Json reply = filled_json("cloud_init_status.json",
                           {{"/extended_status", degraded ? "degraded done" : status},
                            {"/status", degraded ? "done" : status}});
  if (status == "error") reply["errors"] = {"('scripts_user', ProcessExecutionError())"};
  if (degraded) reply["recoverable_errors"] = {{"WARNING", {"deprecated configuration"}}};
  call.out(reply.dump(2) + "\n");
  if (status == "error") return 1;
  return degraded ? 2 : 0;
}

}  // namespace pve_accept::sim
