#pragma once

#include <memory>

#include "support/shell/shell.h"

namespace pve_accept {

// A shell that runs a repeatable command once more when the connection was lost under it. Whatever
// may have changed something is never repeated; nor is a Process, whose lines may be read already.
// Shells that are reached through it do the same.
std::unique_ptr<Shell> retrying(std::unique_ptr<Shell> shell);

}  // namespace pve_accept
