#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/base/guest_kind.h"

namespace pve_accept {

// What a claim is about, and so which cases it has.
enum class Scope {
  kNode,       // one case
  kEachGuest,  // one case for the container, one for the virtual machine
  kBoth,       // one case that compares the two
};

// What must have happened before a claim can be judged, to each guest that it is about; CTest's
// fixtures follow from it.
enum class Needs {
  kPreflight,
  kBaseline,
  kProvisioned,  // and running
  kRestart,      // the same, and restarts the guest: only after everything was measured
  kIdle,
  kLoad,
  kIdleAndLoad,
  kRounds,   // the same, as often as the lab says
  kStopped,  // was provisioned and does not run any more
  kTornDown,
  // After an upgrade of the node, of the guests that were left for it:
  kUpgraded,   // the node, as it was before, is on record
  kRevived,    // the guest was started again, or could not be
  kRefreshed,  // the same, and its own packages were upgraded and Docker restarted
};

// The two halves of an upgrade check: the run that leaves its guests for the upgrade, and the one
// that looks at them afterwards and then makes its own.
enum class UpgradePhase { kBefore, kAfter };

// Whether only the run after an upgrade can tell.
bool is_of_upgrade(Needs needs);

// What a lab has to ask for, or the claim is not applicable there.
enum class OfLab {
  kNothing,
  kBackupStorage,  // named in lab.json
  kEnoughRounds,   // or runs of the baseline, for a change to be told at all
};

struct ClaimInfo {
  std::string_view id;    // "docker.storage-driver"
  std::string_view test;  // "Docker.UsesOverlayStorage": GoogleTest's suite and test
  Scope scope;
  Needs needs;
  OfLab of_lab = OfLab::kNothing;
};

// One claim against one guest; no guest for a claim on the node or on both guests.
struct ClaimCase {
  std::string_view id;
  std::optional<GuestKind> guest;
};

// Every claim, in the order of the reports.
std::span<const ClaimInfo> claim_catalogue();

// Null when there is no such claim.
const ClaimInfo* find_claim(std::string_view id);
const ClaimInfo* find_claim_by_test(std::string_view test);

// Every case, in the order of the catalogue, the container first.
std::vector<ClaimCase> every_case();

// Those that a whole run judges: of what an upgrade left only the run after it.
std::vector<ClaimCase> expected_cases(std::optional<UpgradePhase> phase = std::nullopt);

// The stages that a case stands on, in the order in which they run: "preflight", "provision/lxc".
// These are the names under which a run record keeps its stages.
using StagesOf = std::function<std::vector<std::string>(const ClaimCase&)>;

// "docker.storage-driver/lxc"; the bare id without a guest.
std::string case_name(std::string_view id, std::optional<GuestKind> guest);

}  // namespace pve_accept
