#include "support/shell/clock.h"

#include <fmt/chrono.h>

#include <thread>

namespace pve_accept {

Clock::Instant RealClock::now() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
}

Clock::WallTime RealClock::wall() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

void RealClock::sleep_for(Duration duration) { std::this_thread::sleep_for(duration); }

std::string to_rfc3339(Clock::WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

double to_seconds(Clock::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace pve_accept
