#pragma once

#include <string>

#include "suites/unit/message_of.h"
#include "support/base/error.h"
#include "support/base/guest_kind.h"
#include "support/base/json.h"
#include "support/record/thresholds.h"

// What the tests of run records and reports share.
namespace pve_accept {

inline constexpr auto kLxc = GuestKind::kLxc;
inline constexpr auto kVm = GuestKind::kVm;

// The suite's own thresholds.json.
inline Json suite_thresholds_document() {
  return read_strict_json(PVE_ACCEPT_SOURCE_DIR "/thresholds.json");
}

inline Thresholds suite_thresholds() {
  return Thresholds(suite_thresholds_document(), "thresholds.json");
}

}  // namespace pve_accept
