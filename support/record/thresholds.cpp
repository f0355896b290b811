#include "support/record/thresholds.h"

#include <fmt/format.h>

#include "support/base/embedded.h"
#include "support/base/error.h"
#include "support/base/fields.h"
#include "support/record/claim_catalogue.h"

namespace pve_accept {
namespace {

using Unit = std::optional<std::string>;

std::string text_of(const JsonCursor& place) {
  std::string text = place.string();
  if (text.find_first_not_of(" \t\n") == std::string::npos) place.fail("expected some text");
  return text;
}

std::optional<std::string> text_in(const JsonCursor& object, const std::string& key) {
  const auto member = object.find(key);
  if (!member) return std::nullopt;
  return text_of(*member);
}

Unit unit_in(const JsonCursor& object) { return text_in(object, "unit"); }

void require_unit(const JsonCursor& place, const Bound& allowed, const Unit& unit) {
  if (allowed.numeric() && !unit) place.fail("'unit' is missing: the bound is a number");
}

void require_why(const JsonCursor& place, const std::optional<std::string>& why) {
  if (!why) place.fail("'why' is missing: say where the bound comes from");
}

Condition read_condition(const JsonCursor& place) {
  place.allow_only({"allowed", "unit", "why"});
  Condition condition{.allowed = read_fields<Bound>(place.at("allowed")),
                      .unit = unit_in(place),
                      .why = text_in(place, "why")};
  require_unit(place, condition.allowed, condition.unit);
  if (condition.allowed.numeric()) require_why(place, condition.why);
  return condition;
}

// What the spike measured.
Value read_reference(const JsonCursor& place, const Expectation& expectation) {
  if (place.value().is_null()) place.fail("leave the key out where there is no reference");
  if (expectation.allowed && expectation.allowed->numeric()) place.number();
  return read_fields<Value>(place);
}

// Whether a `why` has to stand beside a bound that is not a number.
enum class Why { kRequired, kOptional };

// Everything but the reference.
Expectation read_expectation(const JsonCursor& place, const Unit& unit, Why why) {
  Expectation expectation;
  expectation.not_applicable = text_in(place, "not_applicable");
  if (expectation.not_applicable) {
    for (const char* key : {"allowed", "reference", "why", "also"}) {
      if (const auto other = place.find(key)) {
        other->fail(
            "can not stand beside 'not_applicable'; in a file of your own, null removes it");
      }
    }
    return expectation;
  }
  expectation.allowed = read_fields<Bound>(place.at("allowed"));
  expectation.why = text_in(place, "why");
  require_unit(place, *expectation.allowed, unit);
  if (why == Why::kRequired || expectation.allowed->numeric()) {
    require_why(place, expectation.why);
  }
  if (const auto also = place.find("also")) {
    for (const auto& [name, condition] : also->members()) {
      expectation.also.emplace(name, read_condition(condition));
    }
  }
  return expectation;
}

std::optional<Statistic> read_statistic(const JsonCursor& claim) {
  const auto member = claim.find("statistic");
  if (!member) return std::nullopt;
  for (const Statistic statistic : {Statistic::kMedian, Statistic::kMean}) {
    if (member->string() == to_string(statistic)) return statistic;
  }
  member->fail(fmt::format("expected median or mean, found {}", member->value().dump()));
}

Maturity read_maturity(const JsonCursor& claim) {
  const auto member = claim.find("maturity");
  return member ? read_fields<Maturity>(*member) : Maturity::kStable;
}

// One rule for every case of the claim.
void read_shared(const JsonCursor& place, const ClaimInfo& info, ClaimThresholds& claim) {
  place.allow_only({"statement", "source", "unit", "statistic", "maturity", "allowed", "reference",
                    "why", "also", "not_applicable"});
  const Expectation shared = read_expectation(place, claim.unit, Why::kOptional);
  const auto reference = place.find("reference");
  if (info.scope != Scope::kEachGuest) {
    Expectation& expectation = claim.expectations[std::nullopt] = shared;
    if (reference) expectation.reference = read_reference(*reference, shared);
    return;
  }
  if (reference) reference->allow_only({"lxc", "vm"});
  for (const GuestKind guest : kGuestKinds) {
    Expectation& expectation = claim.expectations[guest] = shared;
    if (!reference) continue;
    const JsonCursor own = reference->at(std::string(to_string(guest)));
    expectation.reference = read_reference(own, shared);
  }
}

// A rule for each guest.
void read_per_guest(const JsonCursor& place, ClaimThresholds& claim) {
  place.allow_only({"statement", "source", "unit", "statistic", "maturity", "lxc", "vm"});
  for (const GuestKind guest : kGuestKinds) {
    const JsonCursor own = place.at(std::string(to_string(guest)));
    own.allow_only({"allowed", "reference", "why", "also", "not_applicable"});
    Expectation expectation = read_expectation(own, claim.unit, Why::kRequired);
    if (const auto reference = own.find("reference")) {
      expectation.reference = read_reference(*reference, expectation);
    }
    claim.expectations.emplace(guest, std::move(expectation));
  }
}

ClaimThresholds read_claim(const JsonCursor& place, const ClaimInfo& info) {
  ClaimThresholds claim{.id = std::string(info.id),
                        .statement = text_of(place.at("statement")),
                        .source = text_of(place.at("source")),
                        .unit = unit_in(place),
                        .statistic = read_statistic(place),
                        .maturity = read_maturity(place),
                        .expectations = {}};
  const bool per_guest = place.find("lxc") || place.find("vm");
  if (per_guest && info.scope != Scope::kEachGuest) {
    place.fail("the claim has no guest: 'allowed' stands beside 'statement'");
  }
  if (per_guest) {
    read_per_guest(place, claim);
  } else {
    read_shared(place, info, claim);
  }
  return claim;
}

// What a file of a lab's own may hold at all; the rest is checked after the merge.
Json read_own(const std::filesystem::path& file) {
  Json own = read_strict_json(file);
  const JsonCursor cursor(own, file.string());
  cursor.allow_only({"schema", "claims"});
  if (const auto claims = cursor.find("claims")) {
    for (const auto& [id, claim] : claims->members()) {
      if (find_claim(id) == nullptr) claim.fail("no claim has that id; see `pve-accept list`");
    }
  }
  return own;
}

}  // namespace

std::string_view to_string(Statistic statistic) {
  return statistic == Statistic::kMedian ? "median" : "mean";
}

Thresholds Thresholds::load(const std::optional<std::filesystem::path>& own) {
  static const std::string file = "thresholds.json";
  static const Json suites = parse_strict_json(embedded(file), file);
  static const Thresholds suite(suites, file);
  if (!own) return suite;
  // The suite's own file is sound by itself, so what is wrong from here on comes from `own`.
  Json document = suites;
  document.merge_patch(read_own(*own));
  return Thresholds(document, fmt::format("{} (merged over {})", own->string(), file));
}

Thresholds::Thresholds(const Json& document, const std::string& source) {
  const JsonCursor cursor(document, source);
  cursor.allow_only({"schema", "claims"});
  if (cursor.at("schema").integer() != 1) cursor.at("schema").fail("expected 1");
  const JsonCursor claims = cursor.at("claims");
  for (const auto& [id, place] : claims.members()) {
    const ClaimInfo* info = find_claim(id);
    if (info == nullptr) place.fail("no claim has that id; see `pve-accept list`");
    claims_.emplace(id, read_claim(place, *info));
  }
  for (const ClaimInfo& info : claim_catalogue()) claims.at(std::string(info.id));
}

void Thresholds::decline(std::string_view prefix, const std::string& why) {
  for (auto& [id, claim] : claims_) {
    if (!id.starts_with(prefix)) continue;
    for (auto& [guest, expectation] : claim.expectations) {
      expectation = {};
      expectation.not_applicable = why;
    }
  }
}

const ClaimThresholds& Thresholds::claim(std::string_view id) const {
  const auto found = claims_.find(id);
  if (found == claims_.end()) {
    throw HarnessError(fmt::format("look up the thresholds of '{}'", id), "no claim has that id");
  }
  return found->second;
}

const Expectation& Thresholds::expectation(std::string_view id,
                                           std::optional<GuestKind> guest) const {
  const auto& expectations = claim(id).expectations;
  const auto found = expectations.find(guest);
  if (found == expectations.end()) {
    throw HarnessError(
        fmt::format("look up the thresholds of '{}'", case_name(id, guest)),
        guest ? "the claim is not about one guest" : "the claim has one for each guest");
  }
  return found->second;
}

}  // namespace pve_accept
