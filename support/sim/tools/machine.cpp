#include "support/sim/model/lifecycle.h"
#include "support/sim/model/variation.h"
#include "support/sim/tools/tools.h"

// What concerns the machine itself.
namespace pve_accept::sim {

// reboot: the node is away for a while, and its guests with it, but for those that it starts
// itself.
int reboot(Call& call) {
  if (!call.words().empty() && call.words() != Words{"reboot"}) throw Unsupported{};
  call.spend(0.05);
  const Millis up = reboot_node(call.state(), call.world.scenario, call.now());
  Output later(up, call.model().node.pace);
  for (Guest& guest : call.state().guests) {
    if (guest.option("onboot") != "1") continue;
    Call booting{.world = call.world, .output = later, .argv = {}};
    try {
      start_guest(booting, guest);
    } catch (const Refusal&) {
      continue;  // it stays down, as on a node
    }
  }
  return 0;
}

// pveperf [PATH], as pve-manager's bin/pveperf prints it. Takes three seconds for each test.
int pveperf(Call& call) {
  const Model::Canary& canary = call.model().canary;
  if (!canary.installed) return no_such_tool(call);
  if (call.argv.size() > 2) {
    return call.fail(255, fmt::format("usage: {} [PATH]", call.argv[0]));
  }
  const std::string path = call.argv.size() > 1 ? call.argv[1] : "/";
  const Scenario& scenario = call.world.scenario;
  const Deviation machine = deviation_of_machine(scenario, call.state(), call.now());
  const auto noise = [&](const char* what) {
    return 1.0 + 0.015 * bell(noise_seed(scenario), what, call.now());
  };
  constexpr double kTest_s = 3;
  call.out(fmt::format("CPU BOGOMIPS:      {:.2f}\n", canary.bogomips));
  call.spend(kTest_s);
  // A machine that needs more CPU for the same work gets less of it done.
  call.out(fmt::format("REGEX/SECOND:      {:.0f}\n",
                       canary.regex_per_s / machine.cpu * noise("regex")));
  const bool there =
      path == "/" || std::ranges::any_of(call.model().storages, [&](const auto& one) {
        return !one.path.empty() && one.path == path;
      });
  if (there) {
    const Model::Storage& local = call.model().storages.front();
    call.out(fmt::format("HD SIZE:           {:.2f} GB (/dev/mapper/pve-root)\n",
                         static_cast<double>(local.total_kib) / 1048576));
    call.spend(2 * kTest_s);
    call.out(fmt::format("BUFFERED READS:    {:.2f} MB/sec\nAVERAGE SEEK TIME: {:.2f} ms\n",
                         canary.read_mb_per_s * noise("reads"), canary.seek_ms));
    call.spend(kTest_s);
    call.out(fmt::format("FSYNCS/SECOND:     {:.2f}\n",
                         canary.fsyncs_per_s * machine.tps * noise("fsyncs")));
  } else {
    call.err(fmt::format("df: {}: No such file or directory\n", path));
  }
  call.spend(canary.dns_ms / 10);
  call.out(fmt::format("DNS EXT:           {:.2f} ms\n", canary.dns_ms * noise("dns")));
  return 0;
}

}  // namespace pve_accept::sim
