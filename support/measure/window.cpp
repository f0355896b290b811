#include "support/measure/window.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/base/error.h"
#include "support/base/units.h"
#include "support/measure/cpu_share.h"

namespace pve_accept {
namespace {

using Values = std::map<std::string, std::vector<double>>;

void add_cpu(Values& values, const CpuShare& share) {
  values["cpu_used_percent"].push_back(share.used());
  values["cpu_busy_percent"].push_back(share.busy());
  values["cpu_user_percent"].push_back(share.user);
  values["cpu_system_percent"].push_back(share.system);
  values["cpu_iowait_percent"].push_back(share.iowait);
  values["cpu_softirq_percent"].push_back(share.softirq);
  values["cpu_guest_percent"].push_back(share.guest);
  values["cpu_steal_percent"].push_back(share.steal);
}

void add_memory(Values& values, const Sample& sample) {
  values["ram_used_mib"].push_back(ram_used_mib(sample));
  values["swapped_mib"].push_back(mib(sample.memory.swapped_kib * 1024));
  if (const auto& cgroup = sample.cgroup) {
    values["cgroup_current_mib"].push_back(mib(cgroup->current_bytes));
    values["cgroup_without_cache_mib"].push_back(mib(cgroup->current_bytes - cgroup->file_bytes));
  }
  if (const auto& process = sample.process) {
    values["process_rss_mib"].push_back(mib(process->rss_kib * 1024));
    if (process->pss_kib) values["process_pss_mib"].push_back(mib(*process->pss_kib * 1024));
  }
}

// The kernel brings the totals up to date every 2 s only (PSI_FREQ): what a second has is nothing
// or twice its share, so the share is that of the whole window, give or take these 2 s.
constexpr double kPressureLag_s = 2.1;

using PressureOf = const std::optional<Sample::Pressure>& (*)(const Sample&);

void add_pressure(Figures& figures, const std::string& name, const Sample& first,
                  const Sample& last, PressureOf of) {
  const auto &before = of(first), &after = of(last);
  const double passed_s = last.t_s - first.t_s;
  if (!before || !after || !(passed_s > 0)) return;
  const auto add = [&](const char* resource, std::int64_t Sample::Pressure::*total) {
    const double waited_s = static_cast<double>(*after.*total - *before.*total) / 1e6;
    if (waited_s < 0 || waited_s > passed_s + kPressureLag_s) return;
    figures[fmt::format("{}_{}_percent", name, resource)] =
        summarize({std::min(100.0, 100.0 * waited_s / passed_s)});
  };
  add("cpu", &Sample::Pressure::cpu_us);
  add("io", &Sample::Pressure::io_us);
  add("memory", &Sample::Pressure::memory_us);
}

const std::optional<Sample::Pressure>& pressure_of_node(const Sample& sample) {
  return sample.pressure;
}

const std::optional<Sample::Pressure>& pressure_of_guest(const Sample& sample) {
  static const std::optional<Sample::Pressure> none;
  return sample.cgroup ? sample.cgroup->pressure : none;
}

std::string sample_line(const Window& window, std::size_t i) {
  const TimedSample& timed = window.samples[i];
  std::string head = fmt::format(R"("at_s":{},"counts":{},"ram_used_mib":{})",
                                 to_seconds(timed.arrived - window.began), timed.counts,
                                 ram_used_mib(timed.sample));
  if (i > 0) {
    try {
      const CpuShare share = cpu_share(window.samples[i - 1].sample, timed.sample);
      head += fmt::format(R"(,"cpu_used_percent":{},"cpu_busy_percent":{})", share.used(),
                          share.busy());
    } catch (const HarnessError&) {
      // check_plausibility() says it.
    }
  }
  return "{" + head + "," + timed.line.substr(timed.line.find('{') + 1);
}

}  // namespace

Figures figures(const Window& window) {
  Values values;
  const Sample *first = nullptr, *last = nullptr;
  for (std::size_t i = 0; i < window.samples.size(); ++i) {
    if (!window.samples[i].counts) continue;
    last = &window.samples[i].sample;
    if (first == nullptr) first = last;
    add_memory(values, window.samples[i].sample);
    if (i > 0) add_cpu(values, cpu_share(window.samples[i - 1].sample, window.samples[i].sample));
  }
  if (!values.contains("cpu_used_percent")) {
    throw HarnessError(
        fmt::format("compute the figures of window {}", window.name),
        fmt::format("not one interval of its {} samples counts", window.samples.size()));
  }
  Figures figures;
  for (const auto& [name, list] : values) figures[name] = summarize(list);
  add_pressure(figures, "pressure", *first, *last, pressure_of_node);
  add_pressure(figures, "cgroup_pressure", *first, *last, pressure_of_guest);
  return figures;
}

std::vector<std::string> sample_lines(const Window& window) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < window.samples.size(); ++i) lines.push_back(sample_line(window, i));
  return lines;
}

}  // namespace pve_accept
