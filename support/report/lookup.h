#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/base/guest_kind.h"
#include "support/base/json.h"

// Reading a run record for print: what is missing or of another type than expected is null or "–".
namespace pve_accept {

inline constexpr std::string_view kMissing = "–";

// The value at a path of keys, within `record`; null when there is none.
const Json& lookup(const Json& record, std::initializer_list<std::string_view> keys);

// A text, a number or a list as a reader wants it; "–" when there is none.
std::string text_or_missing(const Json& value);

// With that many decimals; "–" when it is no finite number.
std::string number_or_missing(const Json& value, int decimals);
// The same with its sign: "+211", "-392".
std::string signed_or_missing(const Json& value, int decimals);

// All on one line.
std::string one_line(std::string text);

// What test names begin with: "sim", "pve1".
std::string node_label(const Json& record);
bool simulated(const Json& record);
// The sentence that no report of a simulation goes without.
std::string simulation_notice(const Json& record);

// The claims in the order of the catalogue; what is not in it comes last.
std::vector<Json> claims_of(const Json& record);
// Null when the record does not have it.
Json claim_of(const Json& record, std::string_view id, std::optional<GuestKind> guest);
std::string case_label(const Json& claim);  // "docker.storage-driver/lxc"
std::string outcome_of(const Json& claim);  // "pass", "fail", "error", "skip"; "error" for others
std::string measured_text(const Json& claim);         // with its unit
std::string measured_with_others(const Json& claim);  // "overlayfs; container root: overlay"
std::string allowed_text(const Json& claim);
// The message without the name of the case in front of it.
std::string message_text(const Json& claim);

// The stages that failed, as "provision/lxc" and their messages, of one line or, when there was
// more than one problem, of several.
std::vector<std::pair<std::string, std::string>> failed_stages(const Json& record);

// "74 cases: 72 pass, 1 fail, 0 error, 1 skip".
std::string counts_text(const Json& record);

}  // namespace pve_accept
