#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/record/record.h"

namespace pve_accept::html {

// What somebody has to look at: a claim that is false, or one cause for which claims could not be
// told, with all of them.
struct Trouble {
  Outcome outcome = Outcome::kError;
  std::string title = {};
  std::string message = {};
  std::optional<std::string> hint = {};
  std::optional<std::string> known_issue = {};  // that explains it
  std::vector<const ClaimResult*> claims = {};
  std::string stage = {};  // that could not be done; empty: it is about claims
  // Whose commands show it, as the transcript names them: its own; where it sent none, those of the
  // stages that observed for it.
  std::vector<std::string> purposes = {};
};

// The troubles of a run: what is false first, then stages, windows and claims. Those about claims
// in preview alone are left out, or, with kPreview, the only ones.
std::vector<Trouble> troubles_of(const Record& record, Maturity maturity);

// What kept claims in preview from being told as well is told once: they join the others there.
void tell_once(std::vector<Trouble>& troubles, std::vector<Trouble>& preview);

}  // namespace pve_accept::html
