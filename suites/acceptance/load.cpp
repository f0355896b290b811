#include "fixtures/claims/claim_test.h"

namespace pve_accept::acceptance {

class Load : public GuestClaimTest {
 protected:
  // As recorded, usable or not: what pgbench says of itself does not depend on the samples.
  Json recorded() { return run().record().measurement(GetParam(), "load"); }
  Json pgbench() { return recorded()["pgbench"]; }
};
PVE_ACCEPT_ON_BOTH_GUESTS(Load);

// Every figure under load was taken while the load ran.
// Example failure: measured 25 samples inside, 29 outside, because pgbench started 30 s late.
TEST_P(Load, IsConfirmed) {
  const Json load = recorded();
  judge("load.confirmed", {.measured = load["samples_inside"],
                           .how = "sample times against pgbench's progress lines",
                           .also = {{"samples outside", load["samples_outside"]},
                                    {"intervals at 0 tps", load["zero_tps_intervals"]}}});
}

// No transaction fails.
// Example failure: measured 12 failed transactions.
TEST_P(Load, FailsNoTransaction) {
  const Json result = pgbench();
  judge("load.zero-failed",
        {.measured = result.value("failed", Json(nullptr)),
         .how = "pgbench's report",
         .also = {{"exit status", result.value("exit_status", Json(nullptr))},
                  {"aborted", result.value("aborted", Json(nullptr))},
                  {"ran its full time", result.value("ran_full_time", Json(nullptr))},
                  {"processed", result.value("transactions", Json(nullptr))}}});
}

// The database does at least four fifths of the spike's work.
// Example failure: measured 612 tps, at least 1769.
TEST_P(Load, KeepsThroughput) {
  judge("load.throughput",
        {.measured = pgbench().value("tps", Json(nullptr)), .how = "pgbench's report"});
}

// Transactions take at most a quarter longer than the spike's.
// Example failure: measured 6.5 ms, at most 2.26 ms.
TEST_P(Load, KeepsLatency) {
  judge("load.latency",
        {.measured = pgbench().value("latency_ms", Json(nullptr)), .how = "pgbench's report"});
}

// Nothing went wrong below while the run lasted.
// Example failure: measured "node: apparmor="DENIED" operation="create" family="unix"".
TEST_P(Load, LeavesNoAnomalies) {
  judge("load.no-anomalies",
        {.measured = recorded()["anomalies"],
         .how = "kernel log of the node, journal of the guest, memory.events"});
}

}  // namespace pve_accept::acceptance
