#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "support/base/logged_command.h"
#include "support/compare/comparison.h"
#include "support/record/record.h"

namespace pve_accept {

// All of these are made from a run record alone. What it does not have prints as "–"; nothing that
// is missing from it is an error.

// findings.md: the sections of the spike's findings, with the spike's values beside this run's. For
// a simulation, its first line says that the figures come from a model.
// With earlier runs at hand it also says what changed since them, and what is suspected.
std::string findings_markdown(const Record& record, std::span<const Record> earlier = {});

// findings.html: the same as a page that reads without scripts, with plots, and with the commands
// of what is not green, where there is a log of them. Its style sheet stands inside, or beside it,
// for where a page may have none (a CI server's policy). Less than 1 MB, whatever the record holds.
enum class StyleSheet { kInside, kBeside };
inline constexpr const char* kStyleSheetFile = "findings.css";
std::string_view findings_style_sheet();

// What the page shows beside the record, where it is at hand.
struct PageContext {
  CommandLog log = {};
  std::span<const Record> earlier = {};          // runs, for what changed since them
  std::optional<RunComparison> comparison = {};  // with a baseline, or an earlier run
  StyleSheet style = StyleSheet::kInside;
};

std::string findings_html(const Record& record, const PageContext& context = {});

enum class Lines { kAll, kRed };  // kRed: of what makes the run red

// One line per claim for a terminal, and a last line with the counts. Cases and stages that are
// named in `told` are left out: whoever reads it has been told of them.
std::string claim_lines(const Record& record, Lines lines = Lines::kAll,
                        const std::set<std::string>& told = {});

// The comparison table of the findings (§2), aligned for a terminal.
std::string comparison_text(const Record& record);

// junit.xml; the tests are called as in CTest: "sim.Docker.UsesOverlayStorage/lxc".
std::string junit_xml(const Record& record);

// metrics.prom, for the textfile collector of Prometheus' node_exporter: the run, the outcome of
// every case, and every figure with its bounds and its reference, in base units. A simulated run
// has kind="sim" in every sample.
std::string metrics_text(const Record& record);

}  // namespace pve_accept
