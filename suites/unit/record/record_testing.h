#pragma once

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>

#include "support/base/error.h"
#include "support/base/guest_kind.h"
#include "support/base/json.h"
#include "support/base/temporary_directory.h"
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

// The text of the InputError that `action` throws.
inline std::string input_complaint(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no complaint";
}

}  // namespace pve_accept
