#pragma once

#include <optional>
#include <vector>

namespace pve_accept {

// Whether figures of runs, in the order of their time, rise or fall.
struct Trend {
  double p = 1;      // of seeing so much order, or more, in either direction, where there is none
  double slope = 0;  // from one run to the next: Theil and Sen's
};

// From so many runs on a trend can be told at all.
inline constexpr std::size_t kRunsOfTrend = 6;

// The exact two-sided test of Mann and Kendall. Two that are equal count for neither direction.
// Sources: H. B. Mann, "Nonparametric tests against trend", Econometrica 13 (1945); M. G. Kendall,
// "Rank Correlation Methods" (1975), whose exact distribution of S is that of the inversions of a
// permutation; the slope: P. K. Sen, JASA 63 (1968). Nothing for fewer than kRunsOfTrend figures.
std::optional<Trend> trend_of(const std::vector<double>& figures);

// P(|S| >= |s|) of n figures without ties.
double mann_kendall_p(std::size_t n, long s);

}  // namespace pve_accept
