#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/record/record.h"

// How the parts of a run record read in print; what is not on record is "–".
namespace pve_accept {

inline constexpr std::string_view kMissing = "–";

std::string text_or_missing(const std::optional<std::string>& text);
std::string text_or_missing(const std::optional<int>& number);

// With that many decimals; "–" when it is no finite number.
std::string number_or_missing(std::optional<double> number, int decimals);
// The same with its sign: "+211", "-392".
std::string signed_or_missing(std::optional<double> number, int decimals);

// What test names begin with: "sim", "pve1".
std::string node_label(const Record& record);
// The sentence that no report of a simulation goes without.
std::string simulation_notice(const Record& record);

// The claims in the order of the catalogue; what is not in it comes last.
std::vector<const ClaimResult*> claims_of(const Record& record);
std::vector<const ClaimResult*> claims_of(const Record& record, Maturity maturity);
std::string case_label(const ClaimResult& claim);            // "docker.storage-driver/lxc"
std::string measured_text(const ClaimResult& claim);         // with its unit
std::string measured_with_others(const ClaimResult& claim);  // "overlayfs; container root: overlay"
std::string allowed_text(const ClaimResult& claim);
// The message without the name of the case in front of it.
std::string message_text(const ClaimResult& claim);

// "PASS", "FAIL", "ERROR", "SKIP".
std::string outcome_text(Outcome outcome);

// The stages that failed, with their names.
std::vector<std::pair<std::string, const StageResult*>> failed_stages(const Record& record);

// "74 cases: 72 pass, 1 fail, 0 error, 1 skip; preview: 3 pass, 1 fail, 0 error, 0 skip": the first
// counts are of the claims that are not in preview.
std::string counts_text(const Record& record);

}  // namespace pve_accept
