#include "fixtures/claims/claim_test.h"
#include "support/pve/images.h"

namespace pve_accept::acceptance {

class Node : public ClaimTest {};

// The node runs a Proxmox VE release that the suite knows.
// Example failure: measured 9.3, allowed one of 9.0, 9.1, 9.2.
TEST_F(Node, RunsAKnownRelease) {
  judge("node.release", {.measured = node().version().release, .how = "pvesh get /version"});
}

// Every component that can shift a result is on record.
// Example failure: measured "criu", which is not installed.
TEST_F(Node, HasItsProvenanceOnRecord) {
  judge("node.provenance", {.measured = missing_components(run().record().json()),
                            .how = "pveversion -v; docker version and systemctl in each guest"});
}

// The guest images are the intended ones and intact.
// Example failure: the template's checksum is not the published one.
TEST_F(Node, HasIntactImages) {
  const std::string volume = run().record().json()["node"]["template"];
  judge("node.images", {.measured = image_defects(run(), volume),
                        .how = "sha512sum against the appliance index; qemu-img info, check"});
}

// The node is quiet enough to measure on.
// Example failure: measured 7.3 % CPU, because a backup runs.
TEST_F(Node, IsQuiet) {
  const Json ram = baseline()["figures"]["ram_used_mib"];
  judge("node.quiet", {.how = "baseline window, no guest running",
                       .also = {{"RAM range", ram["max"].get<double>() - ram["min"].get<double>()}},
                       .statistics = figure(baseline(), "cpu_used_percent")});
}

}  // namespace pve_accept::acceptance
