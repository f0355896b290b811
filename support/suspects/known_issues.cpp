#include "support/suspects/known_issues.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "support/base/contains.h"
#include "support/base/embedded.h"
#include "support/base/text.h"
#include "support/suspects/debian_version.h"
#include "support/suspects/upgraded.h"

namespace pve_accept {
namespace {

using Fit = KnownIssueMatch::Fit;
using Told = KnownIssue::Told;

constexpr const char* kIssuesFile = "fixtures/assets/known_issues.json";
// A message may carry the output of a tool; the expressions look at its beginning.
constexpr std::size_t kLongestSearched = 8000;

constexpr std::array kTold = {Told::kByMessage, Told::kByVersion};

std::string_view to_string(Told told) { return told == Told::kByMessage ? "message" : "version"; }

struct Catalogue {
  int schema = 0;
  std::vector<KnownIssue> issues = {};
};

}  // namespace

void read_field(const JsonCursor& place, Told& told) {
  told = read_choice<Told>(place, kTold, [](Told each) { return to_string(each); });
}

template <class Fields>
void visit(AffectedVersions& versions, Fields& fields) {
  fields("component", versions.component, required,
         matching("(node|guest):[a-z0-9.+-]+", "whose it is and its name: 'node:lxc-pve'"));
  fields("since", versions.since);
  fields("before", versions.before);
  fields("through", versions.through);
}

void check_fields(const JsonCursor& place, const AffectedVersions& versions) {
  if (versions.before && versions.through) {
    place.fail("one of 'before' and 'through': a version that mends it, or none is known");
  }
  if (!versions.since && !versions.before && !versions.through) {
    place.fail("say which versions: 'since', 'before', 'through'");
  }
}

template <class Fields>
void visit(KnownIssue& issue, Fields& fields) {
  fields("id", issue.id, required, matching("[a-z0-9]+(-[a-z0-9]+)*", "words in small letters"));
  fields("title", issue.title, required);
  fields("claims", issue.claims, required);
  fields("guest", issue.guest);
  fields("pattern", issue.pattern, required);
  fields("told_by", issue.told);
  fields("affected", issue.affected);
  fields("fix", issue.fix);
  fields("remedy", issue.remedy, required);
  fields("sources", issue.sources, required);
}

void check_fields(const JsonCursor& place, const KnownIssue& issue) {
  if (issue.sources.empty()) place.at("sources").fail("say where that is written");
  for (const JsonCursor& claim : place.at("claims").elements()) {
    claim.require_match("[a-z]+\\.([a-z0-9-]+|\\*)", "a claim, or all of a subject: 'docker.*'");
  }
  const bool mended = std::ranges::any_of(
      issue.affected, [](const AffectedVersions& each) { return each.before.has_value(); });
  if (mended == issue.fix.has_value()) {
    place.fail("either a version mends it ('before'), or 'fix' says what is known of that");
  }
  if (issue.told == Told::kByVersion && issue.affected.empty()) {
    place.fail("no versions, and its message alone does not tell it");
  }
  try {
    const Pattern valid(issue.pattern);
  } catch (const PatternError& error) {
    place.at("pattern").fail(fmt::format("not a regular expression: {}", error.what()));
  }
}

PVE_ACCEPT_FIELDS(Catalogue, schema, issues)

std::vector<KnownIssue> parse_known_issues(const Json& document, const std::string& source) {
  const JsonCursor place(document, source);
  if (place.at("schema").integer() != 1) place.at("schema").fail("expected 1");
  auto issues = read_fields<Catalogue>(place).issues;
  for (KnownIssue& issue : issues) issue.expression = Pattern(issue.pattern);
  return issues;
}

const std::vector<KnownIssue>& known_issues() {
  static const auto kIssues =
      parse_known_issues(parse_strict_json(embedded(kIssuesFile), kIssuesFile), kIssuesFile);
  return kIssues;
}

std::string_view to_string(Fit fit) {
  static constexpr std::array<std::string_view, 3> kNames = {"matches", "resembles", "excluded"};
  return kNames.at(static_cast<std::size_t>(fit));
}

namespace {

using Versions = std::map<std::string, Fact<std::string>>;

std::optional<std::string> entry(const Versions& versions, const std::string& name) {
  const auto found = versions.find(name);
  return found == versions.end() ? std::nullopt : std::optional<std::string>(found->second);
}

// "7.0.2-6" of the running kernel "7.0.2-6-pve": the version of the package that it came in.
std::optional<std::string> kernel_version(const NodeRecord& node) {
  if (!node.kernel) return entry(node.packages, "running kernel");
  return node.kernel;
}

// Versions of the guest that a claim is about: one that an upgrade found there has its own. Empty
// where they are not on record.
Versions guest_versions(const Record& record, std::string_view claim, GuestKind guest) {
  const auto left = record.survivors.find(guest);
  if (claim.starts_with("survivor.") && left != record.survivors.end()) {
    const SurvivorRecord& survivor = left->second;
    const bool refreshed = claim.starts_with("survivor.refreshed-");
    const auto& look = refreshed ? survivor.refreshed : survivor.after;
    return look ? look->components : survivor.before.components;
  }
  const GuestRecord* found = record.guest(guest);
  return found == nullptr ? Versions() : found->components;
}

std::optional<std::string> installed(const Record& record, const Versions& in_guest,
                                     std::string_view component) {
  const std::size_t colon = component.find(':');
  const std::string name(component.substr(colon + 1));
  if (component.starts_with("node:")) {
    if (name != "kernel") return entry(record.node.packages, name);
    auto version = kernel_version(record.node);
    if (version && version->ends_with("-pve")) version->resize(version->size() - 4);
    return version;
  }
  return entry(in_guest, name);
}

std::string name_of(const AffectedVersions& versions) {
  return versions.component.substr(versions.component.find(':') + 1);
}

// How an installed version stands to those that have the issue, and in which words.
struct Standing {
  Fit fit = Fit::kResembles;
  std::string text = {};
};

Standing standing(const AffectedVersions& affected, const std::optional<std::string>& version) {
  const std::string name = name_of(affected);
  const std::string fixed =
      affected.before ? fmt::format("fixed in {} {}", name, *affected.before) : "";
  if (!version || version->empty()) {
    const std::string unknown = fmt::format("the installed {} is not known", name);
    return {Fit::kResembles, fixed.empty() ? unknown : fixed + ", " + unknown};
  }
  const auto older_than = [&](const std::string& bound) {
    return compare_debian_versions(*version, bound) < 0;
  };
  if (affected.since && older_than(*affected.since)) {
    return {Fit::kExcluded,
            fmt::format("since {} {}, installed {}", name, *affected.since, *version)};
  }
  if (affected.before) {
    return {older_than(*affected.before) ? Fit::kMatches : Fit::kExcluded,
            fmt::format("{}, installed {}", fixed, *version)};
  }
  if (affected.through) {
    const bool within = compare_debian_versions(*version, *affected.through) <= 0;
    return {within ? Fit::kMatches : Fit::kResembles,
            fmt::format("known of {} through {}, installed {}", name, *affected.through, *version)};
  }
  return {Fit::kMatches, fmt::format("since {} {}, installed {}", name, *affected.since, *version)};
}

// Of all conditions together: one that excludes it does, and one that is not known leaves it open.
Standing standing(const KnownIssue& issue, const Record& record, const Versions& in_guest) {
  if (issue.affected.empty()) return {Fit::kResembles, *issue.fix};
  std::vector<Standing> all;
  for (const AffectedVersions& affected : issue.affected) {
    all.push_back(standing(affected, installed(record, in_guest, affected.component)));
  }
  Standing sum{Fit::kMatches};
  std::vector<std::string> texts;
  for (const Fit fit : {Fit::kExcluded, Fit::kResembles, Fit::kMatches}) {
    if (!contains(all, fit, &Standing::fit)) continue;
    sum.fit = fit;
    break;
  }
  for (const Standing& each : all) {
    if (sum.fit != Fit::kExcluded || each.fit == Fit::kExcluded) texts.push_back(each.text);
  }
  if (issue.fix && sum.fit != Fit::kExcluded) texts.push_back(*issue.fix);
  sum.text = fmt::format("{}", fmt::join(texts, "; "));
  return sum;
}

KnownIssueMatch described(const KnownIssue& issue, const Standing& standing) {
  const std::string details = fmt::format("{} ({})", issue.title, standing.text);
  KnownIssueMatch match{.issue = &issue, .fit = standing.fit};
  switch (standing.fit) {
    case Fit::kMatches:
      match.text = fmt::format("{} a known issue: {}. Remedy: {}. [{}]",
                               issue.told == Told::kByMessage ? "matches" : "may be", details,
                               issue.remedy, issue.sources.front());
      break;
    case Fit::kResembles:
      match.text = fmt::format("resembles a known issue: {}. Remedy: {}. [{}]", details,
                               issue.remedy, issue.sources.front());
      break;
    case Fit::kExcluded:
      match.text = fmt::format("not this known issue, or not this one any more: {}. [{}]", details,
                               issue.sources.front());
      break;
  }
  return match;
}

// What is looked at: where, in which words, and of which claim; of a stage, none.
struct Failure {
  std::optional<std::string> claim = {};
  std::optional<GuestKind> guest = {};
  std::string text = {};
};

bool concerns(const KnownIssue& issue, const Failure& failure) {
  // A stage has no claim: only an unmistakable message tells an issue there.
  if (!failure.claim) return issue.told == Told::kByMessage;
  return std::ranges::any_of(issue.claims, [&](std::string_view claim) {
    return claim.ends_with('*') ? failure.claim->starts_with(claim.substr(0, claim.size() - 1))
                                : *failure.claim == claim;
  });
}

std::optional<KnownIssueMatch> best_match(const Record& record, const Failure& failure) {
  std::optional<KnownIssueMatch> best;
  for (const KnownIssue& issue : known_issues()) {
    const bool elsewhere = issue.guest && failure.guest && issue.guest != failure.guest;
    if (elsewhere || !concerns(issue, failure)) continue;
    if (!issue.expression.is_in(failure.text)) continue;
    const auto guest = failure.guest ? failure.guest : issue.guest;
    const Standing found =
        standing(issue, record,
                 guest ? guest_versions(record, failure.claim.value_or(""), *guest) : Versions());
    if (issue.told == Told::kByVersion && found.fit != Fit::kMatches) continue;
    if (!best || found.fit < best->fit) best = described(issue, found);
  }
  return best;
}

}  // namespace

std::optional<KnownIssueMatch> known_issue(const Record& record, const ClaimResult& claim) {
  if (claim.outcome != Outcome::kFail && claim.outcome != Outcome::kError) return std::nullopt;
  std::string text = fmt::format("{}\n{}\n{}", claim.message, claim.measured.to_text(claim.unit),
                                 claim.note.value_or(""));
  text.resize(std::min(text.size(), kLongestSearched));
  const Failure failure{.claim = claim.id, .guest = claim.guest, .text = std::move(text)};
  if (about_survivors(claim.id)) return best_match(with_survivors(record, claim.id), failure);
  return best_match(record, failure);
}

std::optional<KnownIssueMatch> known_issue(const Record& record, const std::string& stage,
                                           const StageResult& result) {
  if (result.outcome != Outcome::kError) return std::nullopt;
  return best_match(record, {.guest = guest_kind(stage.substr(stage.find('/') + 1)),
                             .text = result.message.substr(0, kLongestSearched)});
}

}  // namespace pve_accept
