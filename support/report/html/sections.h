#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "support/base/logged_command.h"
#include "support/compare/comparison.h"
#include "support/record/record.h"
#include "support/report/html/element.h"
#include "support/report/html/plot.h"
#include "support/report/html/trouble.h"

// The sections of the page, in its order, and what they are made of.
namespace pve_accept::html {

// "2 claims are false on pve1, and 5 could not be told."
std::string verdict_sentence(const Record& record);
// The head of the page: the verdict in a sentence, what to do about it, and of which run it speaks.
// Of a simulation, its first line says so.
Element verdict_header(const Record& record, const std::vector<Trouble>& troubles);

// What is false or could not be told, each with all that is known of it. `preview` has those about
// claims that do not count.
Element attention_section(const Record& record, const std::vector<Trouble>& troubles,
                          const std::vector<Trouble>& preview, const CommandLog& log);

// What an upgrade has changed. None for a run that did not come after one.
std::optional<Element> upgrade_part(const Record& record);
// What changed since the newest earlier run of the node, and which of it is suspected of each claim
// that is red. None where there is no earlier run.
std::optional<Element> changes_part(const Record& record, std::span<const Record> earlier);

// Two runs, or a baseline and a run, side by side: each figure before and now, and the interval in
// which its change may truly lie, drawn over the floor below which nobody minds.
Element before_and_after(const RunComparison& comparison);

// The spike's table (§2), its values beside this run's, with those of before between them where the
// run was compared with any.
Element comparison_section(const Record& record, const std::optional<RunComparison>& beside);

Element time_section(const Record& record);
// RAM and CPU of the node over each of the windows, from the samples, both guests on one axis.
Plot ram_plot(const Record& record);
Plot cpu_plot(const Record& record);
// pgbench's own progress over the load.
Plot throughput_plot(const Record& record);

// All measured claims in their bands, one row a claim, both guests beside one another.
Element bands_section(const Record& record);
// What a numeric claim measured, as a point in the band of what is allowed, with the reference
// below it. None for a claim with another kind of bound, or without a figure.
std::optional<Element> band(const ClaimResult& claim);

// Every claim in a row.
Element claims_section(const Record& record);
// Of what the run was made, against the spike's; bounds of the lab's own.
Element provenance_section(const Record& record);
Element observations_section(const Record& record);
// What is left on the node, and how long each stage took.
Element teardown_section(const Record& record);

}  // namespace pve_accept::html
