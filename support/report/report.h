#pragma once

#include <span>
#include <string>

#include "support/record/record.h"

namespace pve_accept {

// All of these are made from a run record alone. What it does not have prints as "–"; nothing that
// is missing from it is an error.

// findings.md: the sections of the spike's findings, with the spike's values beside this run's. For
// a simulation, its first line says that the figures come from a model.
// With earlier runs at hand it also says what changed since them, and what is suspected.
std::string findings_markdown(const Record& record, std::span<const Record> earlier = {});

enum class Lines { kAll, kRed };  // kRed: of what makes the run red

// One line per claim for a terminal, and a last line with the counts.
std::string claim_lines(const Record& record, Lines lines = Lines::kAll);

// The comparison table of the findings (§2), aligned for a terminal.
std::string comparison_text(const Record& record);

// junit.xml; the tests are called as in CTest: "sim.Docker.UsesOverlayStorage/lxc".
std::string junit_xml(const Record& record);

// metrics.prom, for the textfile collector of Prometheus' node_exporter: the run, the outcome of
// every case, and every figure with its bounds and its reference, in base units. A simulated run
// has kind="sim" in every sample.
std::string metrics_text(const Record& record);

}  // namespace pve_accept
