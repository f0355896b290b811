#pragma once

#include <span>
#include <string>

#include "support/record/record.h"

// The sections of findings.md, in its order; each begins with its heading.
namespace pve_accept {

// The bounds that this run was judged by and that are not the suite's own, with their reasons.
// Empty where there are none.
std::string own_bounds_section(const Record& record);
// What an upgrade of the node has changed. Empty where the run did not come after one.
std::string upgrade_section(const Record& record);
// What differs from the newest of the earlier runs of the node, and under each red claim what is
// suspected. Empty where there is none.
std::string changes_section(const Record& record, std::span<const Record> earlier);
std::string provenance_section(const Record& record);
std::string comparison_section(const Record& record);
// Each round's figures and what the machine itself did. Empty where there was one round only.
std::string rounds_section(const Record& record);
std::string viability_section(const Record& record);
std::string observations_section(const Record& record);
std::string command_log_section(const Record& record);
std::string teardown_section(const Record& record);
// The claims in preview, of which the other sections do not speak. Empty where there are none.
std::string preview_section(const Record& record);

}  // namespace pve_accept
