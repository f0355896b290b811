#include "fixtures/claims/claim_test.h"

namespace pve_accept::acceptance {

class Teardown : public ClaimTest {
 protected:
  // What the teardown stage saw.
  TeardownRecord seen() { return run().parts().need(RunDirectory::teardown()); }
};

// Nothing of ours is left; with --keep, both guests are there and stopped.
// Example failure: measured "volume local-lvm:vm-9000-cloudinit".
TEST_F(Teardown, LeavesNothing) {
  judge("teardown.complete", [&] {
    require_known(seen());
    return Observation{.measured = seen().left, .how = "guests, volumes, keys, lock"};
  });
}

// Nothing else changed.
// Example failure: measured "guest 101 has changed".
TEST_F(Teardown, TouchesNothingElse) {
  judge("teardown.untouched", [&] {
    return Observation{
        .measured = seen().changes.need("what has changed on the node"),
        .how = "guests, configurations, disks, storages, bridges and settings before and after"};
  });
}

// RAM comes back to the baseline. Far below it the baseline was wrong.
// Example failure: measured 612 MiB, -100 to 100 MiB.
TEST_F(Teardown, GivesTheMemoryBack) {
  judge("teardown.baseline", [&] {
    return Observation{
        .measured = seen().settled_ram_mib.need("the RAM in use after the teardown") -
                    baseline().figure("ram_used_mib").median,
        .how = "settled RAM used - baseline median"};
  });
}

}  // namespace pve_accept::acceptance
