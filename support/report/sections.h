#pragma once

#include <string>

#include "support/base/json.h"

// The sections of findings.md, in its order; each begins with its heading.
namespace pve_accept {

std::string provenance_section(const Json& record);
std::string comparison_section(const Json& record);
std::string viability_section(const Json& record);
std::string observations_section(const Json& record);
std::string command_log_section(const Json& record);
std::string teardown_section(const Json& record);

}  // namespace pve_accept
