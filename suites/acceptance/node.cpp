#include "fixtures/claims/claim_test.h"
#include "fixtures/claims/survivors.h"
#include "support/base/error.h"
#include "support/pve/images.h"

namespace pve_accept::acceptance {

class Node : public ClaimTest {};

// The node runs a Proxmox VE release that the suite knows.
// Example failure: measured 9.3, allowed one of 9.0, 9.1, 9.2.
TEST_F(Node, RunsAKnownRelease) {
  judge("node.release", [&] {
    return Observation{
        .measured = node().version().release, .how = "pvesh get /version", .hint = kReleaseHint};
  });
}

// Every component that can shift a result is on record.
// Example failure: measured "criu", which is not installed.
TEST_F(Node, HasItsProvenanceOnRecord) {
  judge("node.provenance", [&] {
    return Observation{.measured = missing_components(
                           node_record(), {{GuestKind::kLxc, guest_record(GuestKind::kLxc)},
                                           {GuestKind::kVm, guest_record(GuestKind::kVm)}}),
                       .how = "pveversion -v; docker version and systemctl in each guest"};
  });
}

// The guest images are the intended ones and intact.
// Example failure: the template's checksum is not the published one.
TEST_F(Node, HasIntactImages) {
  judge("node.images", [&] {
    const std::string volume = node_record().template_volume.value();
    return Observation{.measured = image_defects(run(), volume),
                       .how = "sha512sum against the appliance index; qemu-img info, check"};
  });
}

// The node is quiet enough to measure on.
// Example failure: measured 7.3 % CPU, because a backup runs.
TEST_F(Node, IsQuiet) {
  judge("node.quiet", [&] {
    const WindowRecord window = baseline();
    return Observation{.how = "baseline window, no guest running",
                       .also = {{"RAM range", window.figure("ram_used_mib").range()}},
                       .figure = window.figure("cpu_used_percent")};
  });
}

// After an upgrade the node runs what is installed: it was rebooted where that takes a reboot.
// Example failure: measured "reboot pending: kernel 7.0.6-2-pve is installed and 7.0.2-6-pve runs".
TEST_F(Node, RunsWhatIsInstalled) {
  judge("node.rebooted",
        [&] { return pending_reboot(node_record(), run().parts().need(RunDirectory::upgrade())); });
}

// PVE's services and lxcfs ran before the run and after it, and were not started anew in between.
// Example failure: lxcfs.service was started anew: running containers have lost /proc.
TEST_F(Node, KeepsItsServices) {
  judge("node.services", [&] {
    const auto before = node_record().services.need("the services before the run");
    return Observation{.measured = service_complaints(before, node().services()),
                       .how = "systemctl show, before the run and after its teardown"};
  });
}

}  // namespace pve_accept::acceptance
