#pragma once

#include <functional>
#include <memory>
#include <string>

#include "support/shell/shell.h"

namespace pve_accept {

// What becomes of a command before it goes to the host of that name.
using OnTheWay = std::function<Command(const std::string& where, Command command)>;

// A shell whose every command passes through `step` first; so do those of shells that are reached
// through it.
std::unique_ptr<Shell> passing(std::unique_ptr<Shell> shell, OnTheWay step);

}  // namespace pve_accept
