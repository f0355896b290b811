#include "support/measure/sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "support/base/error.h"
#include "support/base/units.h"

namespace pve_accept {
namespace {

// In the order of /proc/stat.
constexpr std::int64_t Sample::CpuTicks::*kTicks[] = {
    &Sample::CpuTicks::user,      &Sample::CpuTicks::nice,   &Sample::CpuTicks::system,
    &Sample::CpuTicks::idle,      &Sample::CpuTicks::iowait, &Sample::CpuTicks::irq,
    &Sample::CpuTicks::softirq,   &Sample::CpuTicks::steal,  &Sample::CpuTicks::guest,
    &Sample::CpuTicks::guest_nice};

}  // namespace

Sample parse_sample(std::string_view line) {
  const auto refuse = [&](const char* problem) {
    return HarnessError("read a line of the sampler", fmt::format("{}: {}", problem, line));
  };
  try {
    const Json object = parse_strict_json(line, "sample");
    return read_fields<Sample>(JsonCursor(object, "sample"));
  } catch (const InputError& error) {
    throw refuse(error.what());
  }
}

void read_field(const JsonCursor& place, Sample::CpuTicks& ticks) {
  const auto counters = place.elements();
  if (counters.size() != std::size(kTicks)) {
    place.fail(fmt::format("expected {} counters, found {}", std::size(kTicks), counters.size()));
  }
  for (std::size_t i = 0; i < counters.size(); ++i) {
    not_negative.check(counters[i]);
    ticks.*kTicks[i] = counters[i].integer();
  }
}

Json write_field(const Sample::CpuTicks& ticks) {
  Json counters = Json::array();
  for (const auto& member : kTicks) counters.push_back(ticks.*member);
  return counters;
}

double ram_used_mib(const Sample& sample) {
  double used_mib = mib((sample.memory.total_kib - sample.memory.available_kib) * 1024);
  if (sample.arc) {
    const std::int64_t gives_way = sample.arc->size_bytes - sample.arc->c_min_bytes;
    used_mib -= mib(std::max<std::int64_t>(0, gives_way));
  }
  return used_mib;
}

}  // namespace pve_accept
