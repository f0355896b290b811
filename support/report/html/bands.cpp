#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/report/html/numbers.h"
#include "support/report/html/parts.h"
#include "support/report/html/plot.h"
#include "support/report/html/sections.h"
#include "support/report/wording.h"

namespace pve_accept::html {
namespace {

constexpr double kWidth = 150;
constexpr double kHeight = 26;
constexpr double kMiddle = 10;
constexpr double kMargin = 8;

// The picture grows by so many times its size to have the other bound in it, and by so many for a
// figure that is not allowed; what is further away would leave no room for the rest.
constexpr double kBoundIsNear = 10;
constexpr double kFigureIsNear = 2.5;

// What the picture shows: the reference, what was measured and the bounds, but for what is far
// away. A figure that is allowed is always in it.
class BandScale {
 public:
  explicit BandScale(const ClaimResult& claim)
      : measured_(claim.measured.number().value_or(0)),
        reference_(claim.reference.number()),
        min_(claim.allowed->min),
        max_(claim.allowed->max) {
    range_ = {reference_.value_or(measured_), reference_.value_or(measured_)};
    const bool allowed = (!min_ || measured_ >= *min_) && (!max_ || measured_ <= *max_);
    if (allowed) widen(measured_);
    if (const auto nearest = nearest_bound()) widen(*nearest);
    const double size = range_.length() > 0 ? range_.length() : std::max(1e-9, std::abs(measured_));
    for (const auto& bound : {min_, max_}) {
      if (bound && distance(*bound) <= kBoundIsNear * size) widen(*bound);
    }
    if (distance(measured_) <= kFigureIsNear * std::max(size, range_.length())) widen(measured_);
    if (range_.length() == 0) range_ = {range_.from - size, range_.to + size};
    const double room = range_.length() * 0.12;
    range_ = {range_.from - room, range_.to + room};
  }

  bool holds(double value) const { return value >= range_.from && value <= range_.to; }
  double at(double value) const {
    const double share = (value - range_.from) / range_.length();
    return kMargin + std::clamp(share, 0.0, 1.0) * (kWidth - 2 * kMargin);
  }

 private:
  void widen(double value) { range_ = {std::min(range_.from, value), std::max(range_.to, value)}; }
  double distance(double value) const {
    return std::max({range_.from - value, value - range_.to, 0.0});
  }
  std::optional<double> nearest_bound() const {
    if (!min_ || !max_) return min_ ? min_ : max_;
    return distance(*min_) < distance(*max_) ? min_ : max_;
  }

  double measured_;
  std::optional<double> reference_;
  std::optional<double> min_, max_;
  Range range_;
};

std::string spoken(const ClaimResult& claim) {
  std::string text = fmt::format("{}: measured {}, allowed {}", case_label(claim),
                                 measured_figure(claim), allowed_text(claim));
  if (const auto reference = claim.reference.number()) {
    text += ", reference " + figure_text(reference, claim.unit);
  }
  return text;
}

const char* class_of(const ClaimResult& claim) {
  if (claim.outcome == Outcome::kFail) return "mark false";
  if (!claim.guest) return "mark node";
  return claim.guest == GuestKind::kLxc ? "mark lxc" : "mark vm";
}

// A dot for the container and the node, a square for the VM, a cross for what is not allowed, an
// arrow at the edge for what is far outside.
Element mark(const ClaimResult& claim, const BandScale& scale) {
  const double value = *claim.measured.number();
  const double x = scale.at(value);
  const auto with = [&](Element shape) { return shape.add(cls(class_of(claim))); };
  if (!scale.holds(value)) {
    const double back = x < kWidth / 2 ? 7 : -7;
    return with(el("path", attr("fill", "none"), attr("stroke", "currentColor"),
                   attr("stroke-width", "2"),
                   attr("d", fmt::format("M{:.1f} {}L{:.1f} {}L{:.1f} {}", x + back, kMiddle - 5, x,
                                         kMiddle, x + back, kMiddle + 5))));
  }
  if (claim.outcome == Outcome::kFail) {
    return with(el("path", attr("fill", "none"), attr("stroke", "currentColor"),
                   attr("stroke-width", "2"),
                   attr("d", fmt::format("M{:.1f} {}l8 8m0 -8l-8 8", x - 4, kMiddle - 4))));
  }
  if (claim.guest == GuestKind::kVm) {
    return with(el("rect", attr("fill", "currentColor"), attr("x", x - 4), attr("y", kMiddle - 4),
                   attr("width", 8), attr("height", 8)));
  }
  return with(el("circle", attr("fill", "currentColor"), attr("cx", x), attr("cy", kMiddle),
                 attr("r", 4.2)));
}

Element upright(double x, const char* of_class) {
  return el("line", cls(of_class), attr("stroke", "currentColor"), attr("x1", x), attr("x2", x),
            attr("y1", kMiddle - 9), attr("y2", kMiddle + 9));
}

bool measured_in_numbers(const ClaimResult& claim) {
  const auto number = claim.measured.number();
  return claim.allowed && claim.allowed->numeric() && number && std::isfinite(*number);
}

// A claim of the table: of the node or of both guests, or of each.
struct Row {
  std::string id;
  std::string statement;
  const ClaimResult* lxc = nullptr;
  const ClaimResult* vm = nullptr;
  const ClaimResult* other = nullptr;
};

std::vector<Row> rows_of(const Record& record) {
  std::vector<Row> rows;
  for (const ClaimResult* claim : claims_of(record)) {
    if (!claim->allowed || !claim->allowed->numeric()) continue;
    if (claim->outcome == Outcome::kSkip) continue;  // nothing was to be measured
    if (rows.empty() || rows.back().id != claim->id) {
      rows.push_back({.id = claim->id, .statement = claim->statement});
    }
    Row& row = rows.back();
    (!claim->guest ? row.other : claim->guest == GuestKind::kLxc ? row.lxc : row.vm) = claim;
  }
  return rows;
}

Element cell(const ClaimResult* claim, const char* who) {
  Element cell = el("td", attr("data-name", who));
  if (claim == nullptr) return cell.add(el("span", cls("quiet"), kMissing));
  cell.add(band(*claim));
  Element words = el("span", cls("figure"),
                     measured_in_numbers(*claim) ? measured_figure(*claim) : std::string(kMissing));
  if (claim->outcome != Outcome::kPass) words.add(" ").add(badge(claim->outcome));
  return cell.add(words).add(el("span", cls("quiet"), " " + allowed_text(*claim)));
}

Element bands_table(const std::vector<Row>& rows, bool of_guests) {
  const Element head =
      header_row(of_guests ? Table::Row{"Claim", "LXC", "VM"} : Table::Row{"Claim", "Measured"});
  Element body("tbody");
  for (const Row& row : rows) {
    Element line = el("tr", el("th", attr("scope", "row"), el("span", cls("id"), row.id),
                               el("span", cls("quiet"), row.statement)));
    if (of_guests) {
      line.add(cell(row.lxc, "LXC")).add(cell(row.vm, "VM"));
    } else {
      line.add(cell(row.other, ""));
    }
    body.add(line);
  }
  return el("table", cls(of_guests ? "bands pair" : "bands"), el("thead", head), body);
}

}  // namespace

std::optional<Element> band(const ClaimResult& claim) {
  if (!measured_in_numbers(claim)) return std::nullopt;
  const BandScale scale(claim);
  const Bound& allowed = *claim.allowed;
  const double from = allowed.min ? scale.at(*allowed.min) : 0;
  const double to = allowed.max ? scale.at(*allowed.max) : kWidth;
  const bool from_shown = allowed.min && scale.holds(*allowed.min);
  const bool to_shown = allowed.max && scale.holds(*allowed.max);
  const double left = from_shown ? from : 0;
  const double right = to_shown ? to : kWidth;
  Element svg =
      el("svg", cls("band"), attr("viewBox", fmt::format("0 0 {} {}", kWidth, kHeight)),
         attr("width", kWidth), attr("height", kHeight), attr("role", "img"),
         attr("aria-label", spoken(claim)), el("title", spoken(claim)),
         el("line", cls("track"), attr("stroke", "currentColor"), attr("stroke-width", ".5"),
            attr("x1", 0), attr("x2", kWidth), attr("y1", kMiddle), attr("y2", kMiddle)),
         el("rect", cls("allowed"), attr("fill", "currentColor"), attr("fill-opacity", ".12"),
            attr("x", left), attr("width", std::max(0.0, right - left)), attr("y", kMiddle - 7),
            attr("height", 14)));
  if (from_shown) svg.add(upright(from, "bound"));
  if (to_shown) svg.add(upright(to, "bound"));
  const auto reference = claim.reference.number();
  if (reference && scale.holds(*reference)) {
    svg.add(el("path", cls("reference"), attr("fill", "currentColor"),
               attr("d", fmt::format("M{:.1f} {}l4 6h-8z", scale.at(*reference), kMiddle + 8))));
  }
  return svg.add(mark(claim, scale));
}

Element bands_section(const Record& record) {
  std::vector<Row> of_guests;
  std::vector<Row> others;
  for (Row& row : rows_of(record))
    (row.other != nullptr ? others : of_guests).push_back(std::move(row));
  Element part = section("bands", "Each figure in its band");
  if (of_guests.empty() && others.empty()) {
    return part.add(el("p", cls("missing"), "No claim with a figure was judged."));
  }
  part.add(el("p", cls("quiet"),
              "Shaded: what is allowed; where no edge is drawn, the bound is far away or there is "
              "none. Dot, square: this run, LXC and VM. Cross: not allowed; arrow: far outside. "
              "Triangle: the reference. Each row has a scale of its own."));
  if (!of_guests.empty()) part.add(bands_table(of_guests, true));
  if (!others.empty()) {
    part.add(el("h3", "The node, and VM − LXC")).add(bands_table(others, false));
  }
  return part;
}

}  // namespace pve_accept::html
