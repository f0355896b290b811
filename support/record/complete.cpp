#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "support/record/judge.h"
#include "support/record/record.h"

namespace pve_accept {
namespace {

// What kept a case from being judged: the first of its stages that did not pass. The record has the
// message of one that failed once, with the stage. Empty where none is known of.
std::optional<std::string> cause_of(const std::map<std::string, StageResult>& stages,
                                    const std::vector<std::string>& stands_on, bool selected) {
  for (const std::string& name : stands_on) {
    const auto stage = stages.find(name);
    if (stage == stages.end()) {
      if (selected) return fmt::format("stage {} did not begin", name);
    } else if (stage->second.outcome == Outcome::kError) {
      return fmt::format("stage {} {}", name,
                         stage->second.reported ? "failed" : stage->second.message);
    }
  }
  return selected ? std::optional("its test left no verdict") : std::nullopt;
}

}  // namespace

void complete(Record& record, const Thresholds& thresholds,
              const std::optional<std::vector<std::string>>& selected, const StagesOf& stages_of,
              std::optional<UpgradePhase> phase) {
  for (const ClaimCase& expected : selected ? every_case() : expected_cases(phase)) {
    if (record.claim(expected.id, expected.guest) != nullptr) continue;
    const std::string name = case_name(expected.id, expected.guest);
    if (selected && std::ranges::find(*selected, name) == selected->end()) continue;
    const auto cause = cause_of(record.stages, stages_of(expected), selected.has_value());
    if (!cause) continue;
    if (const auto skip = declared_skip(thresholds, expected.id, expected.guest)) {
      record.claims.push_back(*skip);
      continue;
    }
    ClaimResult result =
        could_not_tell(thresholds, expected.id, expected.guest, std::runtime_error(*cause));
    result.message = fmt::format("{}: not run: {}", name, *cause);
    record.claims.push_back(std::move(result));
  }
}

}  // namespace pve_accept
