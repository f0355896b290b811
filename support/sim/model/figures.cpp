#include "support/sim/model/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "support/sim/model/images.h"
#include "support/sim/model/variation.h"

namespace pve_accept::sim {
namespace {

constexpr double kTicksPerSecond = 100;  // USER_HZ

double value_at(const std::vector<Relaxation>& series, Millis at) {
  const auto entry =
      std::find_if(series.rbegin(), series.rend(),
                   [&](const Relaxation& relaxation) { return relaxation.at <= at; });
  if (entry == series.rend()) return 0;
  const double elapsed_s = static_cast<double>(at - entry->at) / 1000.0;
  return entry->target +
         (entry->value - entry->target) * std::exp(-elapsed_s / entry->time_constant_s);
}

Model::Cpu operator-(const Model::Cpu& a, const Model::Cpu& b) {
  return {.user_percent = a.user_percent - b.user_percent,
          .system_percent = a.system_percent - b.system_percent,
          .iowait_percent = a.iowait_percent - b.iowait_percent,
          .softirq_percent = a.softirq_percent - b.softirq_percent,
          .guest_percent = a.guest_percent - b.guest_percent};
}

Model::Cpu operator*(const Model::Cpu& share, double factor) {
  return {.user_percent = share.user_percent * factor,
          .system_percent = share.system_percent * factor,
          .iowait_percent = share.iowait_percent * factor,
          .softirq_percent = share.softirq_percent * factor,
          .guest_percent = share.guest_percent * factor};
}

void add(CpuTicks& ticks, const Model::Cpu& share, double seconds, double cpus) {
  const double scale = seconds * cpus * kTicksPerSecond / 100.0;
  const auto part = [&](double percent) { return std::max(percent, 0.0) * scale; };
  ticks.user += part(share.user_percent) + part(share.guest_percent);
  ticks.system += part(share.system_percent);
  ticks.iowait += part(share.iowait_percent);
  ticks.softirq += part(share.softirq_percent);
  ticks.guest += part(share.guest_percent);
}

}  // namespace

Figures::Figures(const Scenario& scenario, const State& state)
    : scenario_(scenario), state_(state), noise_seed_(noise_seed(scenario)) {}

double Figures::ram_used_mib(Millis at) const {
  const Model::Node& node = scenario_.model.node;
  const Millis since = at - std::max<Millis>(state_.booted(at), 0);
  const double fallen = node.ram_fall_mib_s * static_cast<double>(since) / 1000.0;
  double used = std::max(node.baseline_ram_mib - fallen, 0.0);
  used += ram_drift_mib(scenario_, state_, at);
  for (const auto& [vmid, series] : state_.ram) used += value_at(series, at);
  used -= swapped_mib(at);
  used += scenario_.model.node.ram_noise_mib * bell(noise_seed_, "ram", at / 1000);
  return std::clamp(used, 0.0, scenario_.model.node.memory_mib);
}

double Figures::swapped_mib(Millis at) const {
  double swapped = 0;
  for (const Activity& activity : state_.activities) {
    const bool runs = activity.what == "running" && activity.from <= at && at < activity.to;
    if (runs) swapped += scenario_.model.guest(activity.kind).swapped_mib;
  }
  return std::min(swapped, scenario_.model.node.swap_mib);
}

double Figures::wandering_s(const std::string& channel, double amplitude, Millis from, Millis to) {
  if (to <= from) return 0;
  auto found = wanders_.find(channel);
  if (found == wanders_.end()) {
    found = wanders_.emplace(channel, Wander(noise_seed_, channel, amplitude)).first;
  }
  return found->second.integral_s(to) - found->second.integral_s(from);
}

void Figures::add_guest(const Activity& running, Millis at, CpuTicks& ticks) {
  const Model::Node& node = scenario_.model.node;
  const Model::Guest& guest = scenario_.model.guest(running.kind);
  const auto cpus = static_cast<double>(node.cpus);
  const Millis end = std::min(running.to, at);
  if (running.user_percent) {
    add(ticks, {.user_percent = *running.user_percent},
        wandering_s(fmt::format("cpu of {}", running.vmid), 0.1, running.from, end), cpus);
    return;
  }
  const std::string idle_channel = fmt::format("cpu idle {}", to_string(running.kind));
  const double idle_amplitude = running.kind == GuestKind::kVm ? 0.04 : 0.8;
  double idle_s = wandering_s(idle_channel, idle_amplitude, running.from, end);
  for (const Activity& activity : state_.activities) {
    if (activity.vmid != running.vmid || activity.what == "running") continue;
    const Millis from = std::max(activity.from, running.from);
    const Millis to = std::min(activity.to, end);
    if (to <= from) continue;
    if (activity.what == "busy") {
      constexpr Model::Cpu kBusy = {.user_percent = 14, .system_percent = 7, .iowait_percent = 5};
      add(ticks, kBusy, wandering_s("cpu busy", 0.3, from, to), cpus);
      continue;
    }
    idle_s -= wandering_s(idle_channel, idle_amplitude, from, to);
    add(ticks, (guest.load_cpu - node.idle_cpu) * deviation_of(scenario_, state_, activity).cpu,
        wandering_s(fmt::format("cpu load {}", to_string(running.kind)), 0.1, from, to), cpus);
  }
  add(ticks, (guest.idle_cpu - node.idle_cpu) * deviation_of(scenario_, state_, running).cpu,
      std::max(idle_s, 0.0), cpus);
}

CpuTicks Figures::cpu(Millis at) {
  const Model::Node& node = scenario_.model.node;
  const auto cpus = static_cast<double>(node.cpus);
  CpuTicks ticks;
  const Millis booted = state_.booted(at);
  const double before_s = static_cast<double>(std::max<Millis>(-booted, 0)) / 1000.0;
  const Millis watched_from = std::max<Millis>(booted, 0);
  add(ticks, node.idle_cpu, before_s + wandering_s("cpu node", 1.0, watched_from, at), cpus);
  for (const Activity& activity : state_.activities) {
    if (activity.what == "running" && activity.to > booted) add_guest(activity, at, ticks);
  }
  const double total = static_cast<double>(at - booted) / 1000.0 * cpus * kTicksPerSecond;
  ticks.steal = total * node.steal_percent / 100.0;
  const double taken = ticks.user + ticks.system + ticks.iowait + ticks.softirq + ticks.steal;
  ticks.idle = std::max(total - taken, 0.0);
  return ticks;
}

double Figures::guest_cpu_s(std::int64_t vmid, Millis at) {
  CpuTicks ticks;
  for (const Activity& activity : state_.activities) {
    if (activity.what == "running" && activity.vmid == vmid && activity.from <= at &&
        activity.to > at) {
      add_guest(activity, at, ticks);
    }
  }
  return (ticks.user + ticks.system + ticks.softirq) / kTicksPerSecond;
}

Model::Pressure Figures::pressure_s(std::optional<std::int64_t> vmid, Millis at) const {
  constexpr Millis kUpdated = 2000;  // how often the kernel counts them up
  at -= at % kUpdated;
  Model::Pressure total;
  const auto add = [&](const Model::Pressure& share, Millis from, Millis to) {
    const double part_s = static_cast<double>(std::max<Millis>(to - from, 0)) / 1000.0 / 100.0;
    total.cpu += share.cpu * part_s;
    total.io += share.io * part_s;
    total.memory += share.memory * part_s;
  };
  for (const Activity& running : state_.activities) {
    if (running.what != "running" || running.to <= state_.booted(at)) continue;
    if (vmid && (running.vmid != *vmid || running.to <= at)) continue;
    const Model::Guest& guest = scenario_.model.guest(running.kind);
    Millis idle_from = running.from;
    for (const Activity& load : state_.activities) {
      if (load.what != "load" || load.vmid != running.vmid || load.from < idle_from) continue;
      add(guest.idle_pressure, idle_from, std::min({load.from, running.to, at}));
      add(guest.load_pressure, load.from, std::min({load.to, running.to, at}));
      idle_from = std::min(load.to, running.to);
    }
    add(guest.idle_pressure, idle_from, std::min(running.to, at));
  }
  return total;
}

// Memory is booked in step with what the guest costs the node: all of the idle figure once the
// stack runs, the figure under load while pgbench runs.
Booked Figures::booked(const Guest& guest, Millis at) const {
  const Model::Guest& model = scenario_.model.guest(guest.kind);
  const auto load = std::ranges::find_if(state_.activities, [&](const Activity& a) {
    return a.what == "load" && a.vmid == guest.vmid && a.from <= at && at < a.to;
  });
  const bool loaded = load != state_.activities.end();
  const Deviation deviation = loaded ? deviation_of(scenario_, state_, *load)
                                     : deviation_of_guest(scenario_, state_, guest.vmid, at);
  const double idle_ram_mib = std::max(model.idle_ram_mib + deviation.ram_mib, 0.0);
  const double share =
      idle_ram_mib > 0 ? std::clamp(ram_of(state_, guest.vmid, at) / idle_ram_mib, 0.0, 1.0) : 1.0;
  const double noise = 1.0 + 0.0005 * bell(noise_seed_, "booked", at / 1000);
  const double modelled = loaded ? model.booked_load_mib : model.booked_idle_mib;
  // A container's cgroup has a limit; by chance nothing goes beyond.
  const double limit = guest.is_vm() ? INFINITY : static_cast<double>(guest.number("memory", 512));
  const double deviated =
      std::max(std::min(modelled + deviation.ram_mib, std::max(modelled, limit)), 0.0);
  Booked booked;
  booked.current_mib = deviated * (loaded ? 1.0 : share) * noise;
  booked.rss_mib = booked.current_mib;
  booked.pss_mib = booked.rss_mib * model.pss_share;
  if (guest.is_vm()) {
    booked.anon_mib = booked.current_mib;
    booked.file_mib = 6;
    booked.kernel_mib = 14;
    booked.current_mib += booked.file_mib + booked.kernel_mib;
  } else {
    booked.anon_mib = std::min(model.anon_mib * (loaded ? 1.15 : share), booked.current_mib);
    booked.kernel_mib = std::min(40.0 * share, booked.current_mib - booked.anon_mib);
    booked.file_mib = booked.current_mib - booked.anon_mib - booked.kernel_mib;
  }
  return booked;
}

std::int64_t Figures::ksm_pages_sharing(Millis at) const {
  const Model::Node& node = scenario_.model.node;
  return node.ksm_pages_sharing +
         static_cast<std::int64_t>(node.ksm_drift * static_cast<double>(at) / 1000.0);
}

// The rest of the model's figure is the system itself with all packages: what images, containers
// and pgbench's tables take is known one by one.
double Figures::disk_used_mib(const Guest& guest) const {
  const Model::Guest& model = scenario_.model.guest(guest.kind);
  const double system = model.disk_used_mib - kDockerPackagesMib - stack_mib();
  double used = std::max(system, 0.0);
  if (guest.has_docker()) used += kDockerPackagesMib;
  for (const std::string& image : guest.docker.images) used += image_mib(image);
  const std::string& driver = model.docker.storage_driver;
  const bool copies = driver == "vfs" || driver == "native";
  for (const Container& container : guest.docker.containers) {
    used += copies ? image_mib(container.image) : kContainerMib;
  }
  for (const auto& [name, database] : guest.docker.volumes) {
    used += kDatabaseMib + kPgbenchScaleMib * static_cast<double>(database.pgbench_scale);
  }
  return used;
}

double Figures::volume_used_mib(const Volume& volume) const {
  if (volume.fixed_used_mib >= 0) return volume.fixed_used_mib;
  const Guest* guest = state_.find_guest(volume.vmid);
  if (guest == nullptr) return 0;
  const Model::Guest& model = scenario_.model.guest(guest->kind);
  const double ratio = model.disk_used_mib > 0 ? model.disk_host_mib / model.disk_used_mib : 1;
  const double used = (disk_used_mib(*guest) + guest->free_blocks_mib) * ratio;
  return std::min(used, static_cast<double>(volume.size) / kMib);
}

std::int64_t Figures::storage_used_kib(const Model::Storage& storage) const {
  double used_mib = 0;
  for (const Volume& volume : state_.volumes) {
    if (volume.storage == storage.storage) used_mib += volume_used_mib(volume);
  }
  return storage.used_kib + static_cast<std::int64_t>(used_mib * 1024.0);
}

void relax_ram(State& state, std::int64_t vmid, const Relaxation& relaxation) {
  auto& series = state.ram[std::to_string(vmid)];
  while (!series.empty() && series.back().at > relaxation.at) series.pop_back();
  series.push_back(relaxation);
}

double ram_of(const State& state, std::int64_t vmid, Millis at) {
  const auto found = state.ram.find(std::to_string(vmid));
  return found == state.ram.end() ? 0 : value_at(found->second, at);
}

}  // namespace pve_accept::sim
