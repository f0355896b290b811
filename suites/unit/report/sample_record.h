#pragma once

#include "suites/unit/record/record_testing.h"
#include "support/record/judge.h"
#include "support/record/record.h"

namespace pve_accept {

// A small run on a simulated node: some claims that hold, one that is false, one that could not be
// told, one that is not applicable.
inline Record sample_record() {
  const Thresholds thresholds = suite_thresholds();
  Record record{.run = {"run-1", "2026-06-07T09:30:00Z", {}, "0.1.0"}};
  record.node = {.kind = "sim",
                 .name = "sim",
                 .packages = {{"pve-manager", "9.2.2"}},
                 .cpu = NodeRecord::Cpu{.model = "N100", .cpus = 4},
                 .ksm = "off",
                 .unknown_commands = {"frobnicate --all"}};
  record.guests[kLxc] = {.vmid = 9001, .components = {{"docker", "29.5.3"}}};
  record.guests[kVm] = {.vmid = 9000};
  record.teardown = TeardownRecord{};
  const auto window = [](double median) {
    return WindowRecord{.figures = {{"ram_used_mib", {.median = median, .min = 1, .max = 2}}},
                        .settle = SettleRecord{.settled = true, .took_s = 31, .drift_mib = 3.2}};
  };
  record.baseline = window(1702);
  record.measurements[kLxc].idle = IdleRecord{window(1915)};
  LoadRecord load{window(2110)};
  load.figures["cpu_iowait_percent"].mean = 14;
  load.figures["cpu_steal_percent"].mean = 0.4;
  load.pgbench.transactions = 130000;
  record.measurements[kLxc].load = load;

  const auto judged = [&](const char* id, std::optional<GuestKind> guest,
                          const Observation& observation) {
    record.claims.push_back(judge(thresholds, id, guest, observation));
  };
  judged("cpu.idle", kVm, {.measured = 6.1, .how = "/proc/stat"});
  judged("docker.storage-driver", kLxc,
         {.measured = "vfs",
          .how = "docker info",
          .also = {{"container root", "ext4"}, {"growth of ten containers", 4000}}});
  judged("docker.exec", kVm, {.measured = 0, .how = "docker exec"});
  judged("memory.idle-delta", kLxc, {.measured = 213, .how = "idle window"});
  judged("memory.idle-delta", kVm, {.how = "idle window"});
  judged("delta.memory-idle", std::nullopt, {.measured = 1843, .how = "idle windows"});
  judged("load.throughput", kLxc, {.measured = 2200.5});
  judged("load.throughput", kVm, {.measured = 1800.2});
  judged("delta.throughput", std::nullopt, {.measured = -18.2});
  record.claims.push_back(*declared_skip(thresholds, "guest.freeze", kLxc));
  return record;
}

// The same, with the two that are red in preview.
inline Record sample_record_in_preview() {
  Record record = sample_record();
  for (ClaimResult& claim : record.claims) {
    if (claim.red()) claim.maturity = Maturity::kPreview;
  }
  return record;
}

}  // namespace pve_accept
