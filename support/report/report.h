#pragma once

#include <string>

#include "support/base/json.h"

namespace pve_accept {

// All of these are made from the document of a run record alone. What it does not have prints as
// "–"; nothing that is missing from it is an error.

// findings.md: the sections of the spike's findings, with the spike's values beside this run's. For
// a simulation, its first line says that the figures come from a model.
std::string findings_markdown(const Json& record);

// One line per claim for a terminal, and a last line with the counts.
std::string claim_lines(const Json& record);

// The comparison table of the findings (§2), aligned for a terminal.
std::string comparison_text(const Json& record);

// junit.xml; the tests are called as in CTest: "sim.Docker.UsesOverlayStorage/lxc".
std::string junit_xml(const Json& record);

}  // namespace pve_accept
