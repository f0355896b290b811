#include "fixtures/claims/claim_test.h"

namespace pve_accept::acceptance {

class Load : public GuestClaimTest {};
PVE_ACCEPT_ON_BOTH_GUESTS(Load);

// Every figure under load was taken while the load ran.
// Example failure: measured 25 samples inside, 29 outside, because pgbench stood still.
TEST_P(Load, IsConfirmed) {
  judge("load.confirmed", [&] {
    const LoadRecord seen = load();
    seen.require_whole();
    seen.require_in_time();
    return Observation{.measured = seen.samples_inside,
                       .how = "sample times against pgbench's progress lines",
                       .also = {{"samples outside", seen.samples_outside},
                                {"intervals at 0 tps", seen.zero_tps_intervals}}};
  });
}

// No transaction fails.
// Example failure: measured 12 failed transactions.
TEST_P(Load, FailsNoTransaction) {
  judge("load.zero-failed", [&] {
    const PgbenchRecord report = load().pgbench.usable();
    return Observation{.measured = report.failed,
                       .how = "pgbench's report",
                       .also = {{"exit status", report.exit_status},
                                {"aborted", report.aborted},
                                {"ran its full time", report.ran_full_time},
                                {"processed", report.transactions}}};
  });
}

// The database does at least four fifths of the spike's work.
// Example failure: measured 612 tps, 1769 to 22117.
TEST_P(Load, KeepsThroughput) {
  judge("load.throughput", [&] {
    return Observation{.measured = load().pgbench.whole().tps, .how = "pgbench's report"};
  });
}

// Transactions take at most a quarter longer than the spike's.
// Example failure: measured 6.5 ms, 0.18 to 2.26 ms.
TEST_P(Load, KeepsLatency) {
  judge("load.latency", [&] {
    return Observation{.measured = load().pgbench.whole().latency_ms, .how = "pgbench's report"};
  });
}

// Nothing went wrong below while the run lasted.
// Example failure: measured "node: apparmor="DENIED" operation="create" family="unix"".
TEST_P(Load, LeavesNoAnomalies) {
  judge("load.no-anomalies", [&] {
    const LoadRecord seen = load();
    // What was found was found. That there was nothing takes a window that is whole.
    const auto found = seen.anomalies.need("the logs");
    if (found.empty()) seen.require_whole();
    return Observation{.measured = found,
                       .how = "kernel log of the node, journal of the guest, memory.events"};
  });
}

}  // namespace pve_accept::acceptance
