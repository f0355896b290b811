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

// True for a configuration that holds nothing, or nothing but PVE's own lock, or its stopgap while
// it restores a VM: what PVE writes before it makes a guest and when it has removed one. It names
// nobody, and no guest that was ever finished looks like that.
bool is_unfinished(const Json& config);

// The file on the node that holds a run's public key, for pct and qm to read; and the run whose key
// a file name of /run ("pve-accept-<id>.pub") is, empty for any other file.
std::string public_key_file(std::string_view run_id);
std::optional<std::string> run_of_public_key(std::string_view file_name);

}  // namespace pve_accept
