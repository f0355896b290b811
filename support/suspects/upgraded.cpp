#include "support/suspects/upgraded.h"

namespace pve_accept {
namespace {

GuestRecord guest_of(const SurvivorRecord::View& view) {
  GuestRecord guest;
  guest.components = view.components;
  guest.facts = view.facts;
  return guest;
}

using Look = std::optional<SurvivorRecord::Look>;

// The node with the guests that were left, as `look` has them.
template <class Choose>
Record as_looked_at(const Record& record, Choose look) {
  Record seen{.run = record.run, .node = record.node};
  // Those that the run's own guests are made of.
  seen.node.template_volume.reset();
  seen.node.cloud_image.reset();
  for (const auto& [kind, survivor] : record.survivors) {
    if (const Look& seen_then = look(survivor)) seen.guests[kind] = guest_of(*seen_then);
  }
  return seen;
}

}  // namespace

bool about_survivors(std::string_view claim) { return claim.starts_with("survivor."); }

Record with_survivors(const Record& record, std::string_view claim) {
  const bool refreshed = claim.starts_with("survivor.refreshed-");
  return as_looked_at(record, [&](const SurvivorRecord& survivor) -> const Look& {
    return refreshed ? survivor.refreshed : survivor.after;
  });
}

std::optional<Record> before_upgrade(const Record& record) {
  if (!record.upgrade) return std::nullopt;
  Record before{.run = {.id = record.upgrade->run, .started = record.upgrade->started}};
  before.node.kind = record.node.kind;
  before.node.name = record.node.name;
  before.node.release = record.upgrade->release;
  before.node.kernel = record.upgrade->kernel;
  before.node.packages = record.upgrade->packages;
  before.node.facts = record.upgrade->facts;
  before.node.boot_id = record.upgrade->boot_id;
  for (const auto& [kind, survivor] : record.survivors) {
    before.guests[kind] = guest_of(survivor.before);
  }
  return before;
}

std::vector<Change> changed_by_upgrade(const Record& record) {
  const auto before = before_upgrade(record);
  if (!before) return {};
  const Record last = as_looked_at(record, [](const SurvivorRecord& survivor) -> const Look& {
    return survivor.refreshed ? survivor.refreshed : survivor.after;
  });
  return changes(recorded_facts(*before), recorded_facts(last));
}

}  // namespace pve_accept
