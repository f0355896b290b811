#pragma once

#include <map>
#include <string>
#include <vector>

#include "support/record/record.h"
#include "support/sim/model/faults.h"

namespace pve_accept {

// A fault where it is put.
struct PlacedFault {
  const sim::Fault* fault = nullptr;
  std::string target;

  std::string name() const { return fault->name + "@" + target; }
  // Of the guests that were left for an upgrade, or of the node after it: the run after it is the
  // one that it is tried in.
  bool of_upgrade() const;
};

// Every fault of the catalogue at each of its targets.
std::vector<PlacedFault> placed_faults();

// Red cases by name, with their outcome: FAIL or ERROR.
using RedSet = std::map<std::string, Outcome>;

// Whether it is about what a run is compared with: then the run needs a baseline. Without one those
// claims are not applicable, whatever the fault.
bool needs_baseline(const PlacedFault& placed);

// What a fault declares. Throws HarnessError for a claim that there is not, or another outcome.
RedSet declared(const PlacedFault& placed);

// The same of what it is made for only, without what follows.
RedSet made_for(const PlacedFault& placed);

RedSet observed(const Record& record);

// What is red and was not declared, the other way round, or red in the other kind: a line each.
std::vector<std::string> differences(const RedSet& declared, const RedSet& observed);

// Which red cases are not named with the known issue that the fault is made after, or with another
// one, or with one although it is made after none: a line each.
std::vector<std::string> wrongly_explained(const PlacedFault& placed, const Record& record);

// The cases that no fault is made for, in one of the two kinds: "docker.exec/vm: no fault makes it
// FAIL". Those that are declared not applicable need none.
std::vector<std::string> cases_without_fault();

// The page that says which fault turns which case red, in Markdown.
std::string fault_page();

}  // namespace pve_accept
