#pragma once

#include <optional>
#include <vector>

namespace pve_accept {

// How sure an interval is of having the true difference in it: of 100 metrics that have not
// changed, at most two are called worse, whatever their noise and their floor.
inline constexpr double kConfidence = 0.96;

// A difference, new less old, and where it may truly lie. Ends that are infinite: with so few
// values there is no interval of that confidence.
struct Interval {
  double estimate = 0;
  double low = 0;
  double high = 0;

  bool excludes_zero() const { return low > 0 || high < 0; }
  bool inside(double floor) const { return low > -floor && high < floor; }
};

// What n runs and one statistic of each say of the mean of m further ones: the t prediction
// interval, mean(now) - mean(base) -+ t(n-1) * s * sqrt(1/m + 1/n), where s is the standard
// deviation of the base. It is the base that says how much runs differ: one new run is enough.
// Source: W. Q. Meeker, G. J. Hahn, L. A. Escobar, "Statistical Intervals", 2nd ed. (2017), ch. 4:
// the prediction interval for the mean of m future observations.
// Infinite with fewer than two values in the base; neither may be empty.
Interval prediction_interval(const std::vector<double>& base, const std::vector<double>& now);

// How far `now` is shifted against `base`: the estimate of Hodges and Lehmann, which is the median
// of all pairwise differences, in the exact interval of Mann and Whitney, whose ends are two of
// these differences in their order. No distribution is assumed, and an outlier moves little.
// Source: M. Hollander, D. A. Wolfe, E. Chicken, "Nonparametric Statistical Methods", 3rd ed.
// (2014), ch. 4.
// Infinite where no interval of that confidence exists: with three against three, or fewer.
Interval shift_interval(const std::vector<double>& base, const std::vector<double>& now);

// Whether there is such an interval for so many values on each side.
bool has_shift_interval(std::size_t base, std::size_t now);

// P(U <= u) of the Mann-Whitney statistic of m and n values without ties, both samples from one
// distribution; by the recurrence of H. B. Mann and D. R. Whitney, Ann. Math. Statist. 18 (1947),
// p. 51.
double mann_whitney_cdf(std::size_t m, std::size_t n, std::size_t u);

// The quantile of Student's t that leaves (1 - kConfidence) / 2 above it.
double t_quantile(double degrees_of_freedom);

// Against how many runs of a baseline, and how many new ones, the prediction interval would reach
// no further than `reach` to each side, where runs differ by the standard deviation `spread`: the
// fewest new runs, the baseline growing with them once they are as many. Empty: more than 100.
struct RunsNeeded {
  std::size_t base = 0;
  std::size_t now = 0;
};
std::optional<RunsNeeded> runs_needed(std::size_t base_runs, double spread, double reach);

// The same of rounds on each side for the interval of Mann and Whitney, by its efficiency against
// the t interval where rounds are normal, 3/pi (Hollander et al., ch. 4). At least four: fewer have
// none.
std::optional<std::size_t> rounds_needed(double spread, double reach);

// The smallest change that a further run of as many rounds shows in 95 of 100 cases, where the
// interval has to exclude zero and the estimate to be beyond `floor`: by the noncentral t
// distribution, whose noncentrality is the change in units of its standard error.
double smallest_change(std::size_t base_runs, double spread, double floor);

}  // namespace pve_accept
