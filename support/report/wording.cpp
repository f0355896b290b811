#include "support/report/wording.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include "support/base/contains.h"
#include "support/base/text.h"
#include "support/record/claim_catalogue.h"

namespace pve_accept {
namespace {

// Position in the catalogue; behind it for an unknown one.
std::size_t rank(const ClaimResult& claim) {
  static const auto kRanks = [] {
    std::map<std::string, std::size_t> ranks;
    for (const ClaimCase& expected : every_case()) {
      ranks.emplace(case_name(expected.id, expected.guest), ranks.size());
    }
    return ranks;
  }();
  return value_or(kRanks, case_label(claim), kRanks.size());
}

std::string measured_text(const Value& measured, const std::optional<Bound>& allowed,
                          const std::optional<std::string>& unit) {
  if (write_field(measured).is_null()) return std::string(kMissing);
  return allowed ? allowed->measured_text(measured, unit) : measured.to_text(unit);
}

// "72 pass, 1 fail, 0 error, 1 skip".
std::string outcome_counts(const std::vector<const ClaimResult*>& claims) {
  std::vector<std::string> counts;
  counts.reserve(kOutcomes.size());
  for (const Outcome outcome : kOutcomes) {
    counts.push_back(fmt::format(
        "{} {}", std::ranges::count(claims, outcome, &ClaimResult::outcome), to_string(outcome)));
  }
  return fmt::format("{}", fmt::join(counts, ", "));
}

}  // namespace

std::string text_or_missing(const std::optional<std::string>& text) {
  return text && !text->empty() ? *text : std::string(kMissing);
}

std::string text_or_missing(const std::optional<int>& number) {
  return number ? std::to_string(*number) : std::string(kMissing);
}

std::string number_or_missing(std::optional<double> number, int decimals) {
  if (!number || !std::isfinite(*number)) return std::string(kMissing);
  std::string text = fmt::format("{:.{}f}", *number, decimals);
  // "-0" is no number that anybody measured.
  const bool zero = text.find_first_not_of("-0.") == std::string::npos;
  if (zero && text.front() == '-') text.erase(0, 1);
  return text;
}

std::string signed_or_missing(std::optional<double> number, int decimals) {
  const std::string text = number_or_missing(number, decimals);
  const bool zero = text.find_first_not_of("0.") == std::string::npos;
  const bool bare = text.front() == '-' || zero || text == kMissing;
  return bare ? text : "+" + text;
}

std::string node_label(const Record& record) {
  if (!record.node.name.empty()) return record.node.name;
  return record.node.simulated() ? "sim" : "node";
}

std::string simulation_notice(const Record& record) {
  return fmt::format(
      "Simulation: the node `{}` is simulated, its figures come from a model and say nothing about "
      "hardware.",
      node_label(record));
}

std::vector<const ClaimResult*> claims_of(const Record& record) {
  std::vector<const ClaimResult*> claims;
  for (const ClaimResult& claim : record.claims) claims.push_back(&claim);
  std::ranges::stable_sort(claims, {}, [](const ClaimResult* claim) { return rank(*claim); });
  return claims;
}

std::vector<const ClaimResult*> claims_of(const Record& record, Maturity maturity) {
  auto claims = claims_of(record);
  std::erase_if(claims, [&](const ClaimResult* claim) { return claim->maturity != maturity; });
  return claims;
}

std::string case_label(const ClaimResult& claim) { return case_name(claim.id, claim.guest); }

std::string measured_text(const ClaimResult& claim) {
  return measured_text(claim.measured, claim.allowed, claim.unit);
}

std::string measured_with_others(const ClaimResult& claim) {
  std::string text = measured_text(claim);
  for (const AlsoResult& also : claim.also) {
    text +=
        fmt::format("; {}: {}", also.name, measured_text(also.measured, also.allowed, also.unit));
  }
  return text;
}

std::string allowed_text(const ClaimResult& claim) {
  return claim.allowed ? claim.allowed->text(claim.unit) : std::string(kMissing);
}

std::string message_text(const ClaimResult& claim) {
  const std::string text = text::one_line(text_or_missing(claim.message));
  const std::string prefix = case_label(claim) + ": ";
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

std::string outcome_text(Outcome outcome) {
  std::string text(to_string(outcome));
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::vector<std::pair<std::string, const StageResult*>> failed_stages(const Record& record) {
  std::vector<std::pair<std::string, const StageResult*>> failed;
  for (const auto& [name, stage] : record.stages) {
    if (stage.outcome == Outcome::kError) failed.emplace_back(name, &stage);
  }
  return failed;
}

std::string counts_text(const Record& record) {
  const auto stable = claims_of(record, Maturity::kStable);
  const auto preview = claims_of(record, Maturity::kPreview);
  const std::string text = fmt::format("{} case{}: {}", stable.size(),
                                       stable.size() == 1 ? "" : "s", outcome_counts(stable));
  return preview.empty() ? text : fmt::format("{}; preview: {}", text, outcome_counts(preview));
}

}  // namespace pve_accept
