#pragma once

#include <memory>

#include "support/shell/shell.h"

namespace pve_accept {

// A shell that gives no command less time than `least`: for a lab where everything is slow. Shells
// that are reached through it do the same.
std::unique_ptr<Shell> patient(std::unique_ptr<Shell> shell, Clock::Duration least);

}  // namespace pve_accept
