#include "fixtures/claims/claim_test.h"

namespace pve_accept::acceptance {

class Memory : public GuestClaimTest {
 protected:
  // What the node books on the guest: the container's cgroup, or the VM's KVM process.
  Observation booked(const WindowRecord& window) {
    if (window.figures.contains("process_rss_mib")) {
      return {.how = "RSS and PSS of the KVM process",
              .also = {{"PSS", window.figure("process_pss_mib").median}},
              .figure = window.figure("process_rss_mib")};
    }
    return {.how = "memory.current of the container's cgroup",
            .also = {{"without page cache", window.figure("cgroup_without_cache_mib").median}},
            .figure = window.figure("cgroup_current_mib")};
  }
};
PVE_ACCEPT_ON_BOTH_GUESTS(Memory);

class Cpu : public GuestClaimTest {};
PVE_ACCEPT_ON_BOTH_GUESTS(Cpu);

class Pressure : public GuestClaimTest {};
PVE_ACCEPT_ON_BOTH_GUESTS(Pressure);

class Disk : public GuestClaimTest {
 protected:
  Observation on_the_storage(Fact<double> DiskRecord::*figure) {
    const DiskRecord disk = load().disk;
    return {.measured = (disk.*figure).need("the disk's volume"), .how = disk.how};
  }
};
PVE_ACCEPT_ON_BOTH_GUESTS(Disk);

// The node's RAM in use with the idle guest, above the baseline of this run.
// Example failure: measured 640 MiB, 50 to 311 MiB.
TEST_P(Memory, CostsLittleWhenIdle) {
  judge("memory.idle-delta", [&] {
    return Observation{.how = "MemTotal - MemAvailable, idle window - baseline",
                       .figure = ram_above_baseline(idle())};
  });
}

// The same under load.
// Example failure: measured 900 MiB, 100 to 560 MiB.
TEST_P(Memory, CostsLittleUnderLoad) {
  judge("memory.load-delta", [&] {
    return Observation{.how = "MemTotal - MemAvailable, load window - baseline",
                       .figure = ram_above_baseline(load())};
  });
}

// What the node books on the guest stays within its allocation.
// Example failure: measured 2411 MiB, at most 2176 MiB.
TEST_P(Memory, IsAttributedToTheGuest) {
  judge("memory.attribution", [&] { return booked(load()); });
}

// The guest sees the memory that it was given.
// Example failure: measured 15771 MiB: lxcfs is gone and the container sees the node's.
TEST_P(Memory, IsSeenByTheGuest) {
  judge("memory.guest-view", [&] {
    return Observation{.measured = idle().guest_mem_total_mib.need("the guest's memory"),
                       .how = "MemTotal in the guest"};
  });
}

// PVE shows of the guest what the kernel books on it, on both sides without page cache.
// Example failure: measured -165 MiB: PVE cannot read the guest's cgroup and shows 0.
TEST_P(Memory, IsShownByPve) {
  judge("memory.pve-agrees", [&] {
    const IdleRecord window = idle();
    const double booked = window.figure("cgroup_without_cache_mib").median;
    return Observation{
        .measured = window.pve_memory_mib.need("PVE's figure for the guest") - booked,
        .how =
            "pvesh get …/status/current right after the idle window - memory of "
            "the guest's cgroup without page cache",
        .also = {{"the cgroup's, MiB", booked}}};
  });
}

// Host CPU that the idle guest takes, 100 - idle.
// Example failure: measured 14.2 %, 0.1 to 9 %: the HPET ticks again.
TEST_P(Cpu, CostsLittleWhenIdle) {
  judge("cpu.idle", [&] {
    return Observation{.how = "/proc/stat over the idle window",
                       .figure = idle().figure("cpu_used_percent")};
  });
}

// Host CPU under load; waiting for the disk is on record apart.
// Example failure: measured 5 %: the load did not run.
TEST_P(Cpu, IsBusyUnderLoad) {
  judge("cpu.load", [&] {
    const LoadRecord window = load();
    return Observation{.how = "/proc/stat over the load window",
                       .also = {{"iowait", window.figure("cpu_iowait_percent").mean},
                                {"busy", window.figure("cpu_busy_percent").mean}},
                       .figure = window.figure("cpu_used_percent")};
  });
}

// Nobody waits for anything while the guest is idle, its I/O above all.
// Example failure: measured 98 % of the time: QEMU's event loop waits on io_uring.
TEST_P(Pressure, IsLowWhenIdle) {
  judge("pressure.idle", [&] { return waiting_in(idle(), "io"); });
}

// Under load nobody waits for memory; for the disk and the guest's CPUs somebody always does.
// Example failure: measured 31 % of the time: memory.high throttles what should be killed.
TEST_P(Pressure, IsLowUnderLoad) {
  judge("pressure.load", [&] { return waiting_in(load(), "memory"); });
}

// The disk is as large as asked for.
// Example failure: measured 3 GiB: the resize exited 0 and did nothing.
TEST_P(Disk, IsAsLargeAsAskedFor) {
  judge("disk.allocated", [&] { return on_the_storage(&DiskRecord::allocated_gib); });
}

// What the disk takes on the storage.
// Example failure: measured 6.1 GiB, 0.8 to 3.27 GiB: layers are copied.
TEST_P(Disk, TakesLittleOnTheStorage) {
  judge("disk.host-used", [&] { return on_the_storage(&DiskRecord::host_used_gib); });
}

// What it takes inside the guest.
// Example failure: measured 5.4 GiB, 0.8 to 2.7 GiB.
TEST_P(Disk, TakesLittleInTheGuest) {
  judge("disk.guest-used", [&] {
    return Observation{.measured = load().disk.guest_used_gib.need("the guest's file system"),
                       .how = "df / in the guest"};
  });
}

}  // namespace pve_accept::acceptance
