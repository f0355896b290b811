#include "fixtures/claims/claim_test.h"

namespace pve_accept::acceptance {

// VM minus LXC.
class Difference : public ClaimTest {
 protected:
  // Of a figure of the same window of both guests.
  Figure between_guests(const std::string& window_name, const std::string& figure_name) {
    return difference(figure(window(GuestKind::kVm, window_name), figure_name),
                      figure(window(GuestKind::kLxc, window_name), figure_name));
  }
  // Of a value at a place in the load measurement of both guests; null when one has none.
  std::pair<Json, Json> both(const Json::json_pointer& place) {
    const RunRecord record = run().record();
    return {record.measurement(GuestKind::kVm, "load").value(place, Json(nullptr)),
            record.measurement(GuestKind::kLxc, "load").value(place, Json(nullptr))};
  }
};

// Both guests run the same Docker, to the build.
// Example failure: measured "docker: 29.5.3 in lxc, 29.6.0 in vm".
TEST_F(Difference, OfDockerVersionsIsNone) {
  judge("delta.docker-version",
        {.measured = docker_differences(run().record().json()["guests"]), .how = "docker version"});
}

// The VM costs far more idle RAM.
// Example failure: measured 640 MiB: the VM balloons.
TEST_F(Difference, OfIdleMemoryIsLarge) {
  judge("delta.memory-idle",
        {.how = "idle windows", .statistics = between_guests("idle", "ram_used_mib")});
}

// And under load.
// Example failure: measured 1100 MiB, 1350 to 2000 MiB.
TEST_F(Difference, OfMemoryUnderLoadIsLarge) {
  judge("delta.memory-load",
        {.how = "load windows", .statistics = between_guests("load", "ram_used_mib")});
}

// The VM's RAM cost barely depends on load: it is structural.
// Example failure: measured 340 MiB more under load.
TEST_F(Difference, OfVmMemoryByLoadIsSmall) {
  judge("delta.memory-load-independent",
        {.how = "load window - idle window of the VM",
         .statistics = difference(figure(window(GuestKind::kVm, "load"), "ram_used_mib"),
                                  figure(window(GuestKind::kVm, "idle"), "ram_used_mib"))});
}

// The VM has a CPU floor.
// Example failure: measured 14 pp, 1 to 9 pp.
TEST_F(Difference, OfIdleCpuIsAFloor) {
  judge("delta.cpu-idle",
        {.how = "idle windows", .statistics = between_guests("idle", "cpu_used_percent")});
}

// The VM takes more CPU for the same load.
// Example failure: measured -34 pp: the VM's load did not run.
TEST_F(Difference, OfCpuUnderLoadIsModerate) {
  judge("delta.cpu-load",
        {.how = "load windows", .statistics = between_guests("load", "cpu_used_percent")});
}

// The VM does somewhat less work.
// Example failure: measured -61 %, -35 to 0 %.
TEST_F(Difference, OfThroughputIsModerate) {
  const auto [vm, lxc] = both("/pgbench/tps"_json_pointer);
  judge("delta.throughput", {.measured = percent_change(lxc, vm), .how = "pgbench's reports"});
}

// Disk cost is about equal.
// Example failure: measured 3.1 GiB, -0.3 to 0.8 GiB.
TEST_F(Difference, OfDiskUseIsSmall) {
  const auto [vm, lxc] = both("/disk/host_used_gib"_json_pointer);
  judge("delta.disk-used", {.measured = minus(vm, lxc), .how = "storage usage of both disks"});
}

// Both wait for the disk about equally.
// Example failure: measured 31 pp: QEMU's event loop spins on io_uring.
TEST_F(Difference, OfIowaitIsSmall) {
  judge("delta.iowait",
        {.how = "load windows", .statistics = between_guests("load", "cpu_iowait_percent")});
}

}  // namespace pve_accept::acceptance
