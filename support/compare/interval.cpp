#include "support/compare/interval.h"

#include <algorithm>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "support/compare/spread.h"

namespace pve_accept {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kTail = (1 - kConfidence) / 2;
constexpr double kPower = 0.95;
constexpr std::size_t kMostNeeded = 100;

double root_of_shares(std::size_t m, std::size_t n) {
  return std::sqrt(1 / static_cast<double>(m) + 1 / static_cast<double>(n));
}

// How many ways m values can stand among n others so that U is 0, 1, … m * n: the recurrence
// count(m, n, u) = count(m - 1, n, u - n) + count(m, n - 1, u), a row of n at a time.
std::vector<double> mann_whitney_counts(std::size_t m, std::size_t n) {
  // of_fewer[j]: the counts of (i - 1, j), while those of i are made.
  std::vector<std::vector<double>> of_fewer(n + 1, {1.0});
  for (std::size_t i = 1; i <= m; ++i) {
    std::vector<std::vector<double>> counts(n + 1, {1.0});
    for (std::size_t j = 1; j <= n; ++j) {
      counts[j].assign(i * j + 1, 0);
      for (std::size_t u = 0; u <= i * j; ++u) {
        const auto& one_less = of_fewer[j];
        if (u >= j && u - j < one_less.size()) counts[j][u] += one_less[u - j];
        if (u < counts[j - 1].size()) counts[j][u] += counts[j - 1][u];
      }
    }
    of_fewer = std::move(counts);
  }
  return of_fewer[n];
}

double half_width(std::size_t base, std::size_t now, double spread) {
  return t_quantile(static_cast<double>(base - 1)) * spread * root_of_shares(now, base);
}

}  // namespace

double t_quantile(double degrees_of_freedom) {
  return boost::math::quantile(
      boost::math::complement(boost::math::students_t(degrees_of_freedom), kTail));
}

Interval prediction_interval(const std::vector<double>& base, const std::vector<double>& now) {
  const double estimate = average(now) - average(base);
  if (base.size() < 2) return {estimate, -kInfinite, kInfinite};
  const double reach = half_width(base.size(), now.size(), std::sqrt(variance(base)));
  return {estimate, estimate - reach, estimate + reach};
}

double mann_whitney_cdf(std::size_t m, std::size_t n, std::size_t u) {
  const std::vector<double> counts = mann_whitney_counts(m, n);
  double below = 0, all = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    all += counts[i];
    if (i <= u) below += counts[i];
  }
  return below / all;
}

bool has_shift_interval(std::size_t base, std::size_t now) {
  return base > 0 && now > 0 && mann_whitney_cdf(base, now, 0) <= kTail;
}

Interval shift_interval(const std::vector<double>& base, const std::vector<double>& now) {
  std::vector<double> differences;
  for (const double before : base) {
    for (const double after : now) differences.push_back(after - before);
  }
  std::ranges::sort(differences);
  const std::size_t count = differences.size();
  const double estimate = (differences[(count - 1) / 2] + differences[count / 2]) / 2;

  // The k-th smallest and the k-th largest difference, with the largest k for which
  // P(U <= k - 1) is at most the tail.
  const std::vector<double> counts = mann_whitney_counts(base.size(), now.size());
  double all = 0;
  for (const double each : counts) all += each;
  std::size_t k = 0;
  for (double below = counts[0]; below / all <= kTail && k < counts.size() / 2;) {
    below += counts[++k];
  }
  if (k == 0) return {estimate, -kInfinite, kInfinite};
  return {estimate, differences[k - 1], differences[count - k]};
}

std::optional<RunsNeeded> runs_needed(std::size_t base_runs, double spread, double reach) {
  for (std::size_t now = 1; now <= kMostNeeded; ++now) {
    const std::size_t base = std::max({base_runs, now, std::size_t{2}});
    if (half_width(base, now, spread) < reach) return RunsNeeded{base, now};
  }
  return std::nullopt;
}

std::optional<std::size_t> rounds_needed(double spread, double reach) {
  const double efficiency = std::sqrt(3 / std::numbers::pi);
  for (std::size_t each = 4; each <= kMostNeeded; ++each) {
    const double width =
        t_quantile(static_cast<double>(2 * each - 2)) * spread * root_of_shares(each, each);
    if (width / efficiency < reach) return each;
  }
  return std::nullopt;
}

double smallest_change(std::size_t base_runs, double spread, double floor) {
  if (base_runs < 2) return kInfinite;
  const auto freedom = static_cast<double>(base_runs - 1);
  const double critical = t_quantile(freedom);
  const double error = spread * root_of_shares(1, base_runs);
  // By halving: power grows with the noncentrality. 50 standard errors are found by any baseline.
  double low = critical, high = 50;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    const boost::math::non_central_t statistic(freedom, middle);
    const double power = boost::math::cdf(boost::math::complement(statistic, critical));
    (power < kPower ? low : high) = middle;
  }
  const double beyond_floor = boost::math::quantile(boost::math::normal(), kPower) * error;
  return std::max(high * error, floor + beyond_floor);
}

}  // namespace pve_accept
