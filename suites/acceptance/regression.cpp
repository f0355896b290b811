#include "fixtures/claims/claim_test.h"

namespace pve_accept::acceptance {

// What this run measured, against the lab's own baseline. Not applicable without one.
class Regression : public GuestClaimTest {
 protected:
  Observation against_baseline(const char* metric) {
    return change_against_baseline(run(), metric, GetParam());
  }
};
PVE_ACCEPT_ON_BOTH_GUESTS(Regression);

// pgbench does as many transactions per second as before.
// Example failure: measured -7.1 %, at least -3 %.
TEST_P(Regression, OfThroughputIsNone) {
  judge("regression.throughput", [&] { return against_baseline("throughput"); });
}

// And takes as long for each.
// Example failure: measured 8.2 %, at most 3 %.
TEST_P(Regression, OfLatencyIsNone) {
  judge("regression.latency", [&] { return against_baseline("latency"); });
}

// The idle guest costs as much RAM as before.
// Example failure: measured 80 MiB, at most 20 MiB: a new service in the guest.
TEST_P(Regression, OfIdleMemoryIsNone) {
  judge("regression.memory-idle", [&] { return against_baseline("memory-idle"); });
}

// And under load.
// Example failure: measured 130 MiB, at most 40 MiB.
TEST_P(Regression, OfMemoryUnderLoadIsNone) {
  judge("regression.memory-load", [&] { return against_baseline("memory-load"); });
}

// The idle guest takes as much CPU as before.
// Example failure: measured 2.1 pp, at most 0.5 pp: the HPET ticks again.
TEST_P(Regression, OfIdleCpuIsNone) {
  judge("regression.cpu-idle", [&] { return against_baseline("cpu-idle"); });
}

// And under load.
// Example failure: measured 6 pp, at most 2 pp.
TEST_P(Regression, OfCpuUnderLoadIsNone) {
  judge("regression.cpu-load", [&] { return against_baseline("cpu-load"); });
}

// The guest is ready as soon as before.
// Example failure: measured 22 s, at most 5 s: it waits for a router that is not there.
TEST_P(Regression, OfReadyTimeIsNone) {
  judge("regression.ready", [&] { return against_baseline("ready"); });
}

// It takes as much of the storage as before.
// Example failure: measured 0.9 GiB, at most 0.2 GiB: layers are copied.
TEST_P(Regression, OfDiskUseIsNone) {
  judge("regression.disk-used", [&] { return against_baseline("disk-used"); });
}

}  // namespace pve_accept::acceptance
