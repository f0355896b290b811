#include "support/sim/model/faults.h"

namespace pve_accept::sim {

const std::vector<Fault>& fault_catalogue() {
  static const std::vector<Fault> catalogue;
  return catalogue;
}

}  // namespace pve_accept::sim
