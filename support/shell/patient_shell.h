#pragma once

#include <memory>

#include "support/shell/shell.h"

namespace pve_accept {

// How much longer everything takes where a command needs `least`, and not the time that one is
// given unless it says otherwise; 1 where it needs no more.
double slowness(Clock::Duration least);

// A shell that gives no command less time than `least`: for a lab where everything is slow. What
// else is waited for there may take longer by the slowness(). Shells that are reached through it do
// the same.
std::unique_ptr<Shell> patient(std::unique_ptr<Shell> shell, Clock::Duration least);

}  // namespace pve_accept
