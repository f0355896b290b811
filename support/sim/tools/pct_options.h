#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/sim/tools/pve_options.h"

namespace pve_accept::sim {

std::vector<Param> pct_create_options();
std::vector<Param> pct_set_options();
std::vector<Param> qm_create_options();
std::vector<Param> qm_set_options();

// "ERROR: no command specified", with the list of commands.
std::string pct_usage(std::string_view problem);
std::string qm_usage(std::string_view problem);
bool pct_has_command(std::string_view command);  // a real one, simulated or not
bool qm_has_command(std::string_view command);

}  // namespace pve_accept::sim
