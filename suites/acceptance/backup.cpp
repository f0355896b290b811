#include "fixtures/claims/claim_test.h"

namespace pve_accept::acceptance {

class Backup : public GuestClaimTest {};
PVE_ACCEPT_ON_BOTH_GUESTS(Backup);

// A backup of a guest that is at work holds it up for moments only, and can be restored.
// Example failure: measured "restored: 0 rows instead of 1"; the longest gap 40 s.
TEST_P(Backup, IsConsistent) {
  judge("backup.consistent", [&] { return back_up_and_restore(run(), GetParam()); });
}

}  // namespace pve_accept::acceptance
