#include <fmt/format.h>

#include <stdexcept>

#include "support/record/judge.h"
#include "support/record/record.h"

namespace pve_accept {
namespace {

// The stage that kept a case from being judged; empty when none failed. The record has its message
// once, with the stage.
std::optional<std::string> failed_stage(const std::map<std::string, StageResult>& stages,
                                        const std::vector<std::string>& stands_on) {
  for (const std::string& name : stands_on) {
    const auto stage = stages.find(name);
    if (stage == stages.end() || stage->second.outcome != Outcome::kError) continue;
    return fmt::format("stage {} failed", name);
  }
  return std::nullopt;
}

}  // namespace

void complete(Record& record, const Thresholds& thresholds, Completeness completeness,
              const StagesOf& stages_of) {
  for (const ClaimCase& expected : expected_cases()) {
    if (record.claim(expected.id, expected.guest) != nullptr) continue;
    const auto cause = failed_stage(record.stages, stages_of(expected));
    if (!cause && completeness == Completeness::kSelection) continue;
    if (const auto skip = declared_skip(thresholds, expected.id, expected.guest)) {
      record.claims.push_back(*skip);
      continue;
    }
    const std::string problem = cause ? "not run: " + *cause : "not run";
    ClaimResult result =
        could_not_tell(thresholds, expected.id, expected.guest, std::runtime_error(problem));
    result.message = fmt::format("{}: {}", case_name(expected.id, expected.guest), problem);
    record.claims.push_back(std::move(result));
  }
}

}  // namespace pve_accept
