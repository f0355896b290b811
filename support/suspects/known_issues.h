#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/base/json.h"
#include "support/base/pattern.h"
#include "support/record/record.h"

namespace pve_accept {

// Versions of one component that have an issue: from `since` on, and either before the one that
// mends it or, where that one is not known, through the last one that is known to have it.
struct AffectedVersions {
  std::string component = {};  // "node:lxc-pve", "node:kernel", "guest:runc"
  std::optional<std::string> since = {}, before = {}, through = {};
};

// What others have met and written about. It explains a failure and never excuses it: no outcome
// depends on it.
struct KnownIssue {
  // What tells it from other failures: the message; or it has so many other causes that it is
  // named only on a version that is known to have it.
  enum class Told { kByMessage, kByVersion };

  std::string id = {};
  std::string title = {};
  std::vector<std::string> claims = {};  // ids; "docker.*" for all of a subject
  std::optional<GuestKind> guest = {};   // where it is one guest's only
  std::string pattern = {};              // ECMAScript, searched in message, value and note
  Told told = Told::kByMessage;
  std::vector<AffectedVersions> affected = {};  // all of them together
  std::optional<std::string> fix = {};          // in words, where no version is known to mend it
  std::string remedy = {};
  std::vector<std::string> sources = {};

  Pattern expression = {};  // of the pattern
};

// The catalogue, fixtures/assets/known_issues.json.
const std::vector<KnownIssue>& known_issues();

// Those of a document. Throws InputError that names the place of a mistake.
std::vector<KnownIssue> parse_known_issues(const Json& document, const std::string& source);

struct KnownIssueMatch {
  enum class Fit {
    kMatches,    // the installed versions have the issue
    kResembles,  // it looks like it, and the versions do not say
    kExcluded,   // it looks like it, and the installed version has the fix or never had the issue
  };

  const KnownIssue* issue = nullptr;
  Fit fit = Fit::kResembles;
  // "matches a known issue: … (fixed in lxc-pve 6.0.5-2, installed 6.0.5-1): upgrade … [source]"
  std::string text = {};
};

std::string_view to_string(KnownIssueMatch::Fit fit);  // "matches", "resembles", "excluded"

// The issue that a red claim fits best, by what is on record; none for one that is not red.
std::optional<KnownIssueMatch> known_issue(const Record& record, const ClaimResult& claim);
// The same of a stage that failed, by its name: "provision/lxc".
std::optional<KnownIssueMatch> known_issue(const Record& record, const std::string& stage,
                                           const StageResult& result);

}  // namespace pve_accept
