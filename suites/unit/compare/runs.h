#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "support/compare/baseline.h"

namespace pve_accept {

// A record of a run with these figures, as the suite would have left it.
struct RunMade {
  std::string id = "run-1";
  std::string boot = "boot-1";
  std::vector<double> lxc_tps = {2211.7};
  std::vector<double> vm_tps = {1819.6};
  double lxc_idle_mib = 211;
  double vm_idle_cpu = 6;
};

inline Record record_with(const RunMade& made) {
  Record record{.run = {made.id, "2026-06-07T09:30:00Z " + made.id, {}, "0.1.0"}};
  record.node = {.kind = "pve",
                 .name = "pve1",
                 .host = "pve1",
                 .packages = {{"pve-manager", "9.2.2"}},
                 .kernel = "7.0.2-6-pve",
                 .cpu = NodeRecord::Cpu{.model = "N100", .cpus = 4, .governor = "powersave"},
                 .memory_mib = 15771,
                 .ksm = "off",
                 .storage = NodeRecord::Storage{"local-lvm", "lvmthin"},
                 .boot_id = made.boot};
  const auto window = [](double ram_mib, double cpu) {
    return WindowRecord{.figures = {{"ram_used_mib", {.median = ram_mib}},
                                    {"swapped_mib", {.median = 0}},
                                    {"cpu_used_percent", {.mean = cpu}}}};
  };
  record.baseline = window(1702, 0.1);
  for (const GuestKind kind : kGuestKinds) {
    const bool lxc = kind == GuestKind::kLxc;
    record.guests[kind] = {.vmid = 9000,
                           .spec = GuestRecord::Spec{2, 2048, 10},
                           .address = "192.168.0.9",
                           .host_keys = {"ssh-ed25519 AAAA"},
                           .ready_s = lxc ? 12.0 : 70.0};
    const auto& all_tps = lxc ? made.lxc_tps : made.vm_tps;
    for (std::size_t i = 0; i < all_tps.size(); ++i) {
      Measurements measured;
      measured.idle =
          IdleRecord{window(1702 + (lxc ? made.lxc_idle_mib : 2056), lxc ? 0.3 : made.vm_idle_cpu)};
      LoadRecord load{window(1702 + (lxc ? 410 : 2084), lxc ? 39.4 : 53.9)};
      load.pgbench = {.aborted = false,
                      .ran_full_time = true,
                      .duration_s = 60,
                      .latency_ms = 4000 / all_tps[i],
                      .tps = all_tps[i],
                      .clients = 4,
                      .scale = 10};
      load.disk.host_used_gib = 2.7;
      measured.load = load;
      if (i == 0) {
        record.measurements[kind] = measured;
        continue;
      }
      if (record.rounds.size() < i) record.rounds.push_back({.number = static_cast<int>(i) + 1});
      record.rounds[i - 1].measurements[kind] = measured;
    }
  }
  return record;
}

inline Baseline runs_with(const std::vector<RunMade>& made) {
  std::vector<Baseline> parts;
  parts.reserve(made.size());
  for (const RunMade& one : made) parts.push_back(one_run(record_with(one)));
  return together(std::move(parts));
}

// Five runs of two boots, whose throughput is about that of the spike.
inline std::vector<RunMade> five_runs() {
  std::vector<RunMade> runs;
  const double factors[] = {0.99, 1.0, 1.01, 0.995, 1.005};
  for (int i = 0; i < 5; ++i) {
    const double factor = factors[i];
    runs.push_back({.id = fmt::format("run-{}", i + 1),
                    .boot = i < 2 ? "boot-1" : "boot-2",
                    .lxc_tps = {2211.7 * factor, 2220 * factor},
                    .vm_tps = {1819.6 * factor, 1815 * factor},
                    .lxc_idle_mib = 211.0 + i,
                    .vm_idle_cpu = 6 + 0.05 * i});
  }
  return runs;
}

}  // namespace pve_accept
