#include "support/report/html/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "support/report/html/numbers.h"
#include "support/report/html/parts.h"

namespace pve_accept::html {
namespace {

constexpr double kLineHeight = 14;
constexpr int kMostSteps = 5;
constexpr std::size_t kMostPoints = 400;  // of a line; there are not more pixels

struct Look {
  const char* name;
  const char* of_class;
  const char* dash;  // beside the style sheet, for a page that has lost it
};

const Look& look_of(Who who) {
  static constexpr std::array kFacts = {Look{"node", "node", ""}, Look{"LXC", "lxc", ""},
                                        Look{"VM", "vm", "6 3"}};
  return kFacts.at(static_cast<std::size_t>(who));
}

// Where data lie on the paper.
class Scale {
 public:
  Scale(Range data, Range paper) : data_(data), paper_(paper) {}
  double operator()(double value) const {
    const double share = data_.length() > 0 ? (value - data_.from) / data_.length() : 0.5;
    return paper_.from + std::clamp(share, 0.0, 1.0) * paper_.length();
  }

 private:
  Range data_;
  Range paper_;
};

// Of a long line, the lowest and the highest point of each stretch.
std::vector<Point> thinned(const std::vector<Point>& points) {
  if (points.size() <= kMostPoints) return points;
  std::vector<Point> kept;
  const std::size_t stretch = points.size() / (kMostPoints / 2) + 1;
  for (std::size_t from = 0; from < points.size(); from += stretch) {
    const auto begin = points.begin() + static_cast<std::ptrdiff_t>(from);
    const auto end =
        points.begin() + static_cast<std::ptrdiff_t>(std::min(points.size(), from + stretch));
    const bool gap =
        std::any_of(begin, end, [](const Point& point) { return !std::isfinite(point.y); });
    if (gap) {
      kept.push_back({begin->x});
      continue;
    }
    auto [low, high] =
        std::minmax_element(begin, end, [](const Point& a, const Point& b) { return a.y < b.y; });
    if (high < low) std::swap(low, high);
    kept.push_back(*low);
    if (low != high) kept.push_back(*high);
  }
  return kept;
}

// A second that is missing among the samples is a gap too.
double longest_step(const std::vector<Point>& points) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < points.size(); ++i) steps.push_back(points[i].x - points[i - 1].x);
  if (steps.empty()) return 0;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return 2.5 * *middle;
}

std::string path_of(const std::vector<Point>& points, const Scale& x, const Scale& y) {
  std::string path;
  bool pen_down = false;
  double last = 0;
  const double step = longest_step(points);
  for (const Point& point : points) {
    if (!std::isfinite(point.y)) {
      pen_down = false;
      continue;
    }
    if (point.x - last > step) pen_down = false;
    path += fmt::format("{}{:.1f} {:.1f}", pen_down ? "L" : "M", x(point.x), y(point.y));
    // A single point shows as a dot, by its round cap.
    if (!pen_down) path += "h.01";
    pen_down = true;
    last = point.x;
  }
  return path;
}

Element text_at(double x, double y, const char* anchor, const std::string& of_class,
                std::string_view text) {
  return el("text", attr("x", x), attr("y", y), attr("text-anchor", anchor), cls(of_class),
            attr("fill", "currentColor"), attr("stroke", "none"), text);
}

Element line_at(double x1, double y1, double x2, double y2, const std::string& of_class) {
  return el("line", attr("x1", x1), attr("y1", y1), attr("x2", x2), attr("y2", y2), cls(of_class),
            attr("stroke", "currentColor"), attr("stroke-width", ".5"));
}

// The mark at the end of a line.
Element mark_at(Who who, double x, double y) {
  const std::string of_class = fmt::format("mark {}", look_of(who).of_class);
  if (who == Who::kVm) {
    return el("rect", attr("x", x - 3), attr("y", y - 3), attr("width", 6), attr("height", 6),
              cls(of_class), attr("fill", "currentColor"));
  }
  return el("circle", attr("cx", x), attr("cy", y), attr("r", 3.2), cls(of_class),
            attr("fill", "currentColor"));
}

// The box that a panel's lines are in.
struct Box {
  Range x;
  Range y;  // from its upper to its lower edge
};

class PanelDrawing {
 public:
  PanelDrawing(const Plot& plot, const Panel& panel, const Range& values, const Box& box)
      : plot_(plot),
        panel_(panel),
        values_(values),
        box_(box),
        x_({0, panel.length_s}, box.x),
        y_(values, {box.y.to, box.y.from}) {}

  Element drawn(bool with_value_axis) {
    add_windows();
    add_grid(with_value_axis);
    add_titles();
    add_level(with_value_axis);
    add_lines();
    return drawing_;
  }

 private:
  void add_windows() {
    for (const Range& window : panel_.windows) {
      drawing_.add(el("rect", cls("window"), attr("x", x_(window.from)), attr("y", box_.y.from),
                      attr("width", std::max(0.0, x_(window.to) - x_(window.from))),
                      attr("height", box_.y.length()), attr("fill", "currentColor"),
                      attr("fill-opacity", ".05"), attr("stroke", "none")));
    }
  }

  void add_grid(bool with_value_axis) {
    for (const double value : ticks(values_, kMostSteps)) {
      drawing_.add(line_at(box_.x.from, y_(value), box_.x.to, y_(value), "grid"));
      if (!with_value_axis) continue;
      drawing_.add(text_at(box_.x.from - 8, y_(value) + 4, "end", "tick", tick_text(value)));
    }
    drawing_.add(line_at(box_.x.from, box_.y.to, box_.x.to, box_.y.to, "axis"));
    const auto times =
        ticks({0, panel_.length_s}, std::max(1, static_cast<int>(box_.x.length() / 50)));
    for (const double time : times) {
      drawing_.add(line_at(x_(time), box_.y.to, x_(time), box_.y.to + 4, "axis"));
      drawing_.add(text_at(x_(time), box_.y.to + 17, "middle", "tick",
                           tick_text(time) + (time == times.back() ? " s" : "")));
    }
  }

  void add_titles() {
    drawing_.add(text_at(box_.x.from, box_.y.from - 22, "start", "panel", panel_.title));
    drawing_.add(text_at(box_.x.from, box_.y.from - 8, "start", "note", panel_.subtitle));
    if (panel_.lines.empty()) {
      drawing_.add(text_at((box_.x.from + box_.x.to) / 2, (box_.y.from + box_.y.to) / 2, "middle",
                           "note", panel_.missing));
    }
  }

  void add_level(bool named) {
    if (!std::isfinite(plot_.level)) return;
    Element level = line_at(box_.x.from, y_(plot_.level), box_.x.to, y_(plot_.level), "level");
    drawing_.add(level.add(attr("stroke-dasharray", "1 3")));
    if (named && panel_.lines.empty()) {
      drawing_.add(text_at(box_.x.to, y_(plot_.level) - 5, "end", "note", plot_.level_name));
    }
  }

  // The first round's lines last, over the others', each with its name behind its end.
  void add_lines() {
    std::vector<LineEnd> ends;
    for (const bool further : {true, false}) {
      for (const Line& line : panel_.lines) {
        if (line.further_round != further) continue;
        add_line(line);
        const auto last = std::find_if(line.points.rbegin(), line.points.rend(),
                                       [](const Point& p) { return std::isfinite(p.y); });
        if (further || last == line.points.rend()) continue;
        drawing_.add(mark_at(line.who, x_(last->x), y_(last->y)));
        ends.push_back({x_(last->x), y_(last->y), line.who});
      }
    }
    add_names(std::move(ends));
  }

  void add_line(const Line& line) {
    const Look& look = look_of(line.who);
    Element path =
        el("path", attr("d", path_of(thinned(line.points), x_, y_)),
           cls(fmt::format("line {}{}", look.of_class, line.further_round ? " further" : "")),
           attr("fill", "none"), attr("stroke", "currentColor"));
    if (*look.dash != '\0') path.add(attr("stroke-dasharray", look.dash));
    drawing_.add(path);
  }

  struct LineEnd {
    double x;
    double y;
    Who who;
  };

  // Behind the ends of the lines, none over another.
  void add_names(std::vector<LineEnd> ends) {
    std::ranges::sort(ends, {}, &LineEnd::y);
    double free_from = box_.y.from - kLineHeight;
    for (const LineEnd& end : ends) {
      free_from = std::max(end.y, free_from + kLineHeight);
      const Look& look = look_of(end.who);
      drawing_.add(text_at(end.x + 9, free_from + 4, "start", fmt::format("name {}", look.of_class),
                           look.name));
    }
  }

  static std::string tick_text(double value) {
    return std::abs(value) < 10000 ? figure_text(value) : fmt::format("{:g}", value);
  }

  const Plot& plot_;
  const Panel& panel_;
  Range values_;
  Box box_;
  Scale x_;
  Scale y_;
  Element drawing_ = el("g");
};

struct Layout {
  const char* name;
  double width;
  double left, right;   // margins beside a panel
  double above, below;  // and over and under it
  double height;        // of a panel's box
  bool side_by_side;
};

constexpr Layout kWide = {"wide", 960, 52, 62, 46, 26, 210, true};
constexpr Layout kNarrow = {"narrow", 340, 44, 56, 46, 26, 130, false};

std::vector<Box> boxes_of(const Plot& plot, const Layout& layout) {
  std::vector<Box> boxes;
  const auto count = static_cast<double>(plot.panels.size());
  if (!layout.side_by_side) {
    double top = layout.above;
    for (std::size_t i = 0; i < plot.panels.size(); ++i) {
      boxes.push_back({{layout.left, layout.width - layout.right}, {top, top + layout.height}});
      top += layout.height + layout.above + layout.below;
    }
    return boxes;
  }
  // A second is as long in every panel, but none is a sliver.
  double sum = 0;
  for (const Panel& panel : plot.panels) sum += panel.length_s;
  const double room = layout.width - layout.left - count * layout.right;
  const double least = room / count / 2;
  double x = layout.left;
  for (const Panel& panel : plot.panels) {
    const double share = sum > 0 ? panel.length_s / sum : 1 / count;
    const double width = least + (room - count * least) * share;
    boxes.push_back({{x, x + width}, {layout.above, layout.above + layout.height}});
    x += width + layout.right;
  }
  return boxes;
}

Range values_of(const Plot& plot) {
  Range range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  const auto widen = [&](double value) {
    if (!std::isfinite(value)) return;
    range = {std::min(range.from, value), std::max(range.to, value)};
  };
  if (plot.from_zero) widen(0);
  widen(plot.level);
  for (const Panel& panel : plot.panels) {
    for (const Line& line : panel.lines) {
      for (const Point& point : line.points) widen(point.y);
    }
  }
  if (range.from == range.to) range.to += 1;
  return rounded(range, kMostSteps);
}

Element drawing_of(const Plot& plot, const Layout& layout, const Range& values) {
  const std::vector<Box> boxes = boxes_of(plot, layout);
  const double height = boxes.back().y.to + layout.below;
  const std::string title_id = fmt::format("{}-{}-title", plot.id, layout.name);
  const std::string about_id = fmt::format("{}-{}-about", plot.id, layout.name);
  Element svg = el("svg", attr("viewBox", fmt::format("0 0 {} {}", layout.width, height)),
                   attr("width", layout.width), attr("height", height), attr("role", "img"),
                   attr("aria-labelledby", title_id + " " + about_id), attr("font-size", "12"),
                   attr("font-family", "sans-serif"), el("title", attr("id", title_id), plot.title),
                   el("desc", attr("id", about_id), plot.description));
  svg.add(text_at(0, 12, "start", "note", plot.unit));
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    PanelDrawing panel(plot, plot.panels[i], values, boxes[i]);
    svg.add(panel.drawn(i == 0 || !layout.side_by_side));
  }
  Element around = el("div", cls(layout.name), svg);
  // Without a style sheet one of the two is enough.
  if (!layout.side_by_side) around.add(attr("hidden", "hidden"));
  return around;
}

bool has_points(const Plot& plot) {
  return std::ranges::any_of(plot.panels, [](const Panel& panel) {
    return std::ranges::any_of(panel.lines, [](const Line& line) {
      return std::ranges::any_of(line.points, [](const Point& p) { return std::isfinite(p.y); });
    });
  });
}

}  // namespace

std::vector<double> ticks(const Range& range, int most) {
  const double largest = std::max(std::abs(range.from), std::abs(range.to));
  if (!(range.length() > largest * 1e-9) || !std::isfinite(range.length()) || most < 1) {
    return {range.from};
  }
  const double least = range.length() / most;
  double step = std::pow(10, std::floor(std::log10(least)));
  for (const double factor : {2.0, 2.5, 2.0}) {
    if (step >= least * 0.999999) break;
    step *= factor;
  }
  std::vector<double> values;
  for (double i = std::ceil(range.from / step - 1e-6); i * step <= range.to + step * 1e-6; ++i) {
    values.push_back(i * step + 0.0);  // no "-0"
  }
  return values;
}

Range rounded(const Range& range, int most) {
  const auto inside = ticks(range, most);
  if (inside.size() < 2) return range;
  const double step = inside[1] - inside[0];
  return {std::floor(range.from / step + 1e-6) * step, std::ceil(range.to / step - 1e-6) * step};
}

Element figure(const Plot& plot) {
  Element figure = el("figure", attr("id", plot.id), el("figcaption", el("h3", plot.title)));
  if (!has_points(plot)) {
    std::string why;
    for (const Panel& panel : plot.panels) {
      if (!panel.missing.empty() && why.find(panel.missing) == std::string::npos) {
        why += (why.empty() ? "" : "; ") + panel.missing;
      }
    }
    return figure.add(el("p", cls("missing"), "Nothing to plot: " + why + "."));
  }
  const Range values = values_of(plot);
  figure.add(drawing_of(plot, kWide, values)).add(drawing_of(plot, kNarrow, values));
  return figure.add(
      folded("The figures behind this plot", el("div", el("p", cls("quiet"), plot.table_note),
                                                table(plot.table, plot.title + ", figures"))));
}

}  // namespace pve_accept::html
