#pragma once

#include "suites/unit/record/record_testing.h"
#include "support/record/run_record.h"

namespace pve_accept {

// A small run on a simulated node: some claims that hold, one that is false, one that could not be
// told, one that is not applicable.
inline RunRecord sample_record() {
  const Thresholds thresholds = suite_thresholds();
  RunRecord record("run-1", "2026-06-07T09:30:00Z", "0.1.0");
  Json& json = record.json();
  json["node"] = {{"kind", "sim"},
                  {"name", "sim"},
                  {"packages", {{"pve-manager", "9.2.2"}}},
                  {"cpu", {{"model", "N100"}, {"cpus", 4}, {"governor", nullptr}}},
                  {"ksm", "off"},
                  {"unknown_commands", {"frobnicate --all"}}};
  json["guests"]["lxc"] = {{"vmid", 9001}, {"components", {{"docker", "29.5.3"}}}};
  json["guests"]["vm"] = {{"vmid", 9000}};
  json["teardown"] = {{"left", Json::array()}, {"changes", Json::array()}, {"kept", false}};
  const auto ram = [](double median) {
    return Json{{"figures", {{"ram_used_mib", {{"median", median}, {"min", 1}, {"max", 2}}}}},
                {"settle", {{"settled", true}, {"drift_mib", 3.2}, {"took_s", 31.0}}}};
  };
  record.put_baseline(ram(1702));
  record.put_measurement(GuestKind::kLxc, "idle", ram(1915));
  Json load = ram(2110);
  load["figures"]["cpu_iowait_percent"] = {{"mean", 14.0}};
  load["figures"]["cpu_steal_percent"] = {{"mean", 0.4}};
  load["pgbench"] = {{"transactions", 130000}};
  record.put_measurement(GuestKind::kLxc, "load", load);

  const auto judged = [&](const char* id, std::optional<GuestKind> guest,
                          const Observation& observation) {
    record.put_claim(judge(thresholds, id, guest, observation));
  };
  judged("cpu.idle", GuestKind::kVm, {.measured = 6.1, .how = "/proc/stat"});
  judged("docker.storage-driver", GuestKind::kLxc,
         {.measured = "vfs",
          .how = "docker info",
          .also = {{"container root", "ext4"}, {"growth of ten containers", 4000}}});
  judged("docker.exec", GuestKind::kVm, {.measured = 0, .how = "docker exec"});
  judged("memory.idle-delta", GuestKind::kLxc, {.measured = 213, .how = "idle window"});
  judged("memory.idle-delta", GuestKind::kVm, {.measured = nullptr, .how = "idle window"});
  judged("delta.memory-idle", std::nullopt, {.measured = 1843, .how = "idle windows"});
  judged("load.throughput", GuestKind::kLxc, {.measured = 2200.5});
  judged("load.throughput", GuestKind::kVm, {.measured = 1800.2});
  judged("delta.throughput", std::nullopt, {.measured = -18.2});
  record.put_claim(*declared_skip(thresholds, "guest.freeze", GuestKind::kLxc));
  return record;
}

}  // namespace pve_accept
