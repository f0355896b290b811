#include <fmt/format.h>

#include <algorithm>

#include "support/report/html/numbers.h"
#include "support/report/html/parts.h"
#include "support/report/html/sections.h"
#include "support/report/wording.h"

namespace pve_accept::html {
namespace {

std::ptrdiff_t count(const Record& record, Maturity maturity, Outcome outcome) {
  return std::ranges::count(claims_of(record, maturity), outcome, &ClaimResult::outcome);
}

std::string claims_are(std::ptrdiff_t number, const char* what) {
  return fmt::format("{} claim{} {}", number, number == 1 ? "" : "s", what);
}

// Where to begin, by the first thing that somebody has to look at.
Element what_to_do(const Record& record, const std::vector<Trouble>& troubles) {
  Element text = el("p", cls("todo"));
  if (troubles.empty()) {
    if (record.claims.empty()) return text.add("No claim was judged: run the suite on the node.");
    return text.add("Nothing to do.");
  }
  const Trouble& first = troubles.front();
  text.add("Begin with ").add(el("a", attr("href", "#trouble-1"), shortened(first.title, 200)));
  if (first.hint) return text.add(": ").add(*first.hint);
  text.add(".");
  if (first.outcome == Outcome::kError) {
    text.add(
        " When its cause is gone, the run may be made again: nothing is known to be false by it.");
  }
  return text;
}

Element tally(const Record& record) {
  Element list = el("ul", cls("tally"));
  for (const Outcome outcome : kOutcomes) {
    const auto number = count(record, Maturity::kStable, outcome);
    if (number == 0) continue;
    list.add(el("li", badge(outcome), fmt::format(" {}", number)));
  }
  const auto preview = claims_of(record, Maturity::kPreview);
  if (!preview.empty()) {
    const auto held = count(record, Maturity::kPreview, Outcome::kPass);
    list.add(el("li", cls("quiet"),
                fmt::format("in preview, not counted: {} of {} hold", held, preview.size())));
  }
  return list;
}

Element about_the_run(const Record& record) {
  Element list = el("dl", cls("about"));
  const auto add = [&](const char* name, const std::string& value) {
    list.add(el("div", el("dt", name), el("dd", value)));
  };
  const NodeRecord& node = record.node;
  add("Node",
      fmt::format("{} ({})", node_label(record), node.simulated() ? "simulated" : "Proxmox VE"));
  const auto manager = node.packages.find("pve-manager");
  const bool known = manager != node.packages.end() && manager->second.has_value();
  add("Proxmox VE", known ? *manager->second : text_or_missing(node.release));
  add("Kernel", text_or_missing(node.kernel));
  add("Started", time_text(record.run.started));
  add("Finished", time_text(record.run.finished.value_or("")));
  add("Run", text_or_missing(std::optional(record.run.id)));
  return list;
}

}  // namespace

std::string verdict_sentence(const Record& record) {
  const std::string node = node_label(record);
  const auto failed = count(record, Maturity::kStable, Outcome::kFail);
  const auto untold = count(record, Maturity::kStable, Outcome::kError);
  const auto stages = failed_stages(record).size();
  if (failed > 0) {
    return fmt::format("{} on {}{}.", claims_are(failed, failed == 1 ? "is false" : "are false"),
                       node, untold > 0 ? fmt::format(", and {} could not be told", untold) : "");
  }
  if (untold > 0) {
    return fmt::format("Nothing is known to be false on {}, but {}.", node,
                       claims_are(untold, "could not be told"));
  }
  if (record.exit_status() == 2 && stages > 0 && !record.claims.empty()) {
    return fmt::format("No claim is false on {}, but {} stage{} could not be done.", node, stages,
                       stages == 1 ? "" : "s");
  }
  if (record.exit_status() != 0)
    return fmt::format("Nothing is known of {}: no claim was judged.", node);
  return fmt::format("Every claim holds on {}.", node);
}

Element verdict_header(const Record& record, const std::vector<Trouble>& troubles) {
  Element header("header");
  if (record.node.simulated()) {
    std::string notice = simulation_notice(record);
    std::erase(notice, '`');
    header.add(el("p", cls("simulation"), attr("role", "note"), notice));
  }
  const int status = record.exit_status();
  const char* mood = status == 0 ? "pass" : status == 1 ? "fail" : "error";
  return header.add(el("h1", cls(mood), verdict_sentence(record)))
      .add(what_to_do(record, troubles))
      .add(tally(record))
      .add(about_the_run(record));
}

}  // namespace pve_accept::html
