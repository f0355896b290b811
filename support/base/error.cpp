#include "support/base/error.h"

#include <fmt/format.h>

#include <utility>

namespace pve_accept {
namespace {

std::string describe(const HarnessError::Details& details) {
  std::string text = details.attempted;
  if (!details.problem.empty()) text += ": " + details.problem;
  if (!details.command.empty()) {
    text += fmt::format(": `{}`", details.command);
    if (!details.where.empty()) text += " on " + details.where;
    if (details.exit_status) text += fmt::format(" exited {}", *details.exit_status);
  }
  if (!details.output_tail.empty()) text += ": " + details.output_tail;
  return text;
}

std::string with_hint(std::string text, const std::string& hint) {
  return hint.empty() ? text : text + ". Hint: " + hint;
}

}  // namespace

HarnessError::HarnessError(Details details)
    : std::runtime_error(with_hint(describe(details), details.hint)),
      details_(std::move(details)) {}

HarnessError::HarnessError(std::string attempted, std::string problem)
    : HarnessError(Details{.attempted = std::move(attempted), .problem = std::move(problem)}) {}

std::string HarnessError::text_without_hint() const { return describe(details_); }

}  // namespace pve_accept
