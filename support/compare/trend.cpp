#include "support/compare/trend.h"

#include <algorithm>

namespace pve_accept {

double mann_kendall_p(std::size_t n, long s) {
  // shares[i]: of all permutations, those with i inversions. S = n (n - 1) / 2 - 2 * inversions.
  std::vector<double> shares = {1.0};
  for (std::size_t length = 2; length <= n; ++length) {
    std::vector<double> next(length * (length - 1) / 2 + 1, 0);
    for (std::size_t i = 0; i < shares.size(); ++i) {
      for (std::size_t more = 0; more < length; ++more) {
        next[i + more] += shares[i] / static_cast<double>(length);
      }
    }
    shares = std::move(next);
  }
  const long most = static_cast<long>(shares.size()) - 1;
  double p = 0;
  for (long i = 0; i <= most; ++i) {
    if (std::labs(most - 2 * i) >= std::labs(s)) p += shares[static_cast<std::size_t>(i)];
  }
  return std::min(p, 1.0);
}

std::optional<Trend> trend_of(const std::vector<double>& figures) {
  if (figures.size() < kRunsOfTrend) return std::nullopt;
  long s = 0;
  std::vector<double> slopes;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    for (std::size_t j = i + 1; j < figures.size(); ++j) {
      const double rise = figures[j] - figures[i];
      s += rise > 0 ? 1 : rise < 0 ? -1 : 0;
      slopes.push_back(rise / static_cast<double>(j - i));
    }
  }
  std::ranges::sort(slopes);
  const std::size_t count = slopes.size();
  return Trend{mann_kendall_p(figures.size(), s),
               (slopes[(count - 1) / 2] + slopes[count / 2]) / 2};
}

}  // namespace pve_accept
