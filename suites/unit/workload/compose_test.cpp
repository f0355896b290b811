#include "support/workload/compose.h"

#include <fmt/format.h>

#include "suites/unit/matchers.h"
#include "suites/unit/mock_shell.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/workload/scripted_guest.h"
#include "support/shell/patient_shell.h"

namespace pve_accept {
namespace {

constexpr std::chrono::seconds kPullTime{7};
const std::string kCompose = "docker compose -f /root/pve-accept/compose.yaml ";

TEST(ComposeList, IsOneObjectPerLine) {
  const auto services =
      parse_compose_ps(in_guest("docker compose -f /root/compose.yaml ps --format json").out);
  ASSERT_EQ(services.size(), 3u);
  EXPECT_EQ(services[1].service, "db");
  EXPECT_EQ(services[1].state, "running");
  EXPECT_EQ(services[1].health, "healthy");
  EXPECT_EQ(services[2].health, "");
}

TEST(ComposeList, IsAnArrayInOlderReleases) {
  const auto services =
      parse_compose_ps(R"([{"Name":"spike-db-1","Service":"db","State":"exited","Health":""}])");
  ASSERT_EQ(services.size(), 1u);
  EXPECT_EQ(services[0].state, "exited");
  EXPECT_THAT(parse_compose_ps("[]\n"), IsEmpty());
  EXPECT_THAT(parse_compose_ps(""), IsEmpty());
}

TEST(ComposeList, NamesWhatItCannotRead) {
  EXPECT_THAT(trouble_of([] { parse_compose_ps("NAME IMAGE COMMAND\n"); }),
              HasSubstr("NAME IMAGE COMMAND"));
  EXPECT_THAT(trouble_of([] { parse_compose_ps(R"({"Name":"a","Service":"b"})"); }),
              HasSubstr("'State' is missing"));
}

TEST(DockerInspectReply, HasRestartsAndHealth) {
  const std::string record =
      in_guest("docker inspect spike-db-1 --format \"{{json .State}} {{.RestartCount}}\"").out;
  const Json state = parse_json(record.substr(0, record.rfind(' ')));
  const auto containers =
      parse_docker_inspect(Json::array({{{"RestartCount", 2}, {"State", state}}}));
  ASSERT_EQ(containers.size(), 1u);
  EXPECT_EQ(containers[0].state, "running");
  EXPECT_EQ(containers[0].health, "healthy");
  EXPECT_EQ(containers[0].restarts, 2);
}

TEST(DockerInspectReply, MayHaveNoHealthCheck) {
  const auto containers =
      parse_docker_inspect(parse_json(R"([{"RestartCount":0,"State":{"Status":"exited"}}])"));
  EXPECT_EQ(containers.at(0).state, "exited");
  EXPECT_EQ(containers.at(0).health, "");
  EXPECT_THROW(parse_docker_inspect(parse_json(R"([{"Name":"/a"}])")), HarnessError);
}

TEST(DockerInspectReply, MayNotContradictItself) {
  const auto state = [](const char* more) {
    return parse_json(
        fmt::format(R"([{{"RestartCount":0,"State":{{"Status":"running",{}}}}}])", more));
  };
  for (const char* bad :
       {R"("Dead":true)", R"("Paused":true)", R"("Restarting":true)", R"("Running":false)"}) {
    EXPECT_THROW(parse_docker_inspect(state(bad)), HarnessError) << bad;
  }
  EXPECT_EQ(parse_docker_inspect(state(R"("Running":true,"Dead":false)")).at(0).state, "running");
  EXPECT_EQ(parse_docker_inspect(
                parse_json(R"([{"RestartCount":0,"State":{"Status":"dead","Dead":true}}])"))
                .at(0)
                .state,
            "dead");
}

class WorkloadCompose : public testing::Test {
 protected:
  MockGuest guest;
  Compose compose{guest.shell};
};

TEST_F(WorkloadCompose, WritesItsFile) {
  EXPECT_CALL(guest.shell,
              run(AllOf(CommandLine("install -D -m 0644 /dev/stdin /root/pve-accept/compose.yaml"),
                        Field(&Command::input, "name: spike\n"))))
      .WillOnce(Return(prints("")));
  compose.write("name: spike\n");
}

TEST_F(WorkloadCompose, PullTellsTheNetworkFromTheGuest) {
  guest.answers(kCompose + "pull -q", prints(""));
  EXPECT_EQ(compose.pull(kPullTime).exit_status, 0);
  for (const char* err :
       {"Error response from daemon: toomanyrequests: You have reached your "
        "unauthenticated pull rate limit",
        "lookup registry-1.docker.io: no such host", "net/http: TLS handshake timeout",
        "dial tcp 1.2.3.4:443: connect: connection refused"}) {
    guest.answers(kCompose + "pull -q", fails(18, err));
    EXPECT_THAT(trouble_of([this] { compose.pull(kPullTime); }),
                HasSubstr("the registry is out of reach"))
        << err;
  }
  guest.answers(kCompose + "pull -q",
                fails(18, "failed to mknod(/x, S_IFCHR, 0): operation not permitted"));
  EXPECT_EQ(compose.pull(kPullTime).exit_status, 18);
}

TEST_F(WorkloadCompose, PullHasTheTimeItIsGiven) {
  EXPECT_CALL(guest.shell, run(Field(&Command::deadline, kPullTime))).WillOnce(Return(prints("")));
  compose.pull(kPullTime);
}

TEST_F(WorkloadCompose, UpAndDownAreForTheClaimsToJudge) {
  guest.answers(kCompose + "up -d --pull never --wait --wait-timeout 120",
                fails(1, "container spike-db-1 is unhealthy"));
  EXPECT_EQ(compose.up().exit_status, 1);
  guest.answers(kCompose + "down", in_guest("docker compose -f /root/compose.yaml down"));
  EXPECT_EQ(compose.down().exit_status, 0);
}

TEST_F(WorkloadCompose, UpWaitsForASlowHostLonger) {
  auto* mock = new MockShell("lxc");
  EXPECT_CALL(*mock, run(AllOf(CommandLineHas("--wait-timeout 240"),
                               Field(&Command::deadline, std::chrono::seconds(420)))))
      .WillOnce(Return(prints("")));
  const auto slow = patient(std::unique_ptr<Shell>(mock), std::chrono::minutes(1));
  EXPECT_EQ(Compose(*slow).up().exit_status, 0);
}

TEST_F(WorkloadCompose, ListsAndInspectsItsContainers) {
  guest.answers(kCompose + "ps --all --format json",
                in_guest("docker compose -f /root/compose.yaml ps --format json"));
  EXPECT_EQ(compose.ps().size(), 3u);
  guest.answers("docker inspect spike-db-1 spike-web-1", fails(1, "no such object", "[]\n"));
  EXPECT_THAT(trouble_of([this] { compose.inspect({"db", "web"}); }), HasSubstr("no such object"));
}

Json container(const std::string& name, const std::string& status = "running") {
  return {{"Name", "/" + name}, {"Id", name}, {"RestartCount", 0}, {"State", {{"Status", status}}}};
}

// The same container three times is one.
TEST_F(WorkloadCompose, InspectsWhatItAskedFor) {
  const std::string inspect = "docker inspect spike-db-1 spike-web-1";
  guest.answers(inspect,
                prints(Json::array({container("spike-web-1"), container("spike-db-1")}).dump()));
  EXPECT_EQ(compose.inspect({"db", "web"}).at(1).name, "spike-web-1");
  for (const Json& reply : {Json::array({container("spike-db-1"), container("spike-db-1")}),
                            Json::array({container("spike-db-1")}), Json::array()}) {
    guest.answers(inspect, prints(reply.dump()));
    EXPECT_THAT(trouble_of([this] {
                  compose.inspect({"db", "web"});
                }),
                HasSubstr("says nothing of"));
  }
}

TEST_F(WorkloadCompose, FindsContainersMissing) {
  guest.answers("docker inspect spike-db-1 spike-web-1",
                fails(1, "Error: No such object: spike-web-1\n",
                      Json::array({container("spike-db-1")}).dump()));
  const auto states = compose.inspect({"db", "web"});
  EXPECT_EQ(states.at(0).state, "running");
  EXPECT_EQ(states.at(1).state, "missing");
}

}  // namespace
}  // namespace pve_accept
