#include "support/measure/settle.h"

#include <fmt/format.h>

#include <span>
#include <vector>

#include "support/base/error.h"
#include "support/measure/statistics.h"

namespace pve_accept {
namespace {

double median_of(const std::vector<double>& values, std::size_t from, std::size_t count) {
  const auto part = std::span(values).subspan(from, count);
  return median({part.begin(), part.end()});
}

}  // namespace

Settled settle(Sampler& sampler, const SettleLimits& limits) {
  const auto intervals = static_cast<int>(limits.deadline / sampler.interval());
  if (limits.window_samples < 1 || intervals + 1 < 2 * limits.window_samples) {
    throw HarnessError("wait for the node to settle",
                       fmt::format("two windows of {} samples do not fit into the deadline of {} s",
                                   limits.window_samples, to_seconds(limits.deadline)));
  }
  const auto window = static_cast<std::size_t>(limits.window_samples);
  const auto running = sampler.start(intervals, {}, intervals);
  std::vector<double> ram_used;
  std::optional<Clock::Instant> began;
  Settled state;
  while (!running->done() && !state.settled) {
    const TimedSample sample = running->next();
    if (!began) began = sample.arrived;
    state.took_s = to_seconds(sample.arrived - *began);
    ram_used.push_back(ram_used_mib(sample.sample));
    if (ram_used.size() < 2 * window) continue;
    state.ram_used_mib = median_of(ram_used, ram_used.size() - window, window);
    state.drift_mib =
        median_of(ram_used, ram_used.size() - 2 * window, window) - state.ram_used_mib;
    state.settled = state.drift_mib <= limits.tolerance_mib;
  }
  if (!running->done()) running->cancel();
  return state;
}

}  // namespace pve_accept
