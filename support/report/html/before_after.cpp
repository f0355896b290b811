#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "support/compare/metric.h"
#include "support/report/html/numbers.h"
#include "support/report/html/parts.h"
#include "support/report/html/sections.h"
#include "support/report/wording.h"

namespace pve_accept::html {
namespace {

constexpr double kIntervalWidth = 180;
constexpr double kIntervalMiddle = 11;

// Zero is in the middle. An end that is infinite runs out of the picture: there is no interval.
Element interval_of(const MetricChange& change) {
  const Interval& interval = change.decided.interval;
  const double floor = change.decided.floor;
  double reach = std::max(floor, std::abs(interval.estimate));
  for (const double end : {interval.low, interval.high}) {
    if (std::isfinite(end)) reach = std::max(reach, std::abs(end));
  }
  if (!(reach > 0)) reach = 1;
  const auto x = [&](double value) {
    const double share = std::clamp(value / (reach * 1.15), -1.0, 1.0);
    return kIntervalWidth / 2 * (1 + share);
  };
  const std::string spoken = fmt::format("{}: {}, floor {} {}", change.name(), change_text(change),
                                         figure_text(floor), change.metric->change_unit());
  Element svg =
      el("svg", cls("interval"), attr("viewBox", fmt::format("0 0 {} 22", kIntervalWidth)),
         attr("width", kIntervalWidth), attr("height", 22), attr("role", "img"),
         attr("aria-label", spoken), el("title", spoken),
         el("rect", cls("allowed"), attr("fill", "currentColor"), attr("fill-opacity", ".12"),
            attr("x", x(-floor)), attr("width", x(floor) - x(-floor)), attr("y", 3),
            attr("height", 16)),
         el("line", cls("bound"), attr("stroke", "currentColor"), attr("x1", x(0)),
            attr("x2", x(0)), attr("y1", 1), attr("y2", 21)));
  if (std::isfinite(interval.low) || std::isfinite(interval.high)) {
    svg.add(el("line", cls(change.worse() ? "span false" : "span"), attr("stroke", "currentColor"),
               attr("stroke-width", "2"), attr("x1", x(interval.low)), attr("x2", x(interval.high)),
               attr("y1", kIntervalMiddle), attr("y2", kIntervalMiddle)));
  }
  return svg.add(el("circle", cls(change.worse() ? "mark wrong" : "mark node"),
                    attr("fill", "currentColor"), attr("cx", x(interval.estimate)),
                    attr("cy", kIntervalMiddle), attr("r", 4)));
}

std::string value_text(const Metric& metric, double value) {
  return fmt::format("{} {}", number_or_missing(value, metric.decimals), metric.unit);
}

Element row_of_change(const MetricChange& change) {
  const Metric& metric = *change.metric;
  const bool told = change.decided.decision != Decision::kNoData;
  const std::string subject = change.guest ? std::string(to_string(*change.guest)) : "node";
  Element row =
      el("tr", el("th", attr("scope", "row"), fmt::format("{}, {}", metric.name, subject)));
  if (!told) {
    return row.add(el("td", attr("colspan", "4"), kMissing))
        .add(el("td", decision_text(change), " ", el("span", cls("quiet"), change.decided.note)));
  }
  row.add(el("td", cls("number"), value_text(metric, change.base)))
      .add(el("td", cls("number"), value_text(metric, change.now)))
      .add(el("td", interval_of(change)))
      .add(el("td", change_text(change)));
  Element decision = el("td", cls(change.worse() ? "worse" : ""), decision_text(change));
  if (!change.decided.note.empty())
    decision.add(el("span", cls("quiet note"), change.decided.note));
  return row.add(decision);
}

}  // namespace

Element before_and_after(const RunComparison& comparison) {
  Element part = section("before-after", "Before and after");
  part.add(el("p", cls("quiet"), "Before: ", comparison.before, ". Now: ", comparison.now, "."));
  if (!comparison.warnings.empty()) part.add(items(comparison.warnings));
  if (!comparison.not_comparable.empty()) {
    return part
        .add(el("p", cls("missing"), "Not comparable: these differ in what decides figures."))
        .add(items(comparison.not_comparable));
  }
  const Element head = header_row({"Figure", "before", "now", "interval", "change", "decision"});
  Element body("tbody");
  for (const MetricChange& change : comparison.changes) {
    if (change.metric->primary() || change.moved()) body.add(row_of_change(change));
  }
  part.add(el("p", cls("quiet"),
              "The dot is the change, the line where it may truly lie (none: too few values for an "
              "interval), the shade what nobody minds; the upright is no change."));
  part.add(
      scrolling(el("table", cls("changes"), el("thead", head), body), "Figures before and after"));
  for (const PairedChange& pair : comparison.pairs) {
    part.add(el("p", fmt::format("{}: {}.", pair.metric->name, pair.text)));
  }
  return part;
}

}  // namespace pve_accept::html
