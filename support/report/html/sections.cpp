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

// Of "FAIL lxc, ERROR vm, ERROR Δ" a badge for each outcome, with whose it is.
Element verdict_cell(const std::string& verdict) {
  Element cell = el("td", cls("verdict"));
  if (verdict == kMissing) return cell.add(verdict);
  for (const Outcome outcome : kOutcomes) {
    const std::string word = outcome_text(outcome);
    std::optional<std::string> whose;
    for (const std::string_view part : text::split(verdict, ',')) {
      const std::string_view said = text::trimmed(part);
      if (!said.starts_with(word)) continue;
      whose = (whose ? *whose + ", " : "") + std::string(text::trimmed(said.substr(word.size())));
    }
    if (whose) cell.add(el("div", badge(outcome), " ", el("span", cls("quiet"), *whose)));
  }
  return cell;
}

// The comparison has its runs in columns beside one another: reference, before, this run; of LXC,
// VM and Δ each.
using Columns = std::vector<const char*>;

Element comparison_head(const Columns& columns) {
  Element groups = el("tr", el("th", attr("scope", "col"), attr("rowspan", "2"), "Figure"));
  Element names("tr");
  for (const char* group : {"LXC", "VM", "Δ, VM − LXC"}) {
    groups.add(el("th", attr("scope", "colgroup"), attr("colspan", std::to_string(columns.size())),
                  cls("group"), group));
    for (const char* name : columns) {
      names.add(el("th", attr("scope", "col"), cls(name == columns.front() ? "group" : ""), name));
    }
  }
  groups.add(el("th", attr("scope", "col"), attr("rowspan", "2"), "Verdict"));
  return el("thead", groups, names);
}

Element comparison_body(const Table& rows, std::size_t columns) {
  Element body("tbody");
  for (const Table::Row& row : rows.rows) {
    Element line("tr");
    line.add(el("th", attr("scope", "row"), std::string(text::trimmed(row.front()))));
    for (std::size_t i = 1; i + 1 < row.size(); ++i) {
      const bool first = i % columns == 1, now = i % columns == 0;
      line.add(el("td",
                  cls(now     ? "number"
                      : first ? "number group quiet"
                              : "number quiet"),
                  row[i]));
    }
    body.add(line.add(verdict_cell(row.back())));
  }
  return body;
}

Element claim_row(const ClaimResult& claim) {
  Element label = el("th", attr("scope", "row"), el("span", cls("id"), case_label(claim)));
  if (claim.preview()) label.add(" ").add(el("span", cls("quiet"), "(preview)"));
  label.add(el("span", cls("quiet statement"), claim.statement));
  const auto named = [](const char* name, const std::string& text) {
    return el("td", attr("data-name", name), text);
  };
  return el("tr", label, el("td", badge(claim.outcome)),
            named("measured", measured_with_others(claim)), named("allowed", allowed_text(claim)),
            named("how", text_or_missing(claim.how)));
}

// What is not the same here as in the reference stands out.
Element changes_table(const Table& rows) {
  Element body("tbody");
  for (const Table::Row& row : rows.rows) {
    Element line = el("tr", el("th", attr("scope", "row"), row.front()));
    for (std::size_t i = 1; i < row.size(); ++i) {
      // The reference has one value for both guests, or both.
      const bool known = row[i] != kMissing && row[1] != kMissing;
      const bool changed = i > 1 && known && !text::contains(row[1], row[i]) &&
                           !row[i].ends_with("/" + row[1]);  // a path to it
      line.add(changed ? el("td", el("strong", row[i]), el("span", cls("quiet"), " differs"))
                       : el("td", row[i]));
    }
    body.add(line);
  }
  return scrolling(el("table", el("thead", header_row(rows.header)), body), rows.header.front());
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

Element comparison_section(const Record& record, const std::optional<RunComparison>& beside) {
  const Record& reference = reference_run();
  const bool compared = beside && beside->not_comparable.empty();
  const Columns columns =
      compared ? Columns{"reference", "before", "this run"} : Columns{"reference", "this run"};
  const Table rows = comparison_table(reference, record, compared ? &*beside : nullptr);
  Element part = section("comparison", "Beside the reference");
  part.add(el("p", cls("quiet"),
              fmt::format("The reference is the spike: {}, Proxmox VE {}, {}. {}",
                          reference.node.name, *reference.node.packages.at("pve-manager"),
                          reference.run.started, baseline_text(record))));
  if (compared) part.add(el("p", cls("quiet"), "Before: ", beside->before, "."));
  return part
      .add(scrolling(el("table", cls(compared ? "comparison three" : "comparison"),
                        comparison_head(columns), comparison_body(rows, columns.size())),
                     "Reference and this run"))
      .add(el("p", cls("quiet"), reference_note()))
      .add(folded("What the CPU figures are made of",
                  table(cpu_table(record), "CPU by kind of use")));
}

Element claims_section(const Record& record) {
  Element part = section("claims", "Every claim");
  if (record.claims.empty()) return part.add(el("p", cls("missing"), "No claim was judged."));
  Element body("tbody");
  for (const ClaimResult* claim : claims_of(record)) body.add(claim_row(*claim));
  return part.add(el("p", counts_text(record) + "."))
      .add(folded(
          "All claims, with what was measured and how",
          scrolling(
              el("table", cls("claims"),
                 el("thead", header_row({"Claim", "outcome", "measured", "allowed", "how"})), body),
              "All claims")));
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
  return part.add(
      folded(fmt::format("{} note{}", notes.size(), notes.size() == 1 ? "" : "s"), items(notes)));
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
