#include "support/record/judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "support/base/contains.h"
#include "support/base/error.h"
#include "support/base/text.h"
#include "support/record/claim_catalogue.h"

namespace pve_accept {
namespace {

// What is the same whatever the outcome: the rule, and the observation as it was handed in.
ClaimResult blank_result(const Thresholds& thresholds, std::string_view id,
                         std::optional<GuestKind> guest) {
  const ClaimThresholds& claim = thresholds.claim(id);
  const Expectation& expectation = thresholds.expectation(id, guest);
  return {.id = std::string(id),
          .guest = guest,
          .maturity = claim.maturity,
          .unit = claim.unit,
          .allowed = expectation.allowed,
          .why = expectation.why,
          .reference = expectation.reference,
          .statement = claim.statement};
}

// An empty or blank text is no note.
std::optional<std::string> note_of(const Observation& observation) {
  const std::string given = observation.note.value_or("");
  const std::string_view note = text::trimmed(given);
  return note.empty() ? std::nullopt : std::optional(std::string(note));
}

// The value that the bound speaks of, or why there is none.
struct Main {
  Value value = {};
  std::optional<std::string> statistic = {};  // of a figure
  std::optional<std::string> problem = {};
};

std::map<std::string, Value> statistics_of(const Observation& observation) {
  if (!observation.figure) return {};
  return {{"median", observation.figure->median}, {"mean", observation.figure->mean}};
}

Main choose(const ClaimThresholds& claim, const Value& measured,
            const std::map<std::string, Value>& statistics) {
  if (statistics.empty()) return {.value = measured};
  if (!claim.statistic) return {.problem = "thresholds.json names no statistic for this claim"};
  const std::string statistic(to_string(*claim.statistic));
  return {.value = statistics.at(statistic), .statistic = statistic};
}

// Further values: first those that have a bound, then those that are only on record.
std::vector<AlsoResult> judge_also(const Expectation& expectation, const Observation& observation,
                                   std::vector<std::string>& problems) {
  std::vector<AlsoResult> results;
  for (const auto& [name, condition] : expectation.also) {
    const Value measured = value_or(observation.also, name);
    AlsoResult result{.name = name,
                      .measured = measured,
                      .unit = condition.unit,
                      .allowed = condition.allowed,
                      .outcome = Outcome::kError};
    if (const auto problem = condition.allowed.unusable(measured)) {
      problems.push_back(fmt::format("{}: {}", name, *problem));
    } else {
      result.outcome = condition.allowed.holds(measured) ? Outcome::kPass : Outcome::kFail;
    }
    results.push_back(std::move(result));
  }
  for (const auto& [name, measured] : observation.also) {
    if (expectation.also.contains(name)) continue;
    results.push_back({.name = name, .measured = measured, .outcome = Outcome::kSkip});
  }
  return results;
}

// "measured 2 GiB, allowed at most 1 GiB"; of complaints that there are none says it all.
std::string verdict_text(const Value& measured, const Bound& allowed,
                         const std::optional<std::string>& unit) {
  const std::string text = allowed.measured_text(measured, unit);
  if (text == allowed.text(unit) && text == "no complaints") return text;
  return fmt::format("measured {}, allowed {}", text, allowed.text(unit));
}

std::string also_text(const AlsoResult& also) {
  if (!also.allowed) {
    return fmt::format("; {}: measured {}", also.name, also.measured.to_text(also.unit));
  }
  return fmt::format("; {}: {}", also.name, verdict_text(also.measured, *also.allowed, also.unit));
}

std::string message_of(const ClaimResult& result, const Expectation& expectation,
                       const std::vector<std::string>& problems) {
  std::string text = case_name(result.id, result.guest) + ": ";
  if (problems.empty()) {
    text += verdict_text(result.measured, *expectation.allowed, result.unit);
  } else {
    text += fmt::format("measurement not usable: {}", fmt::join(problems, "; "));
  }
  if (!result.how.empty()) text += fmt::format(" ({})", result.how);
  if (problems.empty()) {
    // Of a false claim only what makes it false.
    const bool all = result.outcome == Outcome::kPass;
    for (const AlsoResult& also : result.also) {
      if (all || also.outcome == Outcome::kFail) text += also_text(also);
    }
  }
  if (result.note && !result.note->empty()) text += "; " + *result.note;
  return text;
}

}  // namespace

ClaimResult judge(const Thresholds& thresholds, std::string_view id, std::optional<GuestKind> guest,
                  const Observation& observation) {
  if (auto skip = declared_skip(thresholds, id, guest)) return *skip;
  const Expectation& expectation = thresholds.expectation(id, guest);
  ClaimResult result = blank_result(thresholds, id, guest);
  result.how = observation.how;
  result.note = note_of(observation);
  result.statistics = statistics_of(observation);

  std::vector<std::string> problems;
  Main main = choose(thresholds.claim(id), observation.measured, result.statistics);
  result.measured = main.value;
  result.statistic = main.statistic;
  if (!main.problem) main.problem = expectation.allowed->unusable(main.value);
  if (main.problem) problems.push_back(*main.problem);
  result.also = judge_also(expectation, observation, problems);

  if (problems.empty()) {
    bool holds = expectation.allowed->holds(main.value);
    for (const AlsoResult& also : result.also) holds = holds && also.outcome != Outcome::kFail;
    result.outcome = holds ? Outcome::kPass : Outcome::kFail;
    if (!holds) result.hint = observation.hint;
  }
  result.message = message_of(result, expectation, problems);
  return result;
}

std::optional<ClaimResult> declared_skip(const Thresholds& thresholds, std::string_view id,
                                         std::optional<GuestKind> guest) {
  const auto& why = thresholds.expectation(id, guest).not_applicable;
  if (!why) return std::nullopt;
  return not_applicable(thresholds, id, guest, *why);
}

ClaimResult not_applicable(const Thresholds& thresholds, std::string_view id,
                           std::optional<GuestKind> guest, std::string_view why) {
  ClaimResult result = blank_result(thresholds, id, guest);
  result.outcome = Outcome::kSkip;
  result.message = fmt::format("{}: not applicable: {}", case_name(id, guest), why);
  return result;
}

ClaimResult could_not_tell(const Thresholds& thresholds, std::string_view id,
                           std::optional<GuestKind> guest, const std::exception& trouble) {
  ClaimResult result = blank_result(thresholds, id, guest);
  std::string what = trouble.what();
  if (const auto* error = dynamic_cast<const HarnessError*>(&trouble)) {
    what = error->text_without_hint();
    if (!error->details().hint.empty()) result.hint = error->details().hint;
  }
  result.message = fmt::format("{}: could not tell: {}", case_name(id, guest), what);
  return result;
}

ClaimResult rejudge(const ClaimResult& recorded, const Thresholds& thresholds) {
  if (recorded.outcome == Outcome::kError || recorded.outcome == Outcome::kSkip) {
    ClaimResult same = recorded;
    same.maturity = thresholds.claim(recorded.id).maturity;
    return same;
  }
  Observation observation{
      .measured = recorded.measured, .how = recorded.how, .note = recorded.note};
  if (!recorded.statistics.empty()) {
    const auto statistic = [&](const char* name) {
      return value_or(recorded.statistics, name).number().value_or(Figure::kUnknown);
    };
    observation.figure = Figure{.median = statistic("median"), .mean = statistic("mean")};
  }
  for (const AlsoResult& also : recorded.also) observation.also[also.name] = also.measured;
  ClaimResult result = judge(thresholds, recorded.id, recorded.guest, observation);
  result.duration_s = recorded.duration_s;
  if (result.outcome == recorded.outcome) result.hint = recorded.hint;
  return result;
}

}  // namespace pve_accept
