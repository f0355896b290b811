#pragma once

#include <limits>
#include <string>
#include <vector>

#include "support/report/html/element.h"
#include "support/report/table.h"

// Line plots over time, as SVG.
namespace pve_accept::html {

struct Range {
  double from = 0;
  double to = 0;
  double length() const { return to - from; }
};

// Round numbers within the range that divide it into at most `most` steps: multiples of 1, 2 or 5
// times a power of ten.
std::vector<double> ticks(const Range& range, int most);

// The range, widened to ticks at both its ends.
Range rounded(const Range& range, int most);

// Who a line is about. Each has a colour, a dash and a mark of its own, so that nobody needs the
// colour to tell them apart.
enum class Who { kNode, kLxc, kVm };

struct Point {
  double x = 0;
  double y = std::numeric_limits<double>::quiet_NaN();  // not finite: missing, a gap in the line
};

struct Line {
  Who who = Who::kNode;
  std::vector<Point> points = {};
  bool further_round = false;  // drawn behind the first one
};

// A stretch of time of its own; all panels of a plot share the other axis.
struct Panel {
  std::string title = {};
  std::string subtitle = {};
  double length_s = 0;
  std::vector<Line> lines = {};
  std::vector<Range> windows = {};  // marked: what is counted
  std::string missing = {};         // why there is no line
};

struct Plot {
  std::string id = {};     // of the element, unique in the page
  std::string title = {};  // what is plotted
  std::string unit = {};
  std::string description = {};  // what is to be seen, for whoever does not see it
  std::vector<Panel> panels = {};
  bool from_zero = false;
  double level = std::numeric_limits<double>::quiet_NaN();  // a dotted line through all panels
  std::string level_name = {};
  Table table = {};  // the figures behind it
  std::string table_note = {};
};

// The plot, once with its panels side by side and once, for narrow screens, with one below the
// other, and the table behind it. A plot without a point says so in words.
Element figure(const Plot& plot);

}  // namespace pve_accept::html
