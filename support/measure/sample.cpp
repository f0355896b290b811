#include "support/measure/sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "support/base/error.h"

namespace pve_accept {
namespace {

constexpr double kKibPerMib = 1024;
constexpr double kBytesPerMib = 1024 * 1024;

std::int64_t counter(const JsonCursor& value) {
  const std::int64_t number = value.integer();
  // A counter above the range reads as a negative one.
  if (number < 0) value.fail(fmt::format("expected a counter, found {}", value.value().dump()));
  return number;
}

std::int64_t counter(const JsonCursor& object, const std::string& key) {
  return counter(object.at(key));
}

Sample::CpuTicks cpu_from_json(const JsonCursor& array) {
  const auto ticks = array.elements();
  if (ticks.size() != 10) array.fail(fmt::format("expected 10 counters, found {}", ticks.size()));
  return {.user = counter(ticks[0]),
          .nice = counter(ticks[1]),
          .system = counter(ticks[2]),
          .idle = counter(ticks[3]),
          .iowait = counter(ticks[4]),
          .irq = counter(ticks[5]),
          .softirq = counter(ticks[6]),
          .steal = counter(ticks[7]),
          .guest = counter(ticks[8]),
          .guest_nice = counter(ticks[9])};
}

Sample::Arc arc_from_json(const JsonCursor& object) {
  object.allow_only({"size", "c_min"});
  return {.size_bytes = counter(object, "size"), .c_min_bytes = counter(object, "c_min")};
}

Sample::Pressure pressure_from_json(const JsonCursor& object) {
  object.allow_only({"cpu", "io", "memory"});
  return {.cpu_us = counter(object, "cpu"),
          .io_us = counter(object, "io"),
          .memory_us = counter(object, "memory")};
}

Sample::Cgroup cgroup_from_json(const JsonCursor& object) {
  object.allow_only(
      {"current", "anon", "file", "kernel", "usage_usec", "oom", "oom_kill", "high", "max"});
  return {.current_bytes = counter(object, "current"),
          .anon_bytes = counter(object, "anon"),
          .file_bytes = counter(object, "file"),
          .kernel_bytes = counter(object, "kernel"),
          .usage_us = counter(object, "usage_usec"),
          .oom = counter(object, "oom"),
          .oom_kill = counter(object, "oom_kill"),
          .high = counter(object, "high"),
          .max = counter(object, "max")};
}

Sample::Process process_from_json(const JsonCursor& object) {
  object.allow_only({"rss_kib", "pss_kib"});
  Sample::Process process{.rss_kib = counter(object, "rss_kib")};
  if (const auto pss = object.find("pss_kib")) process.pss_kib = counter(*pss);
  return process;
}

}  // namespace

Sample parse_sample(std::string_view line) {
  const auto refuse = [&](const char* problem) {
    return HarnessError("read a line of the sampler", fmt::format("{}: {}", problem, line));
  };
  try {
    const Json object = parse_strict_json(line, "sample");
    const JsonCursor cursor(object, "sample");
    cursor.allow_only({"t", "mem", "arc", "cpu", "psi", "ksm", "cgroup", "process"});
    return sample_from_json(cursor);
  } catch (const InputError& error) {
    throw refuse(error.what());
  } catch (const Json::exception& error) {  // a number out of range
    throw refuse(error.what());
  }
}

Sample sample_from_json(const JsonCursor& object) {
  const JsonCursor memory = object.at("mem");
  memory.allow_only({"total", "available"});
  Sample sample{.t_s = object.at("t").number(),
                .mem_total_kib = counter(memory, "total"),
                .mem_available_kib = counter(memory, "available"),
                .cpu = cpu_from_json(object.at("cpu"))};
  if (sample.mem_total_kib == 0) memory.fail("a node without memory");
  if (const auto arc = object.find("arc")) sample.arc = arc_from_json(*arc);
  if (const auto pressure = object.find("psi")) sample.pressure = pressure_from_json(*pressure);
  if (const auto ksm = object.find("ksm")) sample.ksm_pages_sharing = counter(*ksm);
  if (const auto cgroup = object.find("cgroup")) sample.cgroup = cgroup_from_json(*cgroup);
  if (const auto process = object.find("process")) sample.process = process_from_json(*process);
  return sample;
}

Json to_json(const Sample& sample) {
  const Sample::CpuTicks& cpu = sample.cpu;
  Json object = {
      {"t", sample.t_s},
      {"mem", {{"total", sample.mem_total_kib}, {"available", sample.mem_available_kib}}},
      {"cpu", Json::array({cpu.user, cpu.nice, cpu.system, cpu.idle, cpu.iowait, cpu.irq,
                           cpu.softirq, cpu.steal, cpu.guest, cpu.guest_nice})}};
  if (const auto& arc = sample.arc) {
    object["arc"] = {{"size", arc->size_bytes}, {"c_min", arc->c_min_bytes}};
  }
  if (const auto& pressure = sample.pressure) {
    object["psi"] = {
        {"cpu", pressure->cpu_us}, {"io", pressure->io_us}, {"memory", pressure->memory_us}};
  }
  if (sample.ksm_pages_sharing) object["ksm"] = *sample.ksm_pages_sharing;
  if (const auto& cgroup = sample.cgroup) {
    object["cgroup"] = {{"current", cgroup->current_bytes},
                        {"anon", cgroup->anon_bytes},
                        {"file", cgroup->file_bytes},
                        {"kernel", cgroup->kernel_bytes},
                        {"usage_usec", cgroup->usage_us},
                        {"oom", cgroup->oom},
                        {"oom_kill", cgroup->oom_kill},
                        {"high", cgroup->high},
                        {"max", cgroup->max}};
  }
  if (const auto& process = sample.process) {
    object["process"]["rss_kib"] = process->rss_kib;
    if (process->pss_kib) object["process"]["pss_kib"] = *process->pss_kib;
  }
  return object;
}

double ram_used_mib(const Sample& sample) {
  double used_mib =
      static_cast<double>(sample.mem_total_kib - sample.mem_available_kib) / kKibPerMib;
  if (sample.arc) {
    const std::int64_t gives_way = sample.arc->size_bytes - sample.arc->c_min_bytes;
    used_mib -= static_cast<double>(std::max<std::int64_t>(0, gives_way)) / kBytesPerMib;
  }
  return used_mib;
}

}  // namespace pve_accept
