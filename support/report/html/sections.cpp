#include "support/report/html/sections.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/base/text.h"
#include "support/report/comparison.h"
#include "support/report/html/numbers.h"
#include "support/report/html/parts.h"
#include "support/report/shared.h"
#include "support/report/wording.h"

namespace pve_accept::html {
namespace {

// "PASS"; of "FAIL lxc, ERROR Δ" the gravest as a badge before it.
Element verdict_cell(const std::string& verdict) {
  Element cell = el("td", cls("verdict"));
  if (verdict == kMissing) return cell.add(verdict);
  const Outcome outcome = text::contains(verdict, "FAIL")    ? Outcome::kFail
                          : text::contains(verdict, "ERROR") ? Outcome::kError
                          : text::contains(verdict, "SKIP")  ? Outcome::kSkip
                                                             : Outcome::kPass;
  cell.add(badge(outcome));
  if (verdict.find(' ') != std::string::npos) cell.add(" ").add(el("span", cls("quiet"), verdict));
  return cell;
}

// The comparison has its runs in pairs of columns: reference, this run; of LXC, VM and Δ.
Element comparison_head(std::size_t pairs) {
  Element groups = el("tr", el("th", attr("scope", "col"), attr("rowspan", "2"), "Figure"));
  Element columns("tr");
  constexpr const char* kGroups[] = {"LXC", "VM", "Δ, VM − LXC"};
  for (std::size_t i = 0; i < pairs; ++i) {
    groups.add(el("th", attr("scope", "colgroup"), attr("colspan", "2"), cls("group"), kGroups[i]));
    columns.add(el("th", attr("scope", "col"), cls("group quiet"), "reference"))
        .add(el("th", attr("scope", "col"), "this run"));
  }
  groups.add(el("th", attr("scope", "col"), attr("rowspan", "2"), "Verdict"));
  return el("thead", groups, columns);
}

Element comparison_body(const Table& rows) {
  Element body("tbody");
  for (const Table::Row& row : rows.rows) {
    Element line("tr");
    line.add(el("th", attr("scope", "row"), std::string(text::trimmed(row.front()))));
    for (std::size_t i = 1; i + 1 < row.size(); ++i) {
      line.add(el("td", cls(i % 2 == 1 ? "number group quiet" : "number"), row[i]));
    }
    body.add(line.add(verdict_cell(row.back())));
  }
  return body;
}

Element claim_row(const ClaimResult& claim) {
  Element label = el("th", attr("scope", "row"), el("span", cls("id"), case_label(claim)));
  if (claim.preview()) label.add(" ").add(el("span", cls("quiet"), "(preview)"));
  label.add(el("span", cls("quiet statement"), claim.statement));
  return el("tr", label, el("td", badge(claim.outcome)), el("td", measured_with_others(claim)),
            el("td", allowed_text(claim)), el("td", text_or_missing(claim.how)));
}

// What is not the same here as in the reference stands out.
Element changes_table(const Table& rows) {
  Element head("tr");
  for (const std::string& cell : rows.header) head.add(el("th", attr("scope", "col"), cell));
  Element body("tbody");
  for (const Table::Row& row : rows.rows) {
    Element line = el("tr", el("th", attr("scope", "row"), row.front()));
    for (std::size_t i = 1; i < row.size(); ++i) {
      // The reference has one value for both guests, or both.
      const bool known = row[i] != kMissing && row[1] != kMissing;
      const bool changed = i > 1 && known && !text::contains(row[1], row[i]);
      line.add(changed ? el("td", el("strong", row[i]), el("span", cls("quiet"), " differs"))
                       : el("td", row[i]));
    }
    body.add(line);
  }
  return scrolling(el("table", el("thead", head), body), rows.header.front());
}

Table stage_table(const Record& record) {
  std::vector<std::pair<std::string, const StageResult*>> stages;
  for (const auto& [name, stage] : record.stages) stages.emplace_back(name, &stage);
  std::ranges::stable_sort(stages, {}, [](const auto& stage) { return stage.second->started; });
  Table table{.header = {"Stage", "outcome", "started", "took"}, .rows = {}};
  for (const auto& [name, stage] : stages) {
    table.rows.push_back({name, outcome_text(stage->outcome), time_text(stage->started),
                          duration_text(stage->duration_s)});
  }
  return table;
}

}  // namespace

Element comparison_section(const Record& record) {
  const Record& reference = reference_run();
  const Table rows = comparison_table(reference, record);
  return section("comparison", "Beside the reference")
      .add(el("p", cls("quiet"),
              fmt::format("The reference is the spike: {}, Proxmox VE {}, {}. {}",
                          reference.node.name, *reference.node.packages.at("pve-manager"),
                          reference.run.started, baseline_text(record))))
      .add(scrolling(el("table", cls("comparison"), comparison_head((rows.header.size() - 2) / 2),
                        comparison_body(rows)),
                     "Reference and this run"))
      .add(el("p", cls("quiet"), reference_note()))
      .add(folded("What the CPU figures are made of",
                  table(cpu_table(record), "CPU by kind of use")));
}

Element claims_section(const Record& record) {
  Element part = section("claims", "Every claim");
  if (record.claims.empty()) return part.add(el("p", cls("missing"), "No claim was judged."));
  Element head("tr");
  for (const char* name : {"Claim", "outcome", "measured", "allowed", "how"}) {
    head.add(el("th", attr("scope", "col"), name));
  }
  Element body("tbody");
  for (const ClaimResult* claim : claims_of(record)) body.add(claim_row(*claim));
  return part.add(el("p", counts_text(record) + "."))
      .add(folded("All claims, with what was measured and how",
                  scrolling(el("table", cls("claims"), el("thead", head), body), "All claims")));
}

Element provenance_section(const Record& record) {
  Element part = section("provenance", "What it was made on");
  const Table own_bounds = own_bounds_table(record);
  if (!own_bounds.rows.empty()) {
    part.add(el("h3", "Judged by bounds that are not the suite's own"))
        .add(table(own_bounds, "Bounds of this lab's own"));
  }
  return part.add(folded("The node, beside the reference", changes_table(platform_table(record))))
      .add(folded("Guest images", changes_table(image_table(record))))
      .add(folded("Guests and Docker", changes_table(guest_table(record))));
}

Element observations_section(const Record& record) {
  Element part = section("observations", "Observations");
  const auto notes = notes_of(record);
  if (notes.empty()) return part.add(el("p", cls("quiet"), "None."));
  return part.add(folded(fmt::format("{} by the way", notes.size()), items(notes)));
}

Element teardown_section(const Record& record) {
  Element part = section("teardown", "What is left, and how long it took");
  if (!record.teardown) {
    part.add(el("p", "The teardown was not done, or not finished."));
  } else {
    const TeardownRecord& teardown = *record.teardown;
    if (teardown.cannot_tell) {
      part.add(el("p", "What is left on the node is not known: ", *teardown.cannot_tell));
    } else if (teardown.left.empty()) {
      part.add(el("p", teardown.kept ? "Left on the node: nothing but the two guests, stopped."
                                     : "Left on the node: nothing."));
    }
    if (!teardown.left.empty()) part.add(el("p", "Left on the node:")).add(items(teardown.left));
    const auto changes = teardown.changes.value_or(std::vector<std::string>{});
    if (!changes.empty()) part.add(el("p", "Changed on the node:")).add(items(changes));
    if (teardown.kept) {
      part.add(el("p", "To remove the guests that were kept:"))
          .add(el("pre", destroy_command(record, GuestKind::kVm) + "\n" +
                             destroy_command(record, GuestKind::kLxc)));
    }
  }
  const Table stages = stage_table(record);
  if (stages.rows.empty()) return part.add(el("p", cls("missing"), "No stage is on record."));
  return part.add(folded("The stages of the run", table(stages, "Stages")));
}

}  // namespace pve_accept::html
