#include "fixtures/claims/claim_test.h"

namespace pve_accept::acceptance {

class Guest : public GuestClaimTest {
 protected:
  static std::string debian_release(GuestSystem guest) {
    const OsRelease release = guest.os_release();
    require_agreement(release, guest.debian_version());
    return release.debian_release();
  }
};
PVE_ACCEPT_ON_BOTH_GUESTS(Guest);

// The node accepted the specification and kept it.
// Example failure: measured "cores: 1 instead of 2".
TEST_P(Guest, IsAsSpecified) {
  judge("guest.as-specified", [&] {
    return Observation{.measured = guest().differences_from(guest_spec(run(), GetParam())),
                       .how = "configuration of the guest, read back, and the limits in force"};
  });
}

// The guest is as isolated as it says: a pass without confinement means nothing.
// Example failure: the container's init has the AppArmor label "unconfined".
TEST_P(Guest, IsConfined) {
  judge("guest.confined", [&] {
    return Observation{.measured = guest().gaps_in_confinement(shell()),
                       .how =
                           "configuration, id maps, namespaces, seccomp, AppArmor label; "
                           "virtualization"};
  });
}

// From the first create command to the first answered command it takes seconds, not minutes.
// Example failure: measured 312 s, because the guest waits for DHCPv6.
TEST_P(Guest, IsReadyInTime) {
  judge("guest.ready-in-time", [&] {
    return Observation{.measured = plausible_ready_s(record()),
                       .how = "clock from create to the first answer over SSH"};
  });
}

// The guest booted clean: no failed units but the listed ones, systemd at rest, a route, name
// resolution, Debian 13.
// Example failure: measured systemd-networkd.service.
TEST_P(Guest, IsHealthy) {
  judge("guest.healthy", [&] {
    return Observation{.measured = system().failed_units(),
                       .how = "systemctl --failed, is-system-running; ip route; getent",
                       .also = {{"default route", system().has_default_route()},
                                {"name resolution", system().resolves(run().lab().resolve_name)},
                                {"system state", system().state()},
                                {"Debian release", debian_release(system())}}};
  });
}

// The guest agent freezes the file systems: a write waits until they are thawed, and then goes on.
// Example failure: measured "goes on": vzdump would take a disk that is being written to.
TEST_P(Guest, FreezesFileSystems) {
  judge("guest.freeze", [&] { return freeze_file_systems(run(), GetParam()); });
}

// Files on a volume of its own have the owners that the mapping says, from inside and from the
// node, also after a restart. Example failure: measured "the volume itself, inside: 1000:1000
// instead of 0:0": the mount has inherited the owner of the directory below it.
TEST_P(Guest, MapsTheOwnersOfAVolume) {
  judge("guest.mountpoint", [&] { return owners_on_a_volume(run(), GetParam()); });
}

}  // namespace pve_accept::acceptance
