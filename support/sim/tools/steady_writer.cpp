#include <algorithm>

#include "support/sim/tools/options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

constexpr Millis kReportInterval = 250, kWriteInterval = 50;

// How a write to the guest's root file system fares at that time, when they began at `start`.
std::string progress(const World& world, std::int64_t vmid, Millis start, Millis at) {
  const Guest* guest = world.state.find_guest(vmid);
  const Model::Guest& model = world.scenario.model.guest(GuestKind::kVm);
  Millis stuck = 0, stuck_now = 0;
  for (const Freeze& freeze : guest == nullptr ? std::vector<Freeze>{} : guest->freezes) {
    if (!model.freezes) continue;
    const Millis to = std::min(model.thaws ? freeze.to : kNever, at);
    stuck += std::max<Millis>(to - std::max(freeze.from, start), 0);
    if (to == at) stuck_now = std::max<Millis>(at - std::max(freeze.from, start), 0);
  }
  const double last_ago_s = static_cast<double>(stuck_now + kWriteInterval / 2) / 1000.0;
  return fmt::format(R"({{"writes":{},"last_ago_s":{:.2f}}})",
                     (at - start - stuck) / kWriteInterval, last_ago_s);
}

}  // namespace

// perl - --seconds N in a guest: fixtures/assets/writer.pl, on stdin.
int steady_writer(Call& call) {
  const Arguments arguments = read_options(call.words(), {"--seconds="});
  const std::int64_t seconds = arguments.number("--seconds", 0);
  if (arguments.rest != Words{"-"} || seconds <= 0 || call.input.empty() || call.is_node()) {
    throw Unsupported{};
  }
  const Millis start = call.now();
  call.output.set_source(
      {.first = start + kReportInterval,
       .interval = kReportInterval,
       .count = seconds * 1000 / kReportInterval,
       .line = [world = call.world, vmid = call.guest->vmid, start](Millis due, std::int64_t) {
         return progress(world, vmid, start, due);
       }});
  return 0;
}

}  // namespace pve_accept::sim
