#include "support/suspects/suspects.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "support/base/contains.h"
#include "support/base/embedded.h"
#include "support/base/fields.h"
#include "support/base/pattern.h"
#include "support/suspects/upgraded.h"

namespace pve_accept {
namespace {

constexpr const char* kInfluencesFile = "fixtures/assets/influences.json";

// Which changes the table speaks of, what they can influence and how strongly (1 to 10), and which
// guests: both alike, or one of them.
struct Influence {
  std::string facts = {};  // an expression for their names
  std::string moves = "both";
  std::map<std::string, int> claims = {};  // by an expression for their ids
  std::string why = {};
};

struct Influences {
  int schema = 0;
  std::vector<Influence> influences = {};
};

struct Compiled {
  Pattern facts;
  Moved moves;
  std::vector<std::pair<Pattern, int>> claims;
  std::string why;
};

Moved moved_by(const std::string& name) {
  return name == "lxc" ? Moved::kLxcOnly : name == "vm" ? Moved::kVmOnly : Moved::kBoth;
}

template <class Fields>
void visit(Influence& influence, Fields& fields) {
  fields("facts", influence.facts, required);
  fields("moves", influence.moves, matching("both|lxc|vm", "'both', 'lxc' or 'vm'"));
  fields("claims", influence.claims, required);
  fields("why", influence.why, required);
}

void check_fields(const JsonCursor& place, const Influence& /*influence*/) {
  for (const auto& [claims, weight] : place.at("claims").members()) {
    weight.integer_between(1, 10);
  }
}

PVE_ACCEPT_FIELDS(Influences, schema, influences)

const std::vector<Compiled>& table() {
  static const auto kTable = [] {
    const Json document = parse_strict_json(embedded(kInfluencesFile), kInfluencesFile);
    std::vector<Compiled> compiled;
    for (const Influence& each :
         read_fields<Influences>(JsonCursor(document, kInfluencesFile)).influences) {
      Compiled entry{.facts = Pattern(each.facts),
                     .moves = moved_by(each.moves),
                     .claims = {},
                     .why = each.why};
      for (const auto& [claims, weight] : each.claims) {
        entry.claims.emplace_back(claims, weight);
      }
      compiled.push_back(std::move(entry));
    }
    return compiled;
  }();
  return kTable;
}

// The strongest of those that mean the claim; 0 where none does.
int strength(const Compiled& entry, const std::string& claim) {
  int strongest = 0;
  for (const auto& [expression, weight] : entry.claims) {
    if (expression.matches(claim)) strongest = std::max(strongest, weight);
  }
  return strongest;
}

// How well those that a component moves fit to those that moved, as a factor.
double fit(Moved moves, Moved moved) {
  if (moved == Moved::kUnknown || moves == moved) return 1;
  if (moves == Moved::kBoth) return 0.5;  // it should have moved the other guest as well
  if (moved == Moved::kBoth) return 0.3;  // it explains one of the two
  return 0;
}

std::string fit_text(Moved moves, Moved moved) {
  const auto name = [](Moved who) { return who == Moved::kLxcOnly ? "the container" : "the VM"; };
  if (moved == Moved::kUnknown) return "";
  if (moved == Moved::kBoth) {
    return moves == Moved::kBoth ? "; both guests moved"
                                 : fmt::format("; it explains {} only", name(moves));
  }
  return fmt::format("; only {} moved{}", name(moved),
                     moves == Moved::kBoth ? ", and it can move both" : "");
}

// By the node's clock; on a simulated node every run may begin at the same moment, and the ids,
// which begin with when a run was made, tell them apart.
bool begun_before(const Record& one, const Record& other) {
  return std::tie(one.run.started, one.run.id) < std::tie(other.run.started, other.run.id);
}

// A fact of a guest is that guest's alone, whatever the table says.
Moved moves_of(const Compiled& entry, const Change& change) {
  if (change.name.starts_with("lxc ")) return Moved::kLxcOnly;
  if (change.name.starts_with("vm ")) return Moved::kVmOnly;
  return entry.moves;
}

}  // namespace

std::string Suspect::text() const { return fmt::format("{}: {}", change.text(), reason); }

std::vector<Suspect> suspects(std::span<const Change> changes, std::string_view claim,
                              Moved moved) {
  const std::string id(claim);
  std::vector<Suspect> found;
  for (const Change& change : changes) {
    const auto entry = std::ranges::find_if(
        table(), [&](const Compiled& each) { return each.facts.matches(change.name); });
    if (entry == table().end()) continue;
    const Moved moves = moves_of(*entry, change);
    const int known = strength(*entry, id);
    const double weight = std::max(known, 1) * fit(moves, moved);
    if (weight <= 0) continue;
    const std::string why = known > 0 ? entry->why : "no influence on this is known";
    found.push_back({change, weight, why + fit_text(moves, moved)});
  }
  std::ranges::stable_sort(found, std::ranges::greater{}, &Suspect::weight);
  return found;
}

Moved who_moved(const Record& record, const ClaimResult& claim) {
  if (!claim.guest) return Moved::kUnknown;
  const auto red = [&](GuestKind kind) {
    const ClaimResult* of_guest = record.claim(claim.id, kind);
    return of_guest != nullptr &&
           (of_guest->outcome == Outcome::kFail || of_guest->outcome == Outcome::kError);
  };
  if (red(GuestKind::kLxc) && red(GuestKind::kVm)) return Moved::kBoth;
  return *claim.guest == GuestKind::kLxc ? Moved::kLxcOnly : Moved::kVmOnly;
}

const Record* last_good(std::span<const Record> earlier, const Record& record,
                        const ClaimResult& claim) {
  const Record* newest = nullptr;
  for (const Record& each : earlier) {
    const ClaimResult* then = each.claim(claim.id, claim.guest);
    if (then == nullptr || then->outcome != Outcome::kPass) continue;
    if (each.node.name != record.node.name || !begun_before(each, record)) continue;
    if (newest == nullptr || begun_before(*newest, each)) newest = &each;
  }
  return newest;
}

const Record* newest_before(std::span<const Record> earlier, const Record& record) {
  const Record* newest = nullptr;
  for (const Record& each : earlier) {
    if (each.node.name != record.node.name || !begun_before(each, record)) continue;
    if (newest == nullptr || begun_before(*newest, each)) newest = &each;
  }
  return newest;
}

namespace {

using Since = SuspectedClaim::Since;

// What a survivor's claim is when its own packages are upgraded begins with the first, and the same
// before that with the second.
constexpr std::string_view kRefreshedPrefix = "survivor.refreshed-", kSurvivorPrefix = "survivor.";

// The same claim before the guest's own packages were upgraded, where it held then.
const ClaimResult* held_until_refreshed(const Record& record, const ClaimResult& claim) {
  if (!claim.id.starts_with(kRefreshedPrefix)) return nullptr;
  const std::string same = std::string(kSurvivorPrefix) + claim.id.substr(kRefreshedPrefix.size());
  const ClaimResult* earlier = record.claim(same, claim.guest);
  return earlier != nullptr && earlier->outcome == Outcome::kPass ? earlier : nullptr;
}

// The run that a claim is compared with.
struct Base {
  const Record* run = nullptr;
  Since how = Since::kNever;
};

Base base_of(const Record& record, const ClaimResult& claim, std::span<const Record> earlier,
             const Record* before) {
  if (about_survivors(claim.id)) {
    const bool held = held_until_refreshed(record, claim) != nullptr;
    return {before, held ? Since::kRefreshed : Since::kLeft};
  }
  if (const Record* good = last_good(earlier, record, claim)) return {good, Since::kHeld};
  const bool judged_before = std::ranges::any_of(
      earlier, [&](const Record& other) { return other.claim(claim.id, claim.guest) != nullptr; });
  if (judged_before) return {};
  const Record* newest = newest_before(earlier, record);
  return {newest != nullptr ? newest : before, Since::kNotAsked};
}

// What had changed when a claim still held is less suspected; but not innocent: what was loaded at
// Docker's start stays in force until the next one.
void weigh_what_it_held_with(std::vector<Suspect>& suspects, const Record& record,
                             const ClaimResult& held, const Facts& now) {
  const auto later = changes(recorded_facts(with_survivors(record, held.id)), now);
  for (Suspect& suspect : suspects) {
    if (contains(later, suspect.change.name, &Change::name)) continue;
    suspect.weight /= 2;
    suspect.reason += "; but it held with that until Docker was started anew";
  }
  std::ranges::stable_sort(suspects, std::ranges::greater{}, &Suspect::weight);
}

}  // namespace

std::vector<SuspectedClaim> suspected_claims(const Record& record,
                                             std::span<const Record> earlier) {
  const std::optional<Record> before = before_upgrade(record);
  std::vector<SuspectedClaim> all;
  for (const ClaimResult& claim : record.claims) {
    if (!claim.red()) continue;
    SuspectedClaim& each = all.emplace_back(SuspectedClaim{.claim = &claim});
    const Base base = base_of(record, claim, earlier, before ? &*before : nullptr);
    if (base.run == nullptr) continue;
    each.how = base.how;
    each.since = base.run->run;
    const Facts now = about_survivors(claim.id) ? recorded_facts(with_survivors(record, claim.id))
                                                : recorded_facts(record);
    each.suspects =
        suspects(changes(recorded_facts(*base.run), now), claim.id, who_moved(record, claim));
    const ClaimResult* held = held_until_refreshed(record, claim);
    if (held != nullptr) weigh_what_it_held_with(each.suspects, record, *held, now);
  }
  return all;
}

}  // namespace pve_accept
