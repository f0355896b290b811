#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "support/shell/shell.h"

namespace pve_accept {

// The images that `docker load` says it has loaded: "postgres:17"; the digest of one that was saved
// without a name.
std::vector<std::string> parse_docker_load(std::string_view text);

// Streams archives of this side, as `docker save` makes them, into a guest's `docker load`, and
// makes sure that the guest then has all `wanted` images, for its architecture. Each archive may
// take as long as the deadline.
//
// Throws HarnessError, with the command that makes the archive, when one is not as Docker reads it
// or an image is missing: that says nothing about the guest. Returns any other failure of
// `docker load`, for the claims to judge.
CommandResult load_images(Shell& guest, const std::vector<std::filesystem::path>& archives,
                          const std::vector<std::string>& wanted, Clock::Duration deadline);

}  // namespace pve_accept
