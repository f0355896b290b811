#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "support/base/json.h"

namespace pve_accept {

inline constexpr const char* kOwnershipTag = "pve-accept";

// The description that marks a guest as made by a run: "pve-accept run <id>".
std::string description_for(std::string_view run_id);

// The run that a description names; empty when it is not one of ours. PVE's containers end it with
// a newline, and some of its tools print that as %0A.
std::optional<std::string> run_in_description(std::string_view description);

// Whose a guest is, by its configuration.
struct Ownership {
  bool tagged = false;                // bears our tag
  std::optional<std::string> run_id;  // the run that its description names

  bool ours() const { return tagged && run_id.has_value(); }  // made by this suite
  bool made_by(std::string_view run) const { return ours() && *run_id == run; }
};

Ownership ownership_of(const Json& config);

}  // namespace pve_accept
