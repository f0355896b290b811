#pragma once

#include <string>
#include <string_view>

#include "support/sim/tools/options.h"

// Command lines of Proxmox VE's own tools. What each takes stands in replies/TOOL.txt: what the
// tool prints about its usage, and below a command its options with the type of each, as `TOOL help
// COMMAND` tells them (names, bounds) and the schemas of qemu-server and pve-container (the order
// of enumerations, which errors repeat).
namespace pve_accept::sim {

// Reads the words behind a command ("pct create") as PVE's command line handler does, and says what
// it says when they do not fit. Throws Refusal.
Arguments pve_arguments(const Call& call, std::string_view command);

// Whether a command takes an option of that name.
bool has_option(std::string_view command, std::string_view option);

// "pct create <vmid> <ostemplate> [OPTIONS]".
std::string usage(std::string_view command);

// The refusal of a parameter by its value.
Refusal verification_failed(std::string_view command, std::string_view name,
                            std::string_view problem, int exit_status = 2);

// Runs the command that the first word names, or the first two: "disk resize". A Refusal is told
// and is the exit status; so is what is no command of the tool. A real one that is not listed here
// is Unsupported.
int run_command(Call& call, const std::map<std::string, Tool, std::less<>>& commands);

}  // namespace pve_accept::sim
