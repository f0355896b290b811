#include "support/sim/model/initial_state.h"

#include "support/sim/model/foreign_guests.h"

namespace pve_accept::sim {
State initial_state(const Scenario& scenario) {
  State state;
  const Model::Node& node = scenario.model.node;
  state.epoch_ms += node.clock_ahead_s * 1000;
  state.kernel = node.kernel;
  state.kernels = node.kernels;
  state.kernels.push_back(node.kernel);
  state.files = scenario.model.files;
  for (const Model::ForeignGuest& guest : scenario.model.guests) {
    add_foreign_guest(state, scenario, guest);
  }
  for (const Model::LooseVolume& volume : scenario.model.volumes) {
    state.volumes.push_back({.storage = volume.storage,
                             .name = volume.name,
                             .vmid = volume.vmid,
                             .size = volume.size_gib * 1073741824,
                             .content = volume.content,
                             .fixed_used_mib = 0});
  }
  const Model::ForeignLock& lock = scenario.model.lock;
  if (!lock.run.empty() || !lock.owner.empty()) {
    state.files["/run/pve-accept.lock"] =
        Json{{"run", lock.run}, {"owner", lock.owner}, {"since", lock.since}}.dump() + "\n";
  }
  return state;
}

}  // namespace pve_accept::sim
