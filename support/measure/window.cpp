#include "support/measure/window.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdio>

#include "support/base/error.h"
#include "support/measure/cpu_share.h"

namespace pve_accept {
namespace {

double mib(std::int64_t bytes) { return static_cast<double>(bytes) / (1024 * 1024); }

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
  if (const auto& cgroup = sample.cgroup) {
    values["cgroup_current_mib"].push_back(mib(cgroup->current_bytes));
    values["cgroup_without_cache_mib"].push_back(mib(cgroup->current_bytes - cgroup->file_bytes));
  }
  if (const auto& process = sample.process) {
    values["process_rss_mib"].push_back(mib(process->rss_kib * 1024));
    if (process->pss_kib) values["process_pss_mib"].push_back(mib(*process->pss_kib * 1024));
  }
}

// The derived values of one sample, for plots. Without those of the CPU where there are none.
Json sample_to_json(const Window& window, std::size_t i) {
  const TimedSample& timed = window.samples[i];
  Json object = to_json(timed.sample);
  object["at_s"] = to_seconds(timed.arrived - window.began);
  object["counts"] = timed.counts;
  object["ram_used_mib"] = ram_used_mib(timed.sample);
  if (i == 0) return object;
  try {
    const CpuShare share = cpu_share(window.samples[i - 1].sample, timed.sample);
    object["cpu_used_percent"] = share.used();
    object["cpu_busy_percent"] = share.busy();
  } catch (const HarnessError&) {
    // The figures' "problem" says it.
  }
  return object;
}

// The layout of to_rfc3339.
Clock::WallTime from_rfc3339(const JsonCursor& value) {
  const std::string text = value.string();
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  const int read = std::sscanf(text.c_str(), "%4d-%2u-%2uT%2u:%2u:%2uZ", &year, &month, &day, &hour,
                               &minute, &second);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  const Clock::WallTime time = std::chrono::sys_days(date) + std::chrono::hours(hour) +
                               std::chrono::minutes(minute) + std::chrono::seconds(second);
  // Written again it is the same text: so there is nothing else in it and no hour 99.
  if (read != 6 || !date.ok() || to_rfc3339(time) != text) {
    value.fail(fmt::format("expected a time like 2026-06-07T09:30:00Z, found '{}'", text));
  }
  return time;
}

}  // namespace

Figures figures(const Window& window) {
  Values values;
  for (std::size_t i = 0; i < window.samples.size(); ++i) {
    if (!window.samples[i].counts) continue;
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
  return figures;
}

Json to_json(const Window& window) {
  Json object = {{"started", to_rfc3339(window.started)},
                 {"samples", Json::array()},
                 {"figures", Json::object()}};
  for (std::size_t i = 0; i < window.samples.size(); ++i) {
    object["samples"].push_back(sample_to_json(window, i));
  }
  try {
    for (const auto& [name, statistics] : figures(window)) {
      object["figures"][name] = to_json(statistics);
    }
  } catch (const HarnessError& error) {
    object["problem"] = error.what();
  }
  return object;
}

Window window_from_json(const std::string& name, const JsonCursor& object) {
  Window window{.name = name, .started = from_rfc3339(object.at("started"))};
  for (const JsonCursor& sample : object.at("samples").elements()) {
    const auto at_ms = std::llround(sample.at("at_s").number() * 1000);
    window.samples.push_back({.sample = sample_from_json(sample),
                              .arrived = window.began + std::chrono::milliseconds(at_ms),
                              .counts = sample.at("counts").boolean()});
  }
  return window;
}

}  // namespace pve_accept
