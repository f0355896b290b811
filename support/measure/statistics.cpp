#include "support/measure/statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "support/base/error.h"

namespace pve_accept {
namespace {

void require_usable(const std::vector<double>& values) {
  if (values.empty()) throw HarnessError("compute statistics", "there is not a single value");
  for (const double value : values) {
    if (!std::isfinite(value)) {
      throw HarnessError("compute statistics", fmt::format("{} is not a finite number", value));
    }
  }
}

}  // namespace

double median(std::vector<double> values) { return percentile(std::move(values), 50); }

double mean(const std::vector<double>& values) {
  require_usable(values);
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double minimum(const std::vector<double>& values) {
  require_usable(values);
  return std::ranges::min(values);
}

double maximum(const std::vector<double>& values) {
  require_usable(values);
  return std::ranges::max(values);
}

double standard_deviation(const std::vector<double>& values) {
  const double center = mean(values);
  if (values.size() == 1) return 0;
  double squares = 0;
  for (const double value : values) squares += (value - center) * (value - center);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

double percentile(std::vector<double> values, double percent) {
  require_usable(values);
  if (!(percent >= 0 && percent <= 100)) {
    throw HarnessError("compute statistics", fmt::format("there is no percentile {}", percent));
  }
  std::ranges::sort(values);
  const double rank = percent / 100 * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  const double weight = rank - static_cast<double>(below);
  return values[below] + weight * (values[above] - values[below]);
}

Figure summarize(const std::vector<double>& values) {
  return {.n = values.size(),
          .median = median(values),
          .mean = mean(values),
          .min = minimum(values),
          .max = maximum(values),
          .stddev = standard_deviation(values)};
}

}  // namespace pve_accept
