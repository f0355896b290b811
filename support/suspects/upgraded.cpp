#include "support/suspects/upgraded.h"

namespace pve_accept {
namespace {

GuestRecord guest_of(const SurvivorRecord::View& view) {
  GuestRecord guest;
  guest.components = view.components;
  guest.facts = view.facts;
  return guest;
}

}  // namespace

bool about_survivors(std::string_view claim) { return claim.starts_with("survivor."); }

Record with_survivors(const Record& record, std::string_view claim) {
  Record seen{.run = record.run, .node = record.node};
  // Those that the run's own guests are made of.
  seen.node.template_volume.reset();
  seen.node.cloud_image.reset();
  for (const auto& [kind, survivor] : record.survivors) {
    const bool refreshed = claim.starts_with("survivor.refreshed-");
    const auto& look = refreshed ? survivor.refreshed : survivor.after;
    if (look) seen.guests[kind] = guest_of(*look);
  }
  return seen;
}

std::optional<Record> before_upgrade(const Record& record) {
  if (!record.upgrade) return std::nullopt;
  Record before{.run = {.id = record.upgrade->run, .started = record.upgrade->started}};
  before.node.kind = record.node.kind;
  before.node.name = record.node.name;
  before.node.release = record.upgrade->release;
  before.node.kernel = record.upgrade->kernel;
  before.node.packages = record.upgrade->packages;
  before.node.boot_id = record.upgrade->boot_id;
  for (const auto& [kind, survivor] : record.survivors) {
    before.guests[kind] = guest_of(survivor.before);
  }
  return before;
}

}  // namespace pve_accept
