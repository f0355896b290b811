#pragma once

#include <span>
#include <string>
#include <vector>

#include "support/record/record.h"
#include "support/report/table.h"
#include "support/suspects/suspects.h"

// What findings.md and findings.html both say, each in its own form.
namespace pve_accept {

// A figure of a window; one of which nothing is known where there is no such window or figure.
Figure figure_of(const WindowRecord* window, const std::string& name);

// Provenance, the spike's beside this run's.
Table platform_table(const Record& record);
Table image_table(const Record& record);
Table guest_table(const Record& record);

// The shares of host CPU that the totals of the comparison are made of.
Table cpu_table(const Record& record);
std::string baseline_text(const Record& record);
std::string reference_note();  // what is to be known of the spike's figures

// The bounds that this run was judged by and that are not the suite's own; no row where all are.
Table own_bounds_table(const Record& record);

// What the windows, the node and the claims that hold say of themselves.
std::vector<std::string> notes_of(const Record& record);

// The first round and those after it, a row each and guest; the machine itself after each.
Table rounds_table(const Record& record);
Table machine_table(const Record& record);

// What an upgrade has changed, and of what it was; only of a run that came after one.
Table upgrade_table(const Record& record);
std::string upgrade_text(const Record& record);

// Red claims of which the same is suspected for the same reason, and what that is.
struct SuspectedTogether {
  std::vector<std::string> cases = {};  // their labels
  SuspectedClaim each = {};             // the first of them

  // "held last in RUN", where `run` is how that run is called in print.
  std::string since_text(const std::string& run) const;
};
std::vector<SuspectedTogether> suspected_together(const Record& record,
                                                  std::span<const Record> earlier);

// What is another since `before`, without what the table of an upgrade has already.
std::vector<Change> changes_since(const Record& before, const Record& record);

// "qm destroy 9000 --purge".
std::string destroy_command(const Record& record, GuestKind kind);

}  // namespace pve_accept
