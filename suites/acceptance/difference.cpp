#include "fixtures/claims/claim_test.h"

namespace pve_accept::acceptance {

// VM minus LXC.
class Difference : public ClaimTest {
 protected:
  Observation between_idle_guests(const char* figure) {
    return {.how = "idle windows",
            .figure = idle(GuestKind::kVm).figure(figure) - idle(GuestKind::kLxc).figure(figure)};
  }
  // Of what was swapped out in one of both windows and not in the other, nothing is known.
  Figure ram_between(const WindowRecord& one, const WindowRecord& other) {
    require_no_swapping(one, other);
    require_no_swapping(other, one);
    return one.figure("ram_used_mib") - other.figure("ram_used_mib");
  }
  Observation between_loaded_guests(const char* figure) {
    return {.how = "load windows",
            .figure = load(GuestKind::kVm).figure(figure) - load(GuestKind::kLxc).figure(figure)};
  }
};

// Both guests run the same Docker, to the build.
// Example failure: measured "docker: 29.5.3 in lxc, 29.6.0 in vm".
TEST_F(Difference, OfDockerVersionsIsNone) {
  judge("delta.docker-version", [&] {
    return Observation{
        .measured = docker_differences(guest_record(GuestKind::kLxc), guest_record(GuestKind::kVm)),
        .how = "docker version"};
  });
}

// The VM costs far more idle RAM.
// Example failure: measured 640 MiB: the VM balloons.
TEST_F(Difference, OfIdleMemoryIsLarge) {
  judge("delta.memory-idle", [&] {
    return Observation{.how = "idle windows",
                       .figure = ram_between(idle(GuestKind::kVm), idle(GuestKind::kLxc))};
  });
}

// And under load.
// Example failure: measured 1100 MiB, 1350 to 2000 MiB.
TEST_F(Difference, OfMemoryUnderLoadIsLarge) {
  judge("delta.memory-load", [&] {
    return Observation{.how = "load windows",
                       .figure = ram_between(load(GuestKind::kVm), load(GuestKind::kLxc))};
  });
}

// The VM's RAM cost barely depends on load: it is structural.
// Example failure: measured 340 MiB more under load.
TEST_F(Difference, OfVmMemoryByLoadIsSmall) {
  judge("delta.memory-load-independent", [&] {
    return Observation{.how = "load window - idle window of the VM",
                       .figure = ram_between(load(GuestKind::kVm), idle(GuestKind::kVm))};
  });
}

// The VM has a CPU floor.
// Example failure: measured 14 pp, 1 to 9 pp.
TEST_F(Difference, OfIdleCpuIsAFloor) {
  judge("delta.cpu-idle", [&] { return between_idle_guests("cpu_used_percent"); });
}

// The VM takes more CPU for the same load.
// Example failure: measured -34 pp: the VM's load did not run.
TEST_F(Difference, OfCpuUnderLoadIsModerate) {
  judge("delta.cpu-load", [&] { return between_loaded_guests("cpu_used_percent"); });
}

// The VM does somewhat less work.
// Example failure: measured -61 %, -35 to 0 %.
TEST_F(Difference, OfThroughputIsModerate) {
  judge("delta.throughput", [&] {
    return Observation{.measured = percent_change(load(GuestKind::kLxc).pgbench.whole().tps,
                                                  load(GuestKind::kVm).pgbench.whole().tps),
                       .how = "pgbench's reports"};
  });
}

// Disk cost is about equal.
// Example failure: measured 3.1 GiB, -0.3 to 0.8 GiB.
TEST_F(Difference, OfDiskUseIsSmall) {
  judge("delta.disk-used", [&] {
    const auto used = [&](GuestKind kind) {
      return load(kind).disk.host_used_gib.need("the disk's volume");
    };
    return Observation{.measured = used(GuestKind::kVm) - used(GuestKind::kLxc),
                       .how = "storage usage of both disks"};
  });
}

// Both wait for the disk about equally.
// Example failure: measured 31 pp: QEMU's event loop spins on io_uring.
TEST_F(Difference, OfIowaitIsSmall) {
  judge("delta.iowait", [&] { return between_loaded_guests("cpu_iowait_percent"); });
}

}  // namespace pve_accept::acceptance
