#include <algorithm>
#include <iterator>

#include "fixtures/claims/claim_test.h"
#include "support/base/text.h"
#include "support/workload/docker_install.h"

namespace pve_accept::acceptance {

class Docker : public GuestClaimTest {};
PVE_ACCEPT_ON_BOTH_GUESTS(Docker);

// Docker comes from the configured source, in the guest's own release channel.
// Example failure: Docker's repository has no trixie channel and bookworm's was installed.
TEST_P(Docker, ComesFromItsChannel) {
  judge("docker.channel", [&] {
    const auto source = run().lab().docker_source;
    const PackageOrigin origin = installed_origin(shell(), source);
    auto differences = channel_differences(origin, source, system().os_release().version_codename);
    auto components = record().components;
    const std::string daemon = components["docker"].need("the version of Docker");
    const std::string client = components["docker_client"].value_or("");
    std::ranges::copy(daemon_differences(origin, daemon), std::back_inserter(differences));
    std::ranges::copy(client_differences(client, daemon, source), std::back_inserter(differences));
    return Observation{.measured = differences, .how = "apt-cache policy; docker version"};
  });
}

// A container runs.
// Example failure: open sysctl net.ipv4.ip_unprivileged_port_start file: permission denied.
TEST_P(Docker, RunsHelloWorld) {
  judge("docker.hello-world", [&] {
    return Observation{.measured = docker().hello_world(run().lab().timeouts.pull).said(),
                       .how = "docker run --rm hello-world"};
  });
}

// A process can be added to a running container; this breaks separately from `run`.
// Example failure: failed to update /proc/1234/timens_offsets.
TEST_P(Docker, ExecsIntoAContainer) {
  judge("docker.exec", [&] {
    auto engine = docker();
    const CommandResult result = engine.exec(container(kDatabaseService), {"true"});
    if (result.exit_status == 0) {
      require_inside(engine, stack().inspect({std::string(kDatabaseService)}).front());
    }
    return Observation{.measured = result.exit_status, .how = "docker exec", .note = result.err};
  });
}

// Layers are stored on an overlay file system, not on a copying fallback.
// Example failure: measured vfs, because the guest's root is on ZFS before 2.2.
TEST_P(Docker, UsesOverlayStorage) {
  judge("docker.storage-driver", [&] {
    return Observation{
        .measured = docker().info().driver,
        .how = "docker info",
        .also = {{"container root", docker().container_root_fs(container(kDatabaseService))},
                 {"growth of ten containers",
                  docker().growth_of_containers(10, std::string(kDatabaseImage))}}};
  });
}

// Docker uses cgroup v2 through systemd, and limits bite.
// Example failure: a container started with 64 MiB sees "max" in memory.max.
TEST_P(Docker, LimitsMemoryByCgroupV2) {
  judge("docker.cgroup", [&] {
    const DockerInfo info = docker().info();
    const auto limit = docker().memory_limit_seen(64);
    return Observation{.measured = info.cgroup_version,
                       .how = "docker info",
                       .also = {{"cgroup driver", info.cgroup_driver},
                                {"memory.max", limit ? std::to_string(*limit) : "max"}}};
  });
}

// Processes in a container can talk over a unix socket.
// Example failure: AppArmor denies family="unix"; hello-world passes, PostgreSQL does not.
TEST_P(Docker, TalksOverUnixSockets) {
  judge("docker.unix-socket", [&] {
    auto engine = docker();
    const CommandResult result = Database(engine, container(kDatabaseService)).greet();
    return Observation{
        .measured = result.exit_status, .how = "psql -h /var/run/postgresql", .note = result.err};
  });
}

// A memory limit kills what exceeds it, and nothing else.
// Example failure: measured 0: the process got its 256 MiB with a limit of 64.
TEST_P(Docker, KillsWhatExceedsItsLimit) {
  judge("docker.limit-bites", [&] { return exceeded_limit(run(), GetParam()); });
}

// A restart of Docker brings everything back: what it was told at its start may have changed since.
// Example failure: measured "unix socket: exit 2: ... Permission denied": a new AppArmor profile.
TEST_P(Docker, SurvivesARestart) {
  judge("docker.survives-restart", [&] {
    CommandResult restarted;
    StackReturn back =
        stack_after(run(), GetParam(), [&] { restarted = system().restart_unit("docker"); });
    if (restarted.exit_status != 0) {
      back.problems.push_back("systemctl restart docker: " + text::one_line(restarted.err));
    }
    std::ranges::copy(container_problems(shell()), std::back_inserter(back.problems));
    return Observation{.measured = back.problems,
                       .how = "systemctl restart docker; docker compose ps, exec, psql",
                       .also = {{"back after", back.took_s}}};
  });
}

}  // namespace pve_accept::acceptance
