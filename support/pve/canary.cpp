#include "support/pve/canary.h"

#include "support/base/text.h"

namespace pve_accept {
namespace {

// Five tests of three seconds, and names that nobody resolves: as long as the resolver's time
// limit.
constexpr std::chrono::seconds kCanaryDeadline{180};

double rate_in(std::string_view line, std::string_view value) {
  const auto rate = text::to_number(text::trimmed(value));
  if (!rate || *rate <= 0) throw text::unexpected("`pveperf`", line, "a rate");
  return *rate;
}

}  // namespace

MachineRates parse_pveperf(std::string_view text) {
  MachineRates rates;
  for (const std::string_view line : text::lines(text)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon), value = line.substr(colon + 1);
    if (name == "FSYNCS/SECOND") rates.fsyncs_per_s = rate_in(line, value);
    if (name == "REGEX/SECOND") rates.regex_per_s = rate_in(line, value);
  }
  return rates;
}

std::optional<Canary> ask_canary(Shell& node, const std::string& path) {
  constexpr int kNoSuchCommand = 127;
  const Command command{.argv = {"pveperf", path}, .deadline = kCanaryDeadline};
  const CommandResult result = node.run(command);
  if (result.exit_status == kNoSuchCommand) return std::nullopt;
  Canary canary{.rates = parse_pveperf(result.out)};
  if (!canary.rates.fsyncs_per_s || !canary.rates.regex_per_s) {
    canary.trouble =
        unusable(node, command, result, "ask the machine for its rates", "one is missing").what();
  }
  return canary;
}

}  // namespace pve_accept
