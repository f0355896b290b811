#include "support/workload/docker.h"

#include <fmt/format.h>

#include "suites/unit/matchers.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/workload/scripted_guest.h"
#include "support/workload/network_trouble.h"

namespace pve_accept {
namespace {

const std::string kVersion = "docker version --format '{{json .}}'";
const std::string kInfo = "docker info --format '{{json .}}'";
const std::string kDf = "df -B1 --output=source,size,used,avail,pcent,target /";

TEST(DockerVersionReply, NamesEveryComponent) {
  const DockerVersions versions =
      parse_docker_versions(parse_json(in_guest("docker version --format \"{{json .}}\"").out));
  EXPECT_EQ(versions.engine, "26.1.5+dfsg1");
  EXPECT_EQ(versions.containerd, "1.7.24~ds1");
  EXPECT_EQ(versions.runc, "1.1.15+ds1");
  EXPECT_EQ(versions.api, "1.45");
  EXPECT_EQ(versions.min_api, "1.24");
  EXPECT_EQ(versions.git_commit, "411e817");
}

// What nobody judges by may go with the next release.
TEST(DockerVersionReply, MayLackTheApi) {
  Json reply = parse_json(in_guest("docker version --format \"{{json .}}\"").out);
  reply.erase("Client");
  reply["Server"].erase("ApiVersion");
  reply["Server"].erase("MinAPIVersion");
  EXPECT_EQ(parse_docker_versions(reply).min_api, "");
  EXPECT_EQ(parse_docker_versions(reply).client, "");
}

TEST(DockerVersionReply, WithoutServerIsAnError) {
  EXPECT_THROW(parse_docker_versions(recorded_json("docker-28-no-daemon.txt",
                                                   "docker version --format \"{{json .}}\"")),
               HarnessError);
  EXPECT_THAT(trouble_of([] {
                parse_docker_versions(parse_json(
                    R"({"Client":{"Version":"1"},"Server":{"Version":"1","Components":[]}})"));
              }),
              HasSubstr("lists no containerd"));
}

TEST(DockerInfoReply, HasDriverAndCgroup) {
  const DockerInfo info =
      parse_docker_info(parse_json(in_guest("docker info --format \"{{json .}}\"").out));
  EXPECT_EQ(info.driver, "overlay2");
  EXPECT_EQ(info.cgroup_driver, "systemd");
  EXPECT_EQ(info.cgroup_version, "2");
}

TEST(DockerInfoReply, OfADeadDaemonIsAnError) {
  const Json empty =
      recorded_json("docker-28-no-daemon.txt", "docker info --format \"{{json .}}\"");
  EXPECT_THAT(trouble_of([&] { parse_docker_info(empty); }), HasSubstr("Driver: is empty"));
  Json errors = parse_json(in_guest("docker info --format \"{{json .}}\"").out);
  errors["ServerErrors"] = {"Cannot connect to the Docker daemon"};
  EXPECT_THAT(trouble_of([&] { parse_docker_info(errors); }), HasSubstr("Cannot connect"));
}

class WorkloadDocker : public testing::Test {
 protected:
  bool reaches_database() { return docker.reaches("spike-web-1", "db", 5432, "?", {"N"}); }

  MockGuest guest;
  Docker docker{guest.shell};
};

TEST_F(WorkloadDocker, KnowsItsVersionsWithoutCompose) {
  guest.answers(kVersion, in_guest("docker version --format \"{{json .}}\""));
  EXPECT_EQ(docker.versions().client, "26.1.5+dfsg1");
  guest.answers("docker compose version --short", prints("2.26.1-4\n"));
  EXPECT_EQ(docker.compose_version(), "2.26.1-4");
  guest.answers("docker compose version --short", prints(""));
  EXPECT_THROW(docker.compose_version(), HarnessError);
}

TEST_F(WorkloadDocker, InfoOfADeadDaemonIsAnError) {
  guest.answers(kInfo, recorded("docker-28-no-daemon.txt", "docker info --format \"{{json .}}\""));
  EXPECT_THAT(trouble_of([this] { docker.info(); }), HasSubstr("Is the docker daemon running?"));
}

TEST_F(WorkloadDocker, KnowsTheIdsOfThoseImagesThatThereAre) {
  const std::string line = "docker image inspect --format '{{json .RepoTags}} {{.Id}}' ";
  const std::string some = line + "postgres:17 nosuch:1 nginx:alpine";
  guest.answers(some, recorded("facts.txt", some));
  const auto ids = docker.image_ids({"postgres:17", "nosuch:1", "nginx:alpine"});
  EXPECT_EQ(ids.size(), 2U);
  EXPECT_EQ(ids.at("postgres:17"),
            "sha256:9ce8d860cb46b243351fc361e6c75e1bc30ef9fd0c42341563241046b37b405b");
  guest.answers(line + "redis:7", fails(1, "Cannot connect to the Docker daemon"));
  EXPECT_THROW(docker.image_ids({"redis:7"}), HarnessError);
  EXPECT_THROW(parse_image_ids("sha256:9ce8"), HarnessError);
  EXPECT_THROW(parse_image_ids("[1] sha256:9ce8"), HarnessError);
}

TEST_F(WorkloadDocker, GreetsOnlyWithExitZeroAndTheGreeting) {
  const std::string hello = "docker run --rm hello-world";
  guest.answers(hello, prints("\nHello from Docker!\nThis message shows …\n"));
  EXPECT_TRUE(docker.hello_world(std::chrono::seconds(7)).greeted);
  guest.answers(hello, prints(""));
  EXPECT_FALSE(docker.hello_world(std::chrono::seconds(7)).greeted);
  const std::string sysctl =
      "open sysctl net.ipv4.ip_unprivileged_port_start file: reopen fd 8: permission denied\n";
  guest.answers(hello, fails(126, sysctl, "Hello from Docker!"));
  EXPECT_FALSE(docker.hello_world(std::chrono::seconds(7)).greeted);
  EXPECT_EQ(docker.hello_world(std::chrono::seconds(7)).result.err, sysctl);
}

TEST_F(WorkloadDocker, RegistryOutOfReachIsNotAFalseClaim) {
  guest.answers("docker run --rm hello-world",
                fails(125,
                      "docker: Error response from daemon: Get "
                      "\"https://registry-1.docker.io/v2/\": dial tcp: lookup "
                      "registry-1.docker.io: no such host.\n"));
  EXPECT_THAT(trouble_of([this] { docker.hello_world(std::chrono::seconds(7)); }),
              HasSubstr("the registry is out of reach"));
}

TEST_F(WorkloadDocker, HelloWorldHasTheTimeItIsGiven) {
  EXPECT_CALL(guest.shell, run(Field(&Command::deadline, std::chrono::seconds(7))))
      .WillOnce(Return(prints("Hello from Docker!")));
  EXPECT_TRUE(docker.hello_world(std::chrono::seconds(7)).greeted);
}

class GreedyContainer : public WorkloadDocker {
 protected:
  const std::string id = std::string(64, 'a');
  const std::string create =
      "docker create -m 64m --memory-swap 64m postgres:17 dd if=/dev/zero of=/dev/null bs=256M "
      "count=1";
};

TEST_F(GreedyContainer, IsKnownByItsId) {
  guest.answers(create, prints(id + "\n"));
  EXPECT_EQ(docker.create_greedy_container(64), id);
  for (const char* no_id : {"", "spike-db-1\n", "aaaa\n"}) {
    guest.answers(create, prints(no_id));
    EXPECT_THROW(docker.create_greedy_container(64), HarnessError) << no_id;
  }
}

TEST_F(GreedyContainer, EndsAsItEndedAndIsRemoved) {
  guest.answers("docker start --attach " + id, fails(137, ""));
  guest.answers("docker inspect " + id, prints(R"([{"State": {"OOMKilled": true}}])"));
  EXPECT_CALL(guest.shell, run(_)).Times(testing::AnyNumber());
  EXPECT_CALL(guest.shell, run(CommandLine("docker rm -f " + id))).WillOnce(Return(prints(id)));
  const ExceededLimit seen = docker.exceed_limit(id);
  EXPECT_EQ(seen.exit_status, 137);
  EXPECT_TRUE(seen.oom_killed);
}

TEST_F(GreedyContainer, IsRemovedAlsoWhenNothingCanBeTold) {
  guest.answers("docker start --attach " + id, fails(137, ""));
  guest.answers("docker inspect " + id, prints("?"));
  EXPECT_CALL(guest.shell, run(_)).Times(testing::AnyNumber());
  EXPECT_CALL(guest.shell, run(CommandLine("docker rm -f " + id))).WillOnce(Return(prints(id)));
  EXPECT_THROW(docker.exceed_limit(id), HarnessError);
}

TEST_F(WorkloadDocker, ExecPassesTheExitStatusOn) {
  guest.answers("docker exec spike-db-1 true",
                fails(126, "failed to update /proc/1/timens_offsets"));
  EXPECT_EQ(docker.exec("spike-db-1", {"true"}).exit_status, 126);
}

TEST_F(WorkloadDocker, FindsTheFileSystemUnderAContainer) {
  const std::string findmnt = "docker exec spike-db-1 findmnt -no FSTYPE /";
  guest.answers(findmnt, in_guest("docker exec spike-db-1 findmnt -no FSTYPE /"));
  EXPECT_EQ(docker.container_root_fs("spike-db-1"), "overlay");
  guest.answers(findmnt, prints(""));
  EXPECT_THROW(docker.container_root_fs("spike-db-1"), HarnessError);
}

TEST_F(WorkloadDocker, ReadsAMemoryLimit) {
  const std::string run = "docker run --rm -m 64m postgres:17 cat /sys/fs/cgroup/memory.max";
  guest.answers(run, in_guest(run));
  EXPECT_EQ(docker.memory_limit_seen(64), 67108864);
  guest.answers(run, prints("max\n"));
  EXPECT_EQ(docker.memory_limit_seen(64), std::nullopt);
  guest.answers(run, prints(""));
  EXPECT_THROW(docker.memory_limit_seen(64), HarnessError);
  guest.answers(run, fails(125, "docker: Error response from daemon\n"));
  EXPECT_THROW(docker.memory_limit_seen(64), HarnessError);
}

CommandResult used(std::int64_t bytes) {
  return prints(
      fmt::format("Filesystem 1B-blocks Used Avail Use% Mounted on\n/dev/x 10737418240 "
                  "{} 5000000000 40% /\n",
                  bytes));
}

TEST_F(WorkloadDocker, WeighsContainersAndRemovesThem) {
  guest.answers("sync", prints(""));
  guest.answers("docker create --name pve-accept-layer-1 postgres:17", prints("id1\n"));
  guest.answers("docker create --name pve-accept-layer-2 postgres:17", prints("id2\n"));
  EXPECT_CALL(guest.shell, run(CommandLine(kDf)))
      .WillOnce(Return(used(2'000'000'000)))
      .WillOnce(Return(used(2'000'000'000 + 30 * 1024 * 1024)));
  EXPECT_CALL(guest.shell, run(CommandLine("docker rm -f pve-accept-layer-1 pve-accept-layer-2")))
      .WillOnce(Return(prints("")));
  EXPECT_DOUBLE_EQ(docker.growth_of_containers(2), 30);
}

// A disk that holds less with them was not asked, or something else went meanwhile.
TEST_F(WorkloadDocker, ContainersThatCostNothingAreNotWeighed) {
  guest.answers("sync", prints(""));
  guest.answers("docker create --name pve-accept-layer-1 postgres:17", prints("id1\n"));
  guest.answers("docker rm -f pve-accept-layer-1", prints(""));
  for (const std::int64_t after : {2'000'000'000, 1'000'000'000}) {
    EXPECT_CALL(guest.shell, run(CommandLine(kDf)))
        .WillOnce(Return(used(2'000'000'000)))
        .WillOnce(Return(used(after)));
    EXPECT_THROW(docker.growth_of_containers(1), HarnessError);
  }
}

TEST_F(WorkloadDocker, RemovesContainersWhenWeighingFails) {
  guest.answers("sync", prints(""));
  guest.answers(kDf, used(2'000'000'000));
  guest.answers("docker create --name pve-accept-layer-1 postgres:17", prints("id1\n"));
  guest.answers("docker create --name pve-accept-layer-2 postgres:17",
                fails(1, "no space left on device\n"));
  EXPECT_CALL(guest.shell, run(CommandLine("docker rm -f pve-accept-layer-1 pve-accept-layer-2")))
      .WillOnce(Return(prints("")));
  EXPECT_THAT(trouble_of([this] { docker.growth_of_containers(3); }),
              HasSubstr("no space left on device"));
}

TEST_F(WorkloadDocker, ContainersThatCannotBeRemovedAreAnError) {
  guest.answers("sync", prints(""));
  guest.answers(kDf, used(2'000'000'000));
  guest.answers("docker create --name pve-accept-layer-1 postgres:17", prints("id1\n"));
  guest.answers("docker rm -f pve-accept-layer-1", fails(1, "device or resource busy\n"));
  EXPECT_THAT(trouble_of([this] { docker.growth_of_containers(1); }),
              HasSubstr("device or resource busy"));
}

constexpr const char* kConnect = "docker exec -i spike-web-1 nc -w 5 db 5432";

TEST_F(WorkloadDocker, ReachesANeighbourOrNot) {
  guest.answers(kConnect, prints("N"));
  EXPECT_TRUE(reaches_database());
  for (const char* answer : {"", "HTTP/1.1 400 Bad Request\r\n"}) {
    guest.answers(kConnect, prints(answer));
    EXPECT_FALSE(reaches_database()) << "connected, and it is somebody else";
  }
  for (const char* said : {"nc: bad address 'db'\n", "",
                           "nc: can't connect to remote host (172.18.0.2): Connection refused\n"}) {
    guest.answers(kConnect, fails(1, said));
    EXPECT_FALSE(reaches_database()) << said;
  }
}

// With NC_110_COMPAT, as Alpine builds it, BusyBox has another nc than without it.
TEST_F(WorkloadDocker, HearsARealServiceWithEitherNcOfBusybox) {
  const std::string tls = R"(\0\0\0\010\004\322\026\057)", ping = R"(PING\r\n)";
  for (const char* nc : {"busybox-110 nc", "busybox nc"}) {
    const auto hears = [&](const std::string& question, int port, const char* answer) {
      const std::string asked =
          fmt::format("printf '{}' | {} -w 5 127.0.0.1 {}", question, nc, port);
      guest.answers(kConnect, recorded("nc.txt", asked));
      return docker.reaches("spike-web-1", "db", 5432, "?", {answer});
    };
    EXPECT_TRUE(hears(tls, 5432, "N")) << nc;
    EXPECT_TRUE(hears(ping, 6379, "+PONG")) << nc;
    EXPECT_FALSE(hears(ping, 5432, "+PONG")) << nc << ": PostgreSQL hangs up";
    EXPECT_FALSE(hears(tls, 6379, "N")) << nc << ": so does Redis";
    EXPECT_FALSE(hears(ping, 1, "+PONG")) << nc << ": nobody listens";
  }
}

TEST_F(WorkloadDocker, DoesNotTakeAMissingToolForAMissingNeighbour) {
  guest.answers(kConnect, {.exit_status = 127,
                           .out = "OCI runtime exec failed: exec failed: unable "
                                  "to start container process: exec: \"nc\": "
                                  "executable file not found in $PATH: unknown\r\n"});
  EXPECT_THAT(trouble_of([this] { reaches_database(); }),
              HasSubstr("connect from spike-web-1 to db:5432: nc is missing"));
  for (const char* said :
       {"nc: invalid option -- 'z'\nBusyBox v1.37.0 (Debian 1:1.37.0-6+b9) multi-call binary.\n\n"
        "Usage: nc [-iN] [-wN] [-l] [-p PORT] [-f FILE|IPADDR PORT] [-e PROG]\n",
        "Error response from daemon: container 89 is not running\n",
        "Error response from daemon: No such container: spike-web-1\n",
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon "
        "running?\n"}) {
    guest.answers(kConnect, fails(1, said));
    EXPECT_THAT(trouble_of([this] { reaches_database(); }),
                HasSubstr("connect from spike-web-1 to db:5432"))
        << said;
  }
}

TEST_F(WorkloadDocker, KnowsAMissingToolByWhatDockerPrintsOfIt) {
  constexpr const char* kCommand = "docker exec spike-db-1 no-such-tool";
  guest.answers(kCommand, recorded("docker-26-missing-tool.txt", kCommand));
  EXPECT_THAT(trouble_of([this] { docker.exec("spike-db-1", {"no-such-tool"}); }),
              HasSubstr("no-such-tool is missing, or may not be run"));
}

TEST_F(WorkloadDocker, AGuestWithoutDockerSaysNothingOfContainers) {
  const CommandResult missing = fails(127, "bash: line 1: docker: command not found\n");
  guest.answers("docker run --rm hello-world", missing);
  EXPECT_THAT(trouble_of([this] { docker.hello_world(std::chrono::seconds(60)); }),
              HasSubstr("run hello-world: docker is missing"));
  guest.answers("docker exec spike-db-1 true", missing);
  EXPECT_THAT(trouble_of([this] { docker.exec("spike-db-1", {"true"}); }),
              HasSubstr("docker is missing"));
}

TEST(NetworkTrouble, IsToldFromDockersOwn) {
  EXPECT_THAT(network_trouble("a\nerror: toomanyrequests: You have reached your pull rate limit\n"),
              HasSubstr("toomanyrequests"));
  EXPECT_EQ(network_trouble("dial tcp 1.2.3.4:443: i/o timeout"),
            "dial tcp 1.2.3.4:443: i/o timeout");
  EXPECT_EQ(network_trouble("net/http: TLS handshake timeout"), "net/http: TLS handshake timeout");
  EXPECT_EQ(network_trouble("dial unix /var/run/docker.sock: connect: connection refused"), "");
  EXPECT_EQ(network_trouble("failed to mount overlay: permission denied"), "");
  EXPECT_EQ(network_trouble(""), "");
}

}  // namespace
}  // namespace pve_accept
