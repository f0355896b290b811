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

template <class Fields>
void visit(Sample::Memory& memory, Fields& fields) {
  fields("total", memory.total_kib, required, between(1, INT64_MAX));
  fields("available", memory.available_kib, required, not_negative);
  fields("swapped", memory.swapped_kib, not_negative);
}

template <class Fields>
void visit(Sample::Arc& arc, Fields& fields) {
  fields("size", arc.size_bytes, required, not_negative);
  fields("c_min", arc.c_min_bytes, required, not_negative);
}

template <class Fields>
void visit(Sample::Pressure& pressure, Fields& fields) {
  fields("cpu", pressure.cpu_us, required, not_negative);
  fields("io", pressure.io_us, required, not_negative);
  fields("memory", pressure.memory_us, required, not_negative);
}

template <class Fields>
void visit(Sample::Cgroup& cgroup, Fields& fields) {
  fields("current", cgroup.current_bytes, required, not_negative);
  fields("anon", cgroup.anon_bytes, required, not_negative);
  fields("file", cgroup.file_bytes, required, not_negative);
  fields("kernel", cgroup.kernel_bytes, required, not_negative);
  fields("usage_usec", cgroup.usage_us, required, not_negative);
  fields("oom", cgroup.oom, required, not_negative);
  fields("oom_kill", cgroup.oom_kill, required, not_negative);
  fields("high", cgroup.high, required, not_negative);
  fields("max", cgroup.max, required, not_negative);
  fields("psi", cgroup.pressure, if_set);
}

template <class Fields>
void visit(Sample::Process& process, Fields& fields) {
  fields("rss_kib", process.rss_kib, required, not_negative);
  fields("pss_kib", process.pss_kib, if_set, not_negative);
}

template <class Fields>
void visit(Sample& sample, Fields& fields) {
  fields("t", sample.t_s, required);
  fields("mem", sample.memory, required);
  fields("cpu", sample.cpu, required);
  fields("arc", sample.arc, if_set);
  fields("psi", sample.pressure, if_set);
  fields("ksm", sample.ksm_pages_sharing, if_set, not_negative);
  fields("cgroup", sample.cgroup, if_set);
  fields("process", sample.process, if_set);
}

PVE_ACCEPT_COMPILE_FIELDS(Sample);

}  // namespace pve_accept
