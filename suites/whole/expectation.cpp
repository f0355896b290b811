#include "suites/whole/expectation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "fixtures/program/list.h"
#include "fixtures/run/run.h"
#include "support/base/error.h"
#include "support/base/text.h"
#include "support/record/judge.h"
#include "support/suspects/known_issues.h"

namespace pve_accept {
namespace {

constexpr std::array kDeclarable = {Outcome::kPass, Outcome::kFail, Outcome::kError};

Outcome outcome_of(const std::string& written, const std::string& fault) {
  for (const Outcome each : kDeclarable) {
    if (text::lower_case(written) == to_string(each)) return each;
  }
  throw HarnessError("read the fault " + fault, "expected PASS, FAIL or ERROR, found " + written);
}

// "docker.exec", "docker.exec/lxc", "docker.*", "*" of a fault's red.
struct CasePattern {
  std::string id;  // without the star
  std::optional<GuestKind> guest;
  bool star = false;

  explicit CasePattern(const std::string& text) {
    const auto slash = text.find('/');
    id = text.substr(0, slash);
    if (slash != std::string::npos) guest = guest_kind(text.substr(slash + 1));
    star = id.ends_with('*');
    if (star) id.pop_back();
  }

  // How specific it is where it means the case; else nothing.
  std::optional<std::size_t> means(const ClaimCase& one, const std::string& target) const {
    if (star ? !one.id.starts_with(id) : one.id != id) return std::nullopt;
    const bool everything = star && id.empty();
    if (guest ? one.guest != guest
              : target != "node" && (one.guest ? to_string(*one.guest) != target : everything)) {
      return std::nullopt;
    }
    return 4 * id.size() + (star ? 0 : 2) + (guest ? 1 : 0);
  }
};

RedSet red_set(const PlacedFault& placed, const sim::Fault::Outcomes& written) {
  RedSet red;
  sim::Fault::Outcomes outcomes;
  std::set<std::string> unused;
  for (const auto& [name, outcome] : written) {
    const std::string text = sim::Fault::meaning(name, placed.target);
    if (text.empty()) continue;
    outcomes[text] = outcome;
    unused.insert(text);
  }
  const auto phase = placed.of_upgrade() ? std::optional(UpgradePhase::kAfter) : std::nullopt;
  for (const ClaimCase& one : expected_cases(phase)) {
    std::optional<std::size_t> best;
    Outcome wanted = Outcome::kPass;
    const bool compares = one.id.starts_with("regression.");
    for (const auto& [text, outcome] : outcomes) {
      // Without a baseline they are not judged: a fault that means them names them.
      if (compares && !text.starts_with("regression.")) continue;
      const auto specific = CasePattern(text).means(one, placed.target);
      if (!specific) continue;
      unused.erase(text);
      if (best && *best > *specific) continue;
      best = specific;
      wanted = outcome_of(outcome, placed.name());
    }
    if (wanted != Outcome::kPass) red[case_name(one.id, one.guest)] = wanted;
  }
  if (unused.empty()) return red;
  throw HarnessError("read the fault " + placed.name(),
                     fmt::format("it means no case by {}", fmt::join(unused, ", ")));
}

std::string listed(const sim::Fault::Outcomes& outcomes) {
  std::vector<std::string> items;
  for (const auto& [text, outcome] : outcomes)
    items.push_back(fmt::format("`{}` {}", text, outcome));
  return fmt::format("{}", fmt::join(items, ", "));
}

}  // namespace

// Its name begins with that of a claim.
bool PlacedFault::of_upgrade() const {
  const ClaimInfo* claim = find_claim(fault->name.substr(0, fault->name.rfind('.')));
  return claim != nullptr && is_of_upgrade(claim->needs);
}

std::vector<PlacedFault> placed_faults() {
  std::vector<PlacedFault> all;
  for (const sim::Fault& fault : sim::fault_catalogue()) {
    for (const std::string& target : fault.on) all.push_back({&fault, target});
  }
  return all;
}

bool needs_baseline(const PlacedFault& placed) {
  return std::ranges::any_of(made_for(placed),
                             [](const auto& red) { return red.first.starts_with("regression."); });
}

RedSet made_for(const PlacedFault& placed) { return red_set(placed, placed.fault->red); }

RedSet declared(const PlacedFault& placed) {
  sim::Fault::Outcomes all = placed.fault->red;
  all.insert(placed.fault->follows.red.begin(), placed.fault->follows.red.end());
  return red_set(placed, all);
}

std::vector<std::string> wrongly_explained(const PlacedFault& placed, const Record& record) {
  using Fit = KnownIssueMatch::Fit;
  const RedSet meant = made_for(placed);
  std::vector<std::string> lines;
  for (const ClaimResult& claim : record.claims) {
    const auto match = known_issue(record, claim);
    const std::string name = case_name(claim.id, claim.guest);
    if (match && (match->issue->id != placed.fault->issue || match->fit == Fit::kExcluded)) {
      lines.push_back(fmt::format("{} {}", name, match->text));
    } else if (!match && !placed.fault->issue.empty() && meant.contains(name)) {
      lines.push_back(fmt::format("{} is not named with {}", name, placed.fault->issue));
    }
  }
  return lines;
}

RedSet observed(const Record& record) {
  RedSet red;
  for (const ClaimResult& claim : record.claims) {
    if (claim.outcome != Outcome::kFail && claim.outcome != Outcome::kError) continue;
    red[case_name(claim.id, claim.guest)] = claim.outcome;
  }
  return red;
}

std::vector<std::string> differences(const RedSet& declared, const RedSet& observed) {
  std::set<std::string> names;
  for (const RedSet* set : {&declared, &observed}) {
    for (const auto& [name, outcome] : *set) names.insert(name);
  }
  const auto text = [](const RedSet& set, const std::string& name) {
    const auto found = set.find(name);
    return found == set.end() ? "not red" : to_string(found->second);
  };
  std::vector<std::string> lines;
  for (const std::string& name : names) {
    if (text(declared, name) == std::string(text(observed, name))) continue;
    lines.push_back(
        fmt::format("{}: {}, declared {}", name, text(observed, name), text(declared, name)));
  }
  return lines;
}

namespace {

// The faults that are made for a case, by what they make of it.
std::map<std::string, std::map<Outcome, std::vector<std::string>>> faults_by_case() {
  std::map<std::string, std::map<Outcome, std::vector<std::string>>> faults;
  for (const PlacedFault& placed : placed_faults()) {
    for (const auto& [name, outcome] : made_for(placed)) {
      faults[name][outcome].push_back(placed.name());
    }
  }
  return faults;
}

// A line a case: how many faults make it red, by kind, and one of each.
std::string case_table() {
  auto faults = faults_by_case();
  const auto shown = [](const std::vector<std::string>& names) {
    return names.empty() ? "–" : fmt::format("{}, as `{}`", names.size(), names.front());
  };
  std::string text = "## Case by case\n\n| case | false by | data taken away by |\n|---|---|---|\n";
  for (const ClaimCase& one : every_case()) {
    const std::string name = case_name(one.id, one.guest);
    auto& by = faults[name];
    text += fmt::format("| `{}` | {} | {} |\n", name, shown(by[Outcome::kFail]),
                        shown(by[Outcome::kError]));
  }
  return text + "\nA case without any is declared not applicable.\n";
}

}  // namespace

std::vector<std::string> cases_without_fault() {
  auto faults = faults_by_case();
  const Thresholds thresholds = suite_thresholds(std::nullopt);
  std::vector<std::string> lines;
  for (const ClaimCase& one : every_case()) {
    if (declared_skip(thresholds, one.id, one.guest)) continue;
    const std::string name = case_name(one.id, one.guest);
    for (const Outcome kind : {Outcome::kFail, Outcome::kError}) {
      if (!faults[name][kind].empty()) continue;
      lines.push_back(fmt::format("{}: no fault makes it {}", name, to_string(kind)));
    }
  }
  return lines;
}

std::string fault_page() {
  std::string text =
      "# How each claim can fail\n\n"
      "Made by `whole page` from `support/sim/faults/`, after every fault was run: what "
      "was red was what stands here, in that kind.\n"
      "FAIL: the claim is false. ERROR: it could not be told. A scenario names a fault as "
      "`NAME@lxc`, `NAME@vm` or `NAME@node`;\n"
      "what stands here with such an end is red only where it is put there.\n\n"
      "| fault | on | what is wrong | red | and what follows |\n|---|---|---|---|---|\n";
  std::vector<const sim::Fault*> faults;
  for (const sim::Fault& fault : sim::fault_catalogue()) faults.push_back(&fault);
  std::ranges::stable_sort(faults, {}, &sim::Fault::name);
  for (const sim::Fault* fault : faults) {
    const auto& follows = fault->follows;
    text +=
        fmt::format("| `{}` | {} | {} | {} | {} |\n", fault->name, fmt::join(fault->on, ", "),
                    text::replaced(fault->statement, "|", "\\|"), listed(fault->red),
                    follows.red.empty() ? ""
                                        : fmt::format("{}: {}", listed(follows.red),
                                                      text::replaced(follows.because, "|", "\\|")));
  }
  return text + "\n" + case_table();
}

}  // namespace pve_accept
