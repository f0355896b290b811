#pragma once

#include <string>
#include <vector>

#include "support/measure/window.h"

namespace pve_accept {

struct PlausibilityLimits {
  int min_intervals = 30;           // CPU shares that count
  double max_ram_spread_mib = 300;  // largest minus smallest RAM used
  Clock::Duration interval = std::chrono::seconds(1);
  std::optional<std::int64_t> memory_mib = {};  // that the node has, as others know it
  bool expects_cgroup = false;
  bool expects_process = false;
};

struct Plausibility {
  std::vector<std::string> problems;  // each "measurement not usable: ..."
  std::vector<std::string> notes;     // worth a mention, no obstacle

  bool usable() const { return problems.empty(); }
};

// Whether a window can be judged at all: finite, not negative, not above capacity, enough samples,
// spread under the limit, KSM and MemTotal at rest, an unbroken row of times. A window with a
// problem is neither a PASS nor a FAIL. Throws nothing.
Plausibility check_plausibility(const Window& window, const PlausibilityLimits& limits);

}  // namespace pve_accept
