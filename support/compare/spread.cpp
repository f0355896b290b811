#include "support/compare/spread.h"

#include <limits>
#include <numeric>

namespace pve_accept {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

double squares_about_average(const std::vector<double>& values) {
  const double center = average(values);
  double squares = 0;
  for (const double value : values) squares += (value - center) * (value - center);
  return squares;
}

}  // namespace

double average(const std::vector<double>& values) {
  if (values.empty()) return kUnknown;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double variance(const std::vector<double>& values) {
  if (values.size() < 2) return 0;
  return squares_about_average(values) / static_cast<double>(values.size() - 1);
}

std::vector<double> averages(const ByRun& runs) {
  std::vector<double> each;
  for (const auto& run : runs) each.push_back(average(run));
  return each;
}

std::vector<double> all_of(const ByRun& runs) {
  std::vector<double> all;
  for (const auto& run : runs) all.insert(all.end(), run.begin(), run.end());
  return all;
}

double variance_within(const ByRun& runs) {
  double squares = 0;
  std::size_t freedom = 0;
  for (const auto& run : runs) {
    if (run.size() < 2) continue;
    squares += squares_about_average(run);
    freedom += run.size() - 1;
  }
  return freedom == 0 ? kUnknown : squares / static_cast<double>(freedom);
}

}  // namespace pve_accept
