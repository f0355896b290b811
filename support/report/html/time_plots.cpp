#include <fmt/format.h>

#include <algorithm>

#include "support/report/html/numbers.h"
#include "support/report/html/parts.h"
#include "support/report/html/sections.h"
#include "support/report/shared.h"
#include "support/report/wording.h"

namespace pve_accept::html {
namespace {

constexpr int kTableSteps = 12;  // of a window, in the table behind its plot

Who who_of(GuestKind kind) { return kind == GuestKind::kLxc ? Who::kLxc : Who::kVm; }
const char* name_of(Who who) {
  return who == Who::kNode ? "node" : who == Who::kLxc ? "LXC" : "VM";
}

double number_at(const Json& sample, const char* key) {
  const auto found = sample.is_object() ? sample.find(key) : sample.end();
  const bool number = sample.is_object() && found != sample.end() && found->is_number();
  return number ? found->get<double>() : std::numeric_limits<double>::quiet_NaN();
}

// A value of the samples over time; a sample that lacks it is a gap.
std::vector<Point> points_of(const WindowRecord& window, const char* key) {
  std::vector<Point> points;
  for (const Json& sample : window.samples) {
    const double at = number_at(sample, "at_s");
    if (std::isfinite(at) && at >= 0) points.push_back({at, number_at(sample, key)});
  }
  std::ranges::stable_sort(points, {}, &Point::x);
  return points;
}

bool any_value(const std::vector<Point>& points) {
  return std::ranges::any_of(points, [](const Point& point) { return std::isfinite(point.y); });
}

double end_of(const Panel& panel) {
  double end = 0;
  for (const Line& line : panel.lines) {
    if (!line.points.empty()) end = std::max(end, line.points.back().x);
  }
  for (const Range& window : panel.windows) end = std::max(end, window.to);
  return end;
}

std::string why_none(const WindowRecord* window, const std::string& name) {
  return window == nullptr ? name + " was not watched" : "no samples of it are on record";
}

// What a plot of samples shows, and how it speaks of it.
struct Quantity {
  const char* key;
  const char* figure;
  double Figure::*statistic;
  const char* unit;
};
constexpr Quantity kRam = {"ram_used_mib", "ram_used_mib", &Figure::median, "MiB"};
constexpr Quantity kCpu = {"cpu_used_percent", "cpu_used_percent", &Figure::mean, "%"};

std::optional<double> statistic_of(const WindowRecord* window, const Quantity& quantity) {
  if (window == nullptr) return std::nullopt;
  const auto figure = window->figures.find(quantity.figure);
  if (figure == window->figures.end()) return std::nullopt;
  return figure->second.*quantity.statistic;
}

void add_line(Panel& panel, const WindowRecord* window, const Quantity& quantity, Who who,
              bool further) {
  if (window == nullptr) return;
  auto points = points_of(*window, quantity.key);
  if (any_value(points)) {
    panel.lines.push_back({.who = who, .points = std::move(points), .further_round = further});
  }
}

Panel baseline_panel(const Record& record, const Quantity& quantity) {
  const WindowRecord* window = record.baseline ? &*record.baseline : nullptr;
  Panel panel{.title = "Baseline", .missing = why_none(window, "the quiet node")};
  panel.subtitle = "no guest: " + figure_text(statistic_of(window, quantity), quantity.unit);
  add_line(panel, window, quantity, Who::kNode, false);
  if (!panel.lines.empty()) panel.windows = {{0, end_of(panel)}};
  panel.length_s = end_of(panel);
  return panel;
}

template <class WindowOf>
Panel guests_panel(const Record& record, const Quantity& quantity, const char* title,
                   WindowOf window_of) {
  Panel panel{.title = title, .missing = "no samples are on record"};
  for (const RoundRecord& round : record.all_rounds()) {
    for (const auto& [kind, measurements] : round.measurements) {
      add_line(panel, window_of(measurements), quantity, who_of(kind), round.number > 1);
    }
  }
  for (const GuestKind kind : kGuestKinds) {
    const auto found = record.measurements.find(kind);
    const WindowRecord* window =
        found == record.measurements.end() ? nullptr : window_of(found->second);
    const std::string figure = figure_text(statistic_of(window, quantity), quantity.unit);
    panel.subtitle +=
        fmt::format("{}{} {}", panel.subtitle.empty() ? "" : ", ", name_of(who_of(kind)), figure);
  }
  panel.length_s = end_of(panel);
  return panel;
}

// Of the first round, as far as each is on record; once where both guests' are the same.
std::vector<Range> load_windows(const Record& record) {
  std::vector<Range> windows;
  for (const GuestKind kind : kGuestKinds) {
    const LoadRecord* load = record.load(kind);
    if (load == nullptr || !(load->closes_s > load->opens_s)) continue;
    const bool same = !windows.empty() && std::abs(windows[0].from - load->opens_s) < 0.5 &&
                      std::abs(windows[0].to - load->closes_s) < 0.5;
    if (!same) windows.push_back({load->opens_s, load->closes_s});
  }
  return windows;
}

const WindowRecord* idle_of(const Measurements& of) { return of.idle ? &*of.idle : nullptr; }
const WindowRecord* load_of(const Measurements& of) { return of.load ? &*of.load : nullptr; }

std::vector<Panel> panels_of(const Record& record, const Quantity& quantity) {
  std::vector<Panel> panels = {baseline_panel(record, quantity),
                               guests_panel(record, quantity, "Idle", idle_of),
                               guests_panel(record, quantity, "Under load", load_of)};
  Panel& idle = panels[1];
  if (!idle.lines.empty()) idle.windows = {{0, idle.length_s}};
  Panel& load = panels[2];
  if (!load.lines.empty()) load.windows = load_windows(record);
  load.length_s = end_of(load);
  return panels;
}

double median_between(const std::vector<Point>& points, double from, double to) {
  std::vector<double> values;
  for (const Point& point : points) {
    if (point.x >= from && point.x < to && std::isfinite(point.y)) values.push_back(point.y);
  }
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// The medians of steps of equal, round length, of the first round.
Table table_of(const std::vector<Panel>& panels, const std::string& unit) {
  const bool of_node = std::ranges::any_of(panels, [](const Panel& panel) {
    return std::ranges::any_of(panel.lines, [](const Line& l) { return l.who == Who::kNode; });
  });
  std::vector<Who> columns = {Who::kLxc, Who::kVm};
  if (of_node) columns.insert(columns.begin(), Who::kNode);
  Table table{.header = {"Window", "seconds"}, .rows = {}};
  for (const Who who : columns) table.header.push_back(fmt::format("{}, {}", name_of(who), unit));
  for (const Panel& panel : panels) {
    if (!(panel.length_s > 0)) continue;
    const auto starts = ticks({0, panel.length_s}, kTableSteps);
    const double step = starts.size() > 1 ? starts[1] - starts[0] : panel.length_s + 1;
    for (const double from : starts) {
      if (from >= panel.length_s && from > 0) continue;
      const double to = from + step > panel.length_s ? panel.length_s + 1 : from + step;
      Table::Row row = {panel.title, fmt::format("{:g}–{:g}", from,
                                                 std::min(from + step, std::ceil(panel.length_s)))};
      for (const Who who : columns) {
        const auto line = std::ranges::find_if(
            panel.lines, [=](const Line& l) { return l.who == who && !l.further_round; });
        row.push_back(line == panel.lines.end()
                          ? std::string(kMissing)
                          : figure_text(median_between(line->points, from, to)));
      }
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

std::string windows_text(const Record& record) {
  std::string text;
  for (const GuestKind kind : kGuestKinds) {
    const LoadRecord* load = record.load(kind);
    if (load == nullptr || !(load->closes_s > load->opens_s)) continue;
    text += fmt::format("{}{}: {} to {} s", text.empty() ? "" : "; ", name_of(who_of(kind)),
                        figure_text(load->opens_s), figure_text(load->closes_s));
  }
  return text.empty() ? "no window under load is on record" : text;
}

Plot plot_of_samples(const Record& record, const Quantity& quantity, const char* statistic) {
  Plot plot{.unit = quantity.unit, .panels = panels_of(record, quantity)};
  for (const Panel& panel : plot.panels) {
    plot.description += fmt::format("{} ({}): {}. ", panel.title, statistic, panel.subtitle);
  }
  plot.description += "Under load counts: " + windows_text(record) + ".";
  plot.table = table_of(plot.panels, quantity.unit);
  plot.table_note =
      "Medians of these seconds. Every sample is in record.json. Shaded in the plot is what the "
      "figures are taken from; under load: " +
      windows_text(record) + ".";
  return plot;
}

}  // namespace

Plot ram_plot(const Record& record) {
  Plot plot = plot_of_samples(record, kRam, "median");
  plot.id = "ram";
  plot.title = "RAM in use on the node";
  const WindowRecord* baseline = record.baseline ? &*record.baseline : nullptr;
  plot.level = statistic_of(baseline, kRam).value_or(plot.level);
  plot.level_name = "baseline";
  return plot;
}

Plot cpu_plot(const Record& record) {
  Plot plot = plot_of_samples(record, kCpu, "mean");
  plot.id = "cpu";
  plot.title = "CPU in use on the node";
  plot.from_zero = true;
  return plot;
}

Plot throughput_plot(const Record& record) {
  Panel panel{.title = "pgbench", .missing = "pgbench reported no progress"};
  for (const RoundRecord& round : record.all_rounds()) {
    for (const auto& [kind, measurements] : round.measurements) {
      if (!measurements.load) continue;
      Line line{.who = who_of(kind), .further_round = round.number > 1};
      for (const auto& progress : measurements.load->progress) {
        line.points.push_back({progress.to_s, progress.tps});
      }
      if (any_value(line.points)) panel.lines.push_back(std::move(line));
    }
  }
  for (const GuestKind kind : kGuestKinds) {
    const LoadRecord* load = record.load(kind);
    const auto tps = load == nullptr ? std::nullopt : load->pgbench.tps;
    panel.subtitle += fmt::format("{}{} {}", panel.subtitle.empty() ? "" : ", ",
                                  name_of(who_of(kind)), figure_text(tps, "tps"));
  }
  if (!panel.lines.empty()) panel.windows = load_windows(record);
  panel.length_s = end_of(panel);
  Plot plot{.id = "tps",
            .title = "Throughput over the load",
            .unit = "tps",
            .description = fmt::format(
                "Transactions per second of pgbench, as it reported them: {}.", panel.subtitle),
            .panels = {std::move(panel)},
            .from_zero = true};
  plot.table = table_of(plot.panels, "tps");
  plot.table_note = "Medians of these seconds since the load's start command.";
  return plot;
}

Element time_section(const Record& record) {
  Element part = section("time", "Over time");
  part.add(el("p", cls("quiet"),
              "The node is watched once a second, first quiet, then with one guest at a time. "
              "Shaded: what the figures are taken from."));
  part.add(figure(ram_plot(record)))
      .add(figure(cpu_plot(record)))
      .add(figure(throughput_plot(record)));
  if (record.all_rounds().size() < 2) return part;
  part.add(el("h3", "Rounds"))
      .add(el("p", cls("quiet"),
              "Claims are judged by the first round; thin lines above are the others. RAM is above "
              "the baseline."))
      .add(table(rounds_table(record), "Rounds"));
  const Table machine = machine_table(record);
  if (machine.rows.empty()) {
    return part.add(el("p", cls("missing"), "What the machine itself does is not on record."));
  }
  return part.add(el("p", cls("quiet"), "The machine itself, with no guest running (pveperf):"))
      .add(table(machine, "The machine itself"));
}

}  // namespace pve_accept::html
