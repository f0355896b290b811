#include "fixtures/claims/claim_test.h"
#include "support/workload/bulk_transfer.h"

namespace pve_accept::acceptance {

class Network : public GuestClaimTest {};
PVE_ACCEPT_ON_BOTH_GUESTS(Network);

// Bulk transfers between node and guest do not stall: no second without progress.
// Example failure: measured 4.2 s, because the kernel's TCP stalls (6.17, before 6.17.4-2).
TEST_P(Network, DoesNotStall) {
  judge("network.bulk", [&] {
    const BulkTransfer seen =
        transfer_bulk(run().node_shell(), shell(), record().address.value(), asset("bulk.pl"));
    return Observation{.measured = seen.longest_gap_s(),
                       .how = "256 MiB over TCP from the node to the guest, and back",
                       .also = {{"bytes to the guest", seen.to_guest.bytes},
                                {"bytes from the guest", seen.from_guest.bytes},
                                {"MiB/s to the guest", seen.to_guest.mib_per_s()},
                                {"MiB/s from the guest", seen.from_guest.mib_per_s()}}};
  });
}

}  // namespace pve_accept::acceptance
