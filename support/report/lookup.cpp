#include "support/report/lookup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "support/base/error.h"
#include "support/record/bound.h"
#include "support/record/claim_catalogue.h"

namespace pve_accept {
namespace {

constexpr std::array<std::string_view, 4> kOutcomes = {"pass", "fail", "error", "skip"};

std::optional<std::string> unit_of(const Json& claim) {
  const Json unit = lookup(claim, {"unit"});
  return unit.is_string() ? std::optional(unit.get<std::string>()) : std::nullopt;
}

// Position in the catalogue; behind it for an unknown one.
std::size_t rank(const Json& claim) {
  static const auto kRanks = [] {
    std::map<std::string, std::size_t> ranks;
    for (const ClaimCase& expected : expected_cases()) {
      ranks.emplace(case_name(expected.id, expected.guest), ranks.size());
    }
    return ranks;
  }();
  const auto found = kRanks.find(case_label(claim));
  return found == kRanks.end() ? kRanks.size() : found->second;
}

std::string formatted(const Json& value, int decimals, bool sign) {
  if (!value.is_number() || !std::isfinite(value.get<double>())) return std::string(kMissing);
  std::string text = fmt::format("{:.{}f}", value.get<double>(), decimals);
  const bool negative = text.front() == '-';
  // "-0" and "+0" are no numbers that anybody measured.
  const bool zero = text.find_first_not_of("-0.") == std::string::npos;
  if (zero && negative) text.erase(0, 1);
  return sign && !negative && !zero ? "+" + text : text;
}

}  // namespace

const Json& lookup(const Json& record, std::initializer_list<std::string_view> keys) {
  static const Json kNothing;
  const Json* value = &record;
  for (const std::string_view key : keys) {
    if (!value->is_object()) return kNothing;
    const auto member = value->find(std::string(key));
    if (member == value->end()) return kNothing;
    value = &*member;
  }
  return *value;
}

std::string text_or_missing(const Json& value) {
  const bool missing = value.is_null() || (value.is_string() && value.get<std::string>().empty());
  return missing ? std::string(kMissing) : value_text(value);
}

std::string number_or_missing(const Json& value, int decimals) {
  return formatted(value, decimals, false);
}

std::string signed_or_missing(const Json& value, int decimals) {
  return formatted(value, decimals, true);
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

std::string node_label(const Json& record) {
  const Json name = lookup(record, {"node", "name"});
  if (name.is_string() && !name.get<std::string>().empty()) return name.get<std::string>();
  return simulated(record) ? "sim" : "node";
}

bool simulated(const Json& record) { return lookup(record, {"node", "kind"}) == "sim"; }

std::string simulation_notice(const Json& record) {
  return fmt::format(
      "Simulation: the node `{}` is simulated, its figures come from a model and say nothing about "
      "hardware.",
      node_label(record));
}

std::vector<Json> claims_of(const Json& record) {
  std::vector<Json> claims;
  for (const Json& claim : lookup(record, {"claims"})) {
    if (claim.is_object()) claims.push_back(claim);
  }
  std::stable_sort(claims.begin(), claims.end(),
                   [](const Json& a, const Json& b) { return rank(a) < rank(b); });
  return claims;
}

Json claim_of(const Json& record, std::string_view id, std::optional<GuestKind> guest) {
  for (const Json& claim : lookup(record, {"claims"})) {
    if (case_label(claim) == case_name(id, guest)) return claim;
  }
  return nullptr;
}

std::string case_label(const Json& claim) {
  const Json guest = lookup(claim, {"guest"});
  const std::string id = text_or_missing(lookup(claim, {"id"}));
  return guest.is_string() ? id + "/" + guest.get<std::string>() : id;
}

std::string outcome_of(const Json& claim) {
  const Json outcome = lookup(claim, {"outcome"});
  for (const std::string_view known : kOutcomes) {
    if (outcome == known) return std::string(known);
  }
  return "error";
}

std::string measured_text(const Json& claim) {
  const Json measured = lookup(claim, {"measured"});
  return measured.is_null() ? std::string(kMissing) : value_text(measured, unit_of(claim));
}

std::string measured_with_others(const Json& claim) {
  std::string text = measured_text(claim);
  for (const Json& also : lookup(claim, {"also"})) {
    text += fmt::format("; {}: {}", text_or_missing(lookup(also, {"name"})), measured_text(also));
  }
  return text;
}

std::string allowed_text(const Json& claim) {
  const Json allowed = lookup(claim, {"allowed"});
  if (allowed.is_null()) return std::string(kMissing);
  try {
    return Bound(JsonCursor(allowed, "record")).text(unit_of(claim));
  } catch (const InputError&) {
    return allowed.dump();
  }
}

std::string message_text(const Json& claim) {
  std::string text = one_line(text_or_missing(lookup(claim, {"message"})));
  const std::string prefix = case_label(claim) + ": ";
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

std::vector<std::pair<std::string, std::string>> failed_stages(const Json& record) {
  std::vector<std::pair<std::string, std::string>> failed;
  const Json stages = lookup(record, {"stages"});
  if (!stages.is_object()) return failed;
  for (const auto& [name, stage] : stages.items()) {
    if (lookup(stage, {"outcome"}) != "error") continue;
    failed.emplace_back(name, text_or_missing(lookup(stage, {"message"})));
  }
  return failed;
}

std::string counts_text(const Json& record) {
  const auto claims = claims_of(record);
  std::string text = fmt::format("{} case{}:", claims.size(), claims.size() == 1 ? "" : "s");
  for (const std::string_view outcome : kOutcomes) {
    const auto count = std::count_if(claims.begin(), claims.end(), [&](const Json& claim) {
      return outcome_of(claim) == outcome;
    });
    text += fmt::format("{} {} {}", outcome == kOutcomes.front() ? "" : ",", count, outcome);
  }
  return text;
}

}  // namespace pve_accept
