#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "support/report/lookup.h"
#include "support/report/report.h"

namespace pve_accept {
namespace {

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

// What held needs no more than its value; what did not says all.
std::string verdict_text(const Json& claim) {
  if (outcome_of(claim) != "pass") return message_text(claim);
  return one_line(fmt::format("{} (allowed: {})", measured_text(claim), allowed_text(claim)));
}

}  // namespace

std::string claim_lines(const Json& record) {
  std::string text;
  if (simulated(record)) text += simulation_notice(record) + "\n";
  const auto claims = claims_of(record);
  std::size_t width = 0;
  for (const Json& claim : claims) width = std::max(width, case_label(claim).size());
  for (const Json& claim : claims) {
    text += fmt::format("{:<5}  {:<{}}  {}\n", upper(outcome_of(claim)), case_label(claim), width,
                        verdict_text(claim));
    const Json hint = lookup(claim, {"hint"});
    if (hint.is_string()) {
      text += fmt::format("{:<5}  hint: {}\n", "", one_line(hint.get<std::string>()));
    }
  }
  for (const auto& [name, message] : failed_stages(record)) {
    text += fmt::format("ERROR  stage {}: {}\n", name, message);
  }
  return text + fmt::format("{} on {}\n", counts_text(record), node_label(record));
}

}  // namespace pve_accept
