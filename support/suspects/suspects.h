#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/record/record.h"
#include "support/suspects/changes.h"

namespace pve_accept {

// Whose result moved: what moves one guest alone is not suspected of what moved the other.
enum class Moved { kUnknown, kLxcOnly, kVmOnly, kBoth };

// A change that can have moved a result. The weight only orders: the higher, the likelier.
struct Suspect {
  Change change = {};
  double weight = 0;
  std::string reason = {};  // what the component does, and how that fits to who moved

  // "lxc-pve 6.0.5-1 → 6.0.5-2 (node): it sets up containers, …"
  std::string text() const;
};

// The changes that can influence a claim, or a metric by the id of its claim, the likeliest first.
// By the table fixtures/assets/influences.json, of which the first entry that means a change speaks
// for it: how strongly it can, times how well those that it moves fit to those that moved.
std::vector<Suspect> suspects(std::span<const Change> changes, std::string_view claim, Moved moved);

// Of the guests that the claim is about, those in whose case it is red. A claim on the node has
// none, and one that compares both does not say which.
Moved who_moved(const Record& record, const ClaimResult& claim);

// The newest of the records in which the claim held, on the same node; null when there is none.
const Record* last_good(std::span<const Record> earlier, const Record& record,
                        const ClaimResult& claim);

// A red claim with what is suspected of it.
struct SuspectedClaim {
  // What `since` is.
  enum class Since {
    kNever,      // none: it was asked for, and never held
    kHeld,       // the run in which it held last
    kNotAsked,   // the newest run, which did not ask for it
    kLeft,       // of a survivor, the run that left it
    kRefreshed,  // likewise; and the same held until the guest's own packages were upgraded
  };

  const ClaimResult* claim = nullptr;
  Since how = Since::kNever;
  std::optional<RunInfo> since = {};
  std::vector<Suspect> suspects = {};
};

// Of every claim that makes the run red. The pointers are into `record`.
std::vector<SuspectedClaim> suspected_claims(const Record& record, std::span<const Record> earlier);

// The newest of those that are of the same node and were begun before; null when there is none.
const Record* newest_before(std::span<const Record> earlier, const Record& record);

}  // namespace pve_accept
