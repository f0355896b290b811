#include "support/report/html/trouble.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/base/text.h"
#include "support/report/wording.h"
#include "support/suspects/known_issues.h"

namespace pve_accept::html {
namespace {

// The stages in which the node was observed for a claim that reads what they have on record.
std::vector<std::string> observed_in(const ClaimResult& claim) {
  const ClaimInfo* info = find_claim(claim.id);
  if (info == nullptr) return {};
  std::vector<std::string> stages;
  const auto of_guests = [&](const char* stage) {
    for (const GuestKind kind : kGuestKinds) {
      if (!claim.guest || claim.guest == kind) {
        stages.push_back(fmt::format("{}/{}", stage, to_string(kind)));
      }
    }
  };
  switch (info->needs) {
    case Needs::kPreflight:
    case Needs::kUpgraded:
      stages.emplace_back("preflight");
      break;
    case Needs::kBaseline:
      stages.emplace_back("baseline");
      break;
    case Needs::kProvisioned:
    case Needs::kRestart:
    case Needs::kStopped:
      of_guests("provision");
      break;
    case Needs::kIdle:
      of_guests("idle");
      break;
    case Needs::kLoad:
      of_guests("load");
      break;
    case Needs::kIdleAndLoad:
    case Needs::kRounds:
      of_guests("idle");
      of_guests("load");
      break;
    case Needs::kTornDown:
      stages.emplace_back("teardown");
      break;
    case Needs::kRevived:
      of_guests("revive");
      break;
    case Needs::kRefreshed:
      of_guests("refresh");
      break;
  }
  return stages;
}

std::vector<std::string> purposes_of(const ClaimResult& claim) {
  std::vector<std::string> purposes = {case_label(claim)};
  for (std::string& stage : observed_in(claim)) purposes.push_back(std::move(stage));
  return purposes;
}

// A window that is no use, by the stage that watched it.
struct BadWindow {
  std::string stage;
  std::string title;
  const WindowRecord* window;
};

std::vector<BadWindow> bad_windows(const Record& record) {
  std::vector<BadWindow> windows;
  const auto look_at = [&](std::string stage, std::string title, const WindowRecord* window) {
    if (window == nullptr || window->problems.empty()) return;
    windows.push_back({std::move(stage), std::move(title), window});
  };
  look_at("baseline", "The baseline is not usable", record.baseline ? &*record.baseline : nullptr);
  for (const GuestKind kind : kGuestKinds) {
    const std::string_view name = facts_of(kind).noun;
    look_at(fmt::format("idle/{}", to_string(kind)),
            fmt::format("The idle window of the {} is not usable", name), record.idle(kind));
    look_at(fmt::format("load/{}", to_string(kind)),
            fmt::format("The load window of the {} is not usable", name), record.load(kind));
  }
  return windows;
}

std::optional<std::string> text_of(const std::optional<KnownIssueMatch>& match) {
  return match ? std::optional(match->text) : std::nullopt;
}

class Sorting {
 public:
  Sorting(const Record& record, Maturity maturity) : record_(record), maturity_(maturity) {
    for (const ClaimResult* claim : claims_of(record, maturity)) {
      if (claim->outcome != Outcome::kFail && claim->outcome != Outcome::kError) continue;
      left_.push_back({claim, message_text(*claim)});
    }
  }

  std::vector<Trouble> sorted() {
    add_false();
    add_stages();
    add_windows();
    add_others();
    return std::move(troubles_);
  }

 private:
  struct Red {
    const ClaimResult* claim;
    std::string message;
  };

  // Takes those that are meant from what is left.
  template <class Meant>
  std::vector<const ClaimResult*> take(Meant meant) {
    std::vector<const ClaimResult*> taken;
    for (const Red& red : left_) {
      if (meant(red)) taken.push_back(red.claim);
    }
    std::erase_if(left_, meant);
    return taken;
  }

  void add_false() {
    for (const ClaimResult* claim :
         take([](const Red& red) { return red.claim->outcome == Outcome::kFail; })) {
      troubles_.push_back({.outcome = Outcome::kFail,
                           .title = case_label(*claim),
                           .message = message_text(*claim),
                           .hint = claim->hint,
                           .known_issue = text_of(known_issue(record_, *claim)),
                           .claims = {claim},
                           .purposes = purposes_of(*claim)});
    }
  }

  void add_stages() {
    for (const auto& [name, stage] : failed_stages(record_)) {
      const std::string not_run = fmt::format("not run: stage {} ", name);
      auto claims = take([&](const Red& red) { return red.message.starts_with(not_run); });
      // What a stage did is the run's trouble, told once.
      if (maturity_ == Maturity::kPreview && claims.empty()) continue;
      troubles_.push_back({.title = fmt::format("Stage {} could not be done", name),
                           .message = stage->message,
                           .hint = stage->hint,
                           .known_issue = text_of(known_issue(record_, name, *stage)),
                           .claims = std::move(claims),
                           .stage = name,
                           .purposes = {name}});
    }
  }

  void add_windows() {
    for (const auto& [stage, title, window] : bad_windows(record_)) {
      auto claims = take([&, window = window](const Red& red) {
        return std::ranges::any_of(window->problems, [&](const std::string& problem) {
          return text::contains(red.message, text::one_line(problem));
        });
      });
      if (claims.empty()) continue;
      Trouble trouble{.title = title, .claims = std::move(claims), .purposes = {stage}};
      for (const std::string& problem : window->problems) {
        trouble.message += (trouble.message.empty() ? "" : "\n") + problem;
      }
      trouble.hint = trouble.claims.front()->hint;
      trouble.known_issue = text_of(known_issue(record_, *trouble.claims.front()));
      troubles_.push_back(std::move(trouble));
    }
  }

  void add_others() {
    while (!left_.empty()) {
      const ClaimResult& first = *left_.front().claim;
      const std::string message = left_.front().message;
      auto claims = take(
          [&](const Red& red) { return red.message == message && red.claim->hint == first.hint; });
      troubles_.push_back({.title = claims.size() == 1 ? case_label(first)
                                                       : fmt::format("{} claims", claims.size()),
                           .message = message,
                           .hint = first.hint,
                           .known_issue = text_of(known_issue(record_, first)),
                           .claims = std::move(claims),
                           .purposes = purposes_of(first)});
    }
  }

  const Record& record_;
  Maturity maturity_;
  std::vector<Red> left_;
  std::vector<Trouble> troubles_;
};

}  // namespace

std::vector<Trouble> troubles_of(const Record& record, Maturity maturity) {
  return Sorting(record, maturity).sorted();
}

void tell_once(std::vector<Trouble>& troubles, std::vector<Trouble>& preview) {
  std::erase_if(preview, [&](const Trouble& late) {
    const auto told = std::ranges::find_if(troubles, [&](const Trouble& trouble) {
      return trouble.message == late.message && trouble.purposes == late.purposes;
    });
    if (told == troubles.end()) return false;
    told->claims.insert(told->claims.end(), late.claims.begin(), late.claims.end());
    return true;
  });
}

}  // namespace pve_accept::html
