#include "support/report/html/numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "support/report/wording.h"

namespace pve_accept::html {

std::string figure_text(std::optional<double> figure, const std::optional<std::string>& unit) {
  if (!figure || !std::isfinite(*figure)) return std::string(kMissing);
  const double size = std::abs(*figure);
  const int decimals =
      size == 0 ? 0 : std::clamp(2 - static_cast<int>(std::floor(std::log10(size))), 0, 3);
  std::string text = number_or_missing(figure, decimals);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  if (text == "-0") text = "0";
  return unit ? text + " " + *unit : text;
}

std::string measured_figure(const ClaimResult& claim) {
  const auto number = claim.measured.number();
  const bool held = claim.outcome == Outcome::kPass || claim.outcome == Outcome::kSkip;
  return number && held ? figure_text(number, claim.unit) : measured_text(claim);
}

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return std::string(kMissing);
  if (seconds < 0.95) return fmt::format("{:.2g} s", seconds);
  if (seconds < 120) return fmt::format("{:.0f} s", seconds);
  const auto minutes = static_cast<long>(std::lround(seconds / 60));
  if (minutes < 60) return fmt::format("{} min", minutes);
  return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

std::string time_text(const std::string& rfc3339) {
  const bool known = rfc3339.size() == 20 && rfc3339[10] == 'T' && rfc3339[19] == 'Z';
  if (!known) return rfc3339.empty() ? std::string(kMissing) : rfc3339;
  return rfc3339.substr(0, 10) + " " + rfc3339.substr(11, 8) + " UTC";
}

}  // namespace pve_accept::html
