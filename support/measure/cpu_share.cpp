#include "support/measure/cpu_share.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/base/error.h"

namespace pve_accept {
namespace {

std::int64_t passed(std::int64_t before, std::int64_t after, const char* counter) {
  if (after < before) {
    throw HarnessError("compute the CPU share",
                       fmt::format("the {} ticks of /proc/stat went back from {} to {}; was a CPU "
                                   "taken offline or the node restarted?",
                                   counter, before, after));
  }
  return after - before;
}

}  // namespace

CpuShare cpu_share(const Sample& before, const Sample& after) {
  const Sample::CpuTicks& from = before.cpu;
  const Sample::CpuTicks& to = after.cpu;
  const std::int64_t guest = passed(from.guest, to.guest, "guest");
  const std::int64_t guest_nice = passed(from.guest_nice, to.guest_nice, "guest_nice");
  const std::int64_t user = std::max<std::int64_t>(0, passed(from.user, to.user, "user") - guest);
  const std::int64_t nice =
      std::max<std::int64_t>(0, passed(from.nice, to.nice, "nice") - guest_nice);
  const std::int64_t system = passed(from.system, to.system, "system");
  const std::int64_t idle = passed(from.idle, to.idle, "idle");
  const std::int64_t iowait = std::max<std::int64_t>(0, to.iowait - from.iowait);
  const std::int64_t irq = passed(from.irq, to.irq, "irq");
  const std::int64_t softirq = passed(from.softirq, to.softirq, "softirq");
  const std::int64_t steal = passed(from.steal, to.steal, "steal");
  const std::int64_t total =
      user + nice + system + idle + iowait + irq + softirq + steal + guest + guest_nice;
  if (total == 0) {
    throw HarnessError("compute the CPU share", "no tick passed between two samples");
  }
  const auto percent = [&](std::int64_t ticks) {
    return 100.0 * static_cast<double>(ticks) / static_cast<double>(total);
  };
  return {.user = percent(user),
          .nice = percent(nice),
          .system = percent(system),
          .iowait = percent(iowait),
          .irq = percent(irq),
          .softirq = percent(softirq),
          .steal = percent(steal),
          .guest = percent(guest),
          .guest_nice = percent(guest_nice),
          .idle = percent(idle)};
}

}  // namespace pve_accept
