#include <fmt/format.h>

#include "support/report/html/commands.h"
#include "support/report/html/numbers.h"
#include "support/report/html/parts.h"
#include "support/report/html/sections.h"
#include "support/report/wording.h"

namespace pve_accept::html {
namespace {

// Bytes of markup, about; what is beyond them is named, and no more.
constexpr std::size_t kRoom = 450 * 1024;
constexpr std::size_t kLongestTitle = 200;

std::string names_of(const std::vector<const ClaimResult*>& claims) {
  std::string names;
  for (const ClaimResult* claim : claims) {
    names +=
        (names.empty() ? "" : ", ") + case_label(*claim) + (claim->preview() ? " (preview)" : "");
  }
  return names;
}

// What is known of a claim beside its message.
Element facts_about(const ClaimResult& claim) {
  Element list = el("dl", cls("facts"));
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) list.add(el("div", el("dt", name), el("dd", value)));
  };
  if (claim.outcome == Outcome::kError) {  // its message says what kept it from being judged
    add("Allowed", allowed_text(claim));
    add("How", claim.how);
  } else if (!claim.also.empty()) {
    add("Measured", measured_with_others(claim));
  }
  add("Reference", claim.reference.nothing() ? "" : claim.reference.to_text(claim.unit));
  add("Why this bound", claim.why.value_or(""));
  return list;
}

class Cards {
 public:
  Cards(const CommandLog& log, std::size_t number) : excerpts_(log, number) {}

  // Adds a card, as long as the page has room for it.
  void add(Element& part, const Trouble& trouble) {
    ++number_;
    Element card = filled(
        el("article", attr("id", fmt::format("trouble-{}", number_)),
           cls(fmt::format("trouble {}", to_string(trouble.outcome))),
           el("h3", badge(trouble.outcome), " ", code(shortened(trouble.title, kLongestTitle)))),
        trouble);
    if (number_ > 1 && size_ + card.size() > kRoom) {
      ++left_out_;
      return;
    }
    size_ += card.size();
    part.add(card);
  }

  void say_what_is_left_out(Element& part) const {
    if (left_out_ == 0) return;
    part.add(el("p", cls("missing"),
                fmt::format("{} more are in findings.md: this page has no more room.", left_out_)));
  }

 private:
  Element filled(Element card, const Trouble& trouble) const {
    if (trouble.claims.size() == 1 && trouble.stage.empty()) {
      card.add(el("p", cls("statement"), trouble.claims.front()->statement));
    }
    card.add(el("p", cls("message"), trouble.message));
    if (trouble.hint) card.add(el("p", cls("hint"), el("strong", "Hint: "), *trouble.hint));
    if (trouble.known_issue) {
      card.add(el("p", cls("hint"), el("strong", "Known issues: "), *trouble.known_issue));
    }
    if (trouble.claims.size() == 1) {
      if (trouble.outcome == Outcome::kFail) card.add(band(*trouble.claims.front()));
      card.add(facts_about(*trouble.claims.front()));
    } else if (!trouble.claims.empty()) {
      card.add(el("p", fmt::format("Not told because of it ({}): ", trouble.claims.size()),
                  el("span", cls("names"), names_of(trouble.claims))));
    }
    return card.add(excerpts_.of(trouble.purposes));
  }

  CommandExcerpts excerpts_;
  int number_ = 0;
  int left_out_ = 0;
  std::size_t size_ = 0;
};

}  // namespace

Element attention_section(const Record& record, const std::vector<Trouble>& troubles,
                          const std::vector<Trouble>& preview, const CommandLog& log) {
  Element part = section("attention", "What needs attention");
  if (troubles.empty()) {
    part.add(el("p", record.claims.empty() ? "No claim was judged."
                                           : "No claim is false, and each could be told."));
  } else if (!log.found) {
    part.add(el("p", cls("quiet"),
                "There is no transcript.jsonl beside the record, so no command is shown."));
  } else if (log.unreadable > 0) {
    part.add(el("p", cls("quiet"),
                fmt::format("{} lines of transcript.jsonl cannot be read.", log.unreadable)));
  }
  Cards cards(log, troubles.size() + preview.size());
  for (const Trouble& trouble : troubles) cards.add(part, trouble);
  if (!preview.empty()) {
    Element folds("div");
    for (const Trouble& trouble : preview) cards.add(folds, trouble);
    part.add(folded(fmt::format("In preview, which is not counted and makes no run red: {} more",
                                preview.size()),
                    folds));
  }
  cards.say_what_is_left_out(part);
  return part;
}

}  // namespace pve_accept::html
