#pragma once

#include <chrono>
#include <string>

namespace pve_accept {

// Time as a run sees it: real time on a node, virtual time in the simulation.
class Clock {
 public:
  using Duration = std::chrono::milliseconds;
  using Instant = std::chrono::time_point<std::chrono::steady_clock, Duration>;
  using WallTime = std::chrono::sys_time<Duration>;

  virtual ~Clock() = default;

  virtual Instant now() const = 0;    // never goes back; for durations and deadlines
  virtual WallTime wall() const = 0;  // time of day; for the record only
  virtual void sleep_for(Duration duration) = 0;
};

class RealClock final : public Clock {
 public:
  Instant now() const override;
  WallTime wall() const override;
  void sleep_for(Duration duration) override;
};

// RFC 3339 in UTC, whole seconds: "2026-06-07T09:30:00Z".
std::string to_rfc3339(Clock::WallTime time);

// Seconds with a fraction.
double to_seconds(Clock::Duration duration);

}  // namespace pve_accept
