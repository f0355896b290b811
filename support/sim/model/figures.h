#pragma once

#include <map>
#include <optional>
#include <string>

#include "support/sim/model/scenario.h"
#include "support/sim/model/state.h"

namespace pve_accept::sim {

// The columns of the "cpu" line of /proc/stat, in ticks; guest time is part of user, as there.
struct CpuTicks {
  double user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0,
         guest = 0, guest_nice = 0;
};

// What the memory cgroup or the KVM process of a guest shows.
struct Booked {
  double current_mib = 0, anon_mib = 0, file_mib = 0, kernel_mib = 0, rss_mib = 0, pss_mib = 0;
};

// The model at work: every figure is a function of the scenario, of what ran when, and of time.
// It may be asked about the past, as the sampler does whose lines are read late.
class Figures {
 public:
  Figures(const Scenario& scenario, const State& state);

  double ram_used_mib(Millis at) const;  // MemTotal - MemAvailable of the node
  double swapped_mib(Millis at) const;   // SwapTotal - SwapFree
  CpuTicks cpu(Millis at);               // since the node booted
  double guest_cpu_s(std::int64_t vmid, Millis at);
  Booked booked(const Guest& guest, Millis at) const;
  // The totals of PSI in seconds: of a guest's cgroup since its start, of the node (no vmid) since
  // the first guest's.
  Model::Pressure pressure_s(std::optional<std::int64_t> vmid, Millis at) const;
  std::int64_t ksm_pages_sharing(Millis at) const;

  double disk_used_mib(const Guest& guest) const;      // in the guest's root file system
  double volume_used_mib(const Volume& volume) const;  // on the storage
  std::int64_t storage_used_kib(const Model::Storage& storage) const;

 private:
  double wandering_s(const std::string& channel, double amplitude, Millis from, Millis to);
  void add_guest(const Activity& running, Millis at, CpuTicks& ticks);

  const Scenario& scenario_;
  const State& state_;
  std::uint64_t noise_seed_;
  std::map<std::string, Wander> wanders_;
};

// Changes the host RAM that a guest takes, from `at` on.
void relax_ram(State& state, std::int64_t vmid, const Relaxation& relaxation);
double ram_of(const State& state, std::int64_t vmid, Millis at);

inline constexpr double kMib = 1048576.0;

}  // namespace pve_accept::sim
