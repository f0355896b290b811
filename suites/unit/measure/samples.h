#pragma once

#include <vector>

#include "suites/unit/scripted_process.h"
#include "support/measure/sample.h"
#include "support/measure/window.h"

namespace pve_accept {

// A plausible sample `second` seconds into a window on a node with two CPUs, one of which works.
inline Sample sample_at(int second, double ram_used_mib = 1702) {
  Sample sample;
  sample.t_s = 1'780'822'200.0 + second;
  sample.memory.total_kib = 15771 * 1024;
  sample.memory.available_kib =
      sample.memory.total_kib - static_cast<std::int64_t>(ram_used_mib * 1024);
  sample.cpu = {.user = 60 * second,
                .system = 30 * second,
                .idle = 80 * second,
                .iowait = 20 * second,
                .softirq = 10 * second};
  sample.ksm_pages_sharing = 0;
  return sample;
}

inline Window window_of(const std::vector<Sample>& samples) {
  Window window{.name = "idle"};
  for (std::size_t i = 0; i < samples.size(); ++i) {
    window.samples.push_back(
        {.sample = samples[i], .arrived = window.began + std::chrono::seconds(i)});
  }
  return window;
}

// `count` samples, a second apart.
inline Window quiet_window(int count) {
  std::vector<Sample> samples;
  samples.reserve(static_cast<std::size_t>(count));
  for (int second = 0; second < count; ++second) samples.push_back(sample_at(second));
  return window_of(samples);
}

// What the sampler prints of them, one a second from `from` on.
inline std::vector<ScriptedLine> sampler_lines(const std::vector<Sample>& samples,
                                               Clock::Duration from = Clock::Duration::zero(),
                                               Clock::Duration apart = std::chrono::seconds(1)) {
  std::vector<ScriptedLine> lines;
  for (const Sample& sample : samples) {
    lines.push_back({from, write_fields(sample).dump()});
    from += apart;
  }
  return lines;
}

}  // namespace pve_accept
