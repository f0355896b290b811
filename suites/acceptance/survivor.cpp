#include "fixtures/claims/claim_test.h"
#include "fixtures/claims/survivors.h"

namespace pve_accept::acceptance {

// A guest that was made before an upgrade of the node, as it is after it.
class Survivor : public GuestClaimTest {
 protected:
  SurvivorRecord survivor() { return run().parts().need(RunDirectory::survivor(GetParam())); }
  SurvivorRecord::View before() { return survivor().before; }
  SurvivorRecord::Look now() { return after_upgrade(survivor()); }
};
PVE_ACCEPT_ON_BOTH_GUESTS(Survivor);

// The same guest when its own packages were upgraded and Docker was started anew.
class RefreshedSurvivor : public Survivor {
 protected:
  SurvivorRecord::Look now() { return after_refresh(survivor()); }
};
PVE_ACCEPT_ON_BOTH_GUESTS(RefreshedSurvivor);

// The guest is still there, with the configuration that it was given.
// Example failure: measured "container 9001 of run 20260607T085000Z-1a2b3c is gone".
TEST_P(Survivor, IsKept) {
  judge("survivor.kept", [&] { return kept(survivor()); });
}

// It starts, and answers as soon as a guest does that has been made before.
// Example failure: measured "startup for container '9001' failed": LXC 7 has no cgroup v1.
TEST_P(Survivor, StartsInTime) {
  judge("survivor.starts", [&] { return start_of(survivor()); });
}

// No unit fails that had not failed before.
// Example failure: measured "containerd.service".
TEST_P(Survivor, IsAsHealthyAsBefore) {
  judge("survivor.healthy", [&] { return newly_failed_units(before(), now()); });
}
TEST_P(RefreshedSurvivor, IsAsHealthyAsBefore) {
  judge("survivor.refreshed-healthy", [&] { return newly_failed_units(before(), now()); });
}

// The stack comes back by itself.
// Example failure: measured "db is running (unhealthy)": AppArmor denies it its unix socket.
TEST_P(Survivor, BringsItsStackBack) {
  judge("survivor.stack-returns", [&] { return stack_return(now()); });
}
TEST_P(RefreshedSurvivor, BringsItsStackBack) {
  judge("survivor.refreshed-stack-returns", [&] { return stack_return(now()); });
}

// The row that was inserted before is there.
// Example failure: measured 0: the volume was made anew.
TEST_P(Survivor, KeepsItsRows) {
  judge("survivor.rows", [&] { return rows_left(now()); });
}
TEST_P(RefreshedSurvivor, KeepsItsRows) {
  judge("survivor.refreshed-rows", [&] { return rows_left(now()); });
}

// Processes in its containers can talk over a unix socket.
// Example failure: exit 2, Permission denied: dockerd has loaded another AppArmor profile.
TEST_P(Survivor, TalksOverUnixSockets) {
  judge("survivor.unix-socket", [&] { return socket_answer(now()); });
}
TEST_P(RefreshedSurvivor, TalksOverUnixSockets) {
  judge("survivor.refreshed-unix-socket", [&] { return socket_answer(now()); });
}

// Its published port answers, inside the guest and from the node.
// Example failure: measured 200 from inside, 0 (no answer) from the node.
TEST_P(Survivor, AnswersHttp) {
  judge("survivor.http-200", [&] { return http_answers(now()); });
}
TEST_P(RefreshedSurvivor, AnswersHttp) {
  judge("survivor.refreshed-http-200", [&] { return http_answers(now()); });
}

// It sees the memory and the CPUs that it saw before.
// Example failure: measured "cat: /proc/meminfo: Transport endpoint is not connected": lxcfs.
TEST_P(Survivor, SeesWhatItSaw) {
  judge("survivor.guest-view", [&] { return changes_in_view(before(), now()); });
}
TEST_P(RefreshedSurvivor, SeesWhatItSaw) {
  judge("survivor.refreshed-guest-view", [&] { return changes_in_view(before(), now()); });
}

// A new container runs in it.
// Example failure: open sysctl net.ipv4.ip_unprivileged_port_start file: permission denied.
TEST_P(Survivor, RunsANewContainer) {
  judge("survivor.new-container", [&] { return new_container(now()); });
}
TEST_P(RefreshedSurvivor, RunsANewContainer) {
  judge("survivor.refreshed-new-container", [&] { return new_container(now()); });
}

}  // namespace pve_accept::acceptance
