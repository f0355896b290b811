#include <algorithm>

#include "support/sim/tools/options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

constexpr Millis kReportInterval = 250, kWriteInterval = 50;

// How writes to the guest's root file system fare until that time, when they began at `start`.
std::string progress(const World& world, std::int64_t vmid, Millis start, Millis at) {
  const Guest* found = world.state.find_guest(vmid);
  if (found == nullptr) return "";
  const Model::Guest& model = world.scenario.model.guest(found->kind);
  Millis stuck = 0, stuck_now = 0, longest = 0;
  for (const Freeze& freeze : found->freezes) {
    if (!model.freezes) continue;
    const Millis from = std::max(freeze.from, start);
    // One that a thaw does not end ends with the writer, its watchdog.
    const Millis to = std::min(model.thaws || freeze.from < start ? freeze.to : kNever, at);
    const Millis lasted = std::max<Millis>(to - from, 0);
    stuck += lasted;
    longest = std::max(longest, lasted);
    if (to == at) stuck_now = lasted;
  }
  const auto seconds = [](Millis time) { return static_cast<double>(time) / 1000.0; };
  return fmt::format(R"({{"at_s":{:.2f},"writes":{},"last_ago_s":{:.2f},"longest_gap_s":{:.2f}}})",
                     seconds(at - found->started), (at - start - stuck) / kWriteInterval,
                     seconds(stuck_now + kWriteInterval / 2), seconds(longest + kWriteInterval));
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
