#include "suites/unit/matchers.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/sim/lab.h"
#include "support/base/file.h"
#include "support/base/text.h"
#include "support/sim/tools/compose_file.h"

namespace pve_accept::sim_testing {
namespace {

constexpr const char* kCount = "'select count(*) from spike_persist' postgres";
constexpr const char* kGet =
    "curl -s -o /dev/null -w '%{http_code}' --max-time 10 http://localhost:8080/";

class SimDocker : public testing::Test {
 protected:
  void install() {
    guest_ = lab_.start_lxc();
    Lab::install_docker(*guest_);
  }
  void start() {
    install();
    Lab::start_stack(*guest_);
  }
  CommandResult in(const std::string& line) { return Lab::run_in(*guest_, line); }
  std::string insert() {
    return guest_
        ->run({.argv = {"docker", "exec", "spike-db-1", "psql", "-h", "/var/run/postgresql", "-U",
                        "postgres", "-Atc",
                        "drop table if exists spike_persist; create table spike_persist(note "
                        "text); insert into spike_persist values ('R')",
                        "postgres"}})
        .out;
  }
  CommandResult count() { return in(std::string(kPsql) + kCount); }
  Json services() {
    Json list = Json::array();
    std::istringstream text(in(std::string(kCompose) + "ps --all --format json").out);
    for (std::string line; std::getline(text, line);) list.push_back(parse_json(line));
    return list;
  }

  Lab lab_;
  std::unique_ptr<Shell> guest_;
};

TEST_F(SimDocker, IsNotThereBeforeItIsInstalled) {
  guest_ = lab_.start_lxc();
  const CommandResult result = in("docker version --format '{{json .}}'");
  EXPECT_EQ(result.exit_status, 127);
  EXPECT_EQ(result.err, "bash: line 1: docker: command not found\n");
  EXPECT_TRUE(lab_.node().unknown_commands().empty());
}

TEST_F(SimDocker, NeedsItsRepository) {
  guest_ = lab_.start_lxc();
  in("apt-get update -q");
  const CommandResult result = in("apt-get install -y -q docker-ce");
  EXPECT_EQ(result.exit_status, 100);
  EXPECT_THAT(result.err, HasSubstr("Unable to locate package docker-ce"));
  EXPECT_EQ(in("apt-get install -y -q docker.io docker-cli docker-compose").exit_status, 0);
  EXPECT_EQ(in("docker compose version --short").exit_status, 0);
  EXPECT_THAT(in("apt-cache policy docker.io").out, HasSubstr("deb.debian.org"));
}

TEST_F(SimDocker, TellsWhatTheSpikeSaw) {
  install();
  const Json info = parse_json(in("docker info --format '{{json .}}'").out);
  EXPECT_EQ(info.at("Driver"), "overlayfs");
  EXPECT_EQ(info.at("DriverStatus"),
            parse_json(R"([["driver-type","io.containerd.snapshotter.v1"]])"));
  EXPECT_EQ(info.at("CgroupDriver"), "systemd");
  EXPECT_EQ(info.at("CgroupVersion"), "2");
  const Json version = parse_json(in("docker version --format '{{json .}}'").out);
  EXPECT_EQ(version.at("Server").at("Version"), "29.5.3");
  EXPECT_EQ(version.at("Client").at("GitCommit"), "d1c06ef");
  EXPECT_THAT(in("apt-cache policy docker-ce").out,
              HasSubstr("https://download.docker.com/linux/debian trixie/stable"));
}

TEST_F(SimDocker, RunsContainers) {
  install();
  EXPECT_THAT(in("docker run --rm hello-world").out, HasSubstr("Hello from Docker!"));
  EXPECT_EQ(in("docker run --rm -m 64m postgres:17 cat /sys/fs/cgroup/memory.max").out,
            "67108864\n");
  const CommandResult unknown = in("docker run --rm nosuchimage");
  EXPECT_EQ(unknown.exit_status, 125);
  EXPECT_THAT(unknown.err, HasSubstr("pull access denied"));
}

TEST_F(SimDocker, ContainersAreCreatedAndRemoved) {
  install();
  EXPECT_EQ(in("docker create --name a postgres:17").exit_status, 0);
  EXPECT_THAT(in("docker create --name a postgres:17").err, HasSubstr("Conflict"));
  EXPECT_EQ(in("docker rm -f a b").out, "a\n");
  EXPECT_EQ(in("docker create --name a postgres:17").exit_status, 0);
}

TEST_F(SimDocker, ComposeListsWhatItStarted) {
  install();
  EXPECT_THAT(in(std::string(kCompose) + "up -d").err, HasSubstr("no such file or directory"));
  Lab::start_stack(*guest_);
  const Json list = services();
  ASSERT_EQ(list.size(), 3U);
  for (const Json& service : list) {
    EXPECT_EQ(service.at("State"), "running");
    EXPECT_EQ(service.at("Health"), "healthy");
    EXPECT_EQ(service.at("Project"), "spike");
  }
  const Json inspected = parse_json(in("docker inspect spike-db-1 spike-cache-1 spike-web-1").out);
  EXPECT_EQ(inspected.at(0).at("Name"), "/spike-db-1");
  EXPECT_EQ(inspected.at(0).at("RestartCount"), 0);
  EXPECT_EQ(inspected.at(0).at("State").at("Health").at("Status"), "healthy");
  EXPECT_EQ(in("docker inspect nothing").exit_status, 1);
}

TEST_F(SimDocker, HealthTakesSomeSeconds) {
  install();
  Lab::start_stack(*guest_);
  in(std::string(kCompose) + "down");
  in(std::string(kCompose) + "up -d");
  EXPECT_EQ(services().at(0).at("Health"), "starting");
  lab_.pass(10);
  EXPECT_EQ(services().at(0).at("Health"), "healthy");
}

TEST_F(SimDocker, RowsLiveInTheNamedVolume) {
  start();
  EXPECT_EQ(insert(), "DROP TABLE\nCREATE TABLE\nINSERT 0 1\n");
  EXPECT_EQ(count().out, "1\n");
  in(std::string(kCompose) + "down");
  EXPECT_THAT(count().err, HasSubstr("No such container: spike-db-1"));
  in(std::string(kCompose) + "up -d --wait --wait-timeout 120");
  EXPECT_EQ(count().out, "1\n");
  in(std::string(kCompose) + "down -v");
  in(std::string(kCompose) + "up -d --wait --wait-timeout 120");
  const CommandResult gone = count();
  EXPECT_EQ(gone.exit_status, 1);
  EXPECT_EQ(gone.err,
            "ERROR:  relation \"spike_persist\" does not exist\nLINE 1: select count(*) from "
            "spike_persist\n                             ^\n");
}

TEST_F(SimDocker, KillsWhatExceedsItsLimit) {
  install();
  const std::string fill = " postgres:17 dd if=/dev/zero of=/dev/null bs=256M count=1";
  const std::string greedy(text::trimmed(in("docker create -m 64m --memory-swap 64m" + fill).out));
  const std::string free(text::trimmed(in("docker create" + fill).out));
  const std::string events = "cat /sys/fs/cgroup/system.slice/memory.events";
  EXPECT_THAT(in(events).out, HasSubstr("oom_kill 0\n"));
  EXPECT_EQ(in("docker start --attach " + free).exit_status, 0);
  EXPECT_THAT(in(events).out, HasSubstr("oom_kill 0\n"));
  EXPECT_EQ(in("docker start --attach " + greedy).exit_status, 137);
  EXPECT_THAT(in(events).out, HasSubstr("oom_kill 1\n"));
  const Json state = parse_json(in("docker inspect " + greedy).out).at(0).at("State");
  EXPECT_EQ(state.at("OOMKilled"), true);
  EXPECT_EQ(state.at("ExitCode"), 137);
  // A container has the node's kernel.
  const std::string log = lab_.run("journalctl -k -o json --quiet --no-pager -g oom").out;
  EXPECT_THAT(log, HasSubstr("oom_memcg=/lxc/9001/ns/system.slice/docker-" + greedy + ".scope,"));
  EXPECT_EQ(in("docker rm -f " + greedy).out, greedy + "\n");
}

TEST_F(SimDocker, StartsItsContainersAgain) {
  start();
  const std::string show = "systemctl show --property=InvocationID --value docker";
  const std::string before = in(show).out;
  EXPECT_EQ(before.size(), 33U);
  EXPECT_EQ(in("systemctl restart docker").exit_status, 0);
  EXPECT_NE(in(show).out, before);
  EXPECT_EQ(in("systemctl is-active docker").out, "active\n");
  EXPECT_EQ(services().at(0).at("Health"), "starting");
  lab_.pass(10);
  EXPECT_EQ(services().at(0).at("Health"), "healthy");
}

TEST_F(SimDocker, LeavesContainersDownWhereTheModelSaysSo) {
  start();
  Scenario scenario;
  scenario.model.lxc.docker.restarts_containers = false;
  lab_.reopen(scenario);
  guest_ = lab_.hop("lxc", 9001);
  in("systemctl restart docker");
  lab_.pass(60);
  for (const Json& service : services()) EXPECT_EQ(service.at("State"), "exited");
}

TEST_F(SimDocker, RowsAndServicesOutliveARestartOfTheGuest) {
  start();
  insert();
  lab_.run("pct shutdown 9001 --timeout 60 --forceStop 1");
  EXPECT_EQ(lab_.run("curl -s -o /dev/null -w '%{http_code}' http://192.168.0.147:8080/").out,
            "000");
  lab_.run("pct start 9001");
  lab_.pass(5);
  guest_ = lab_.hop("lxc", 9001);
  lab_.pass(10);
  EXPECT_EQ(services().size(), 3U);
  EXPECT_EQ(services().at(0).at("State"), "running");
  EXPECT_EQ(count().out, "1\n");
}

TEST_F(SimDocker, TheServerNeedsAMomentToAcceptConnections) {
  start();
  in(std::string(kCompose) + "down");
  in(std::string(kCompose) + "up -d");
  EXPECT_EQ(in("docker exec spike-db-1 pg_isready").exit_status, 2);
  lab_.pass(3);
  EXPECT_EQ(in("docker exec spike-db-1 pg_isready").out,
            "/var/run/postgresql:5432 - accepting connections\n");
}

TEST_F(SimDocker, ThePublishedPortAnswersWhileWebRuns) {
  install();
  CommandResult result = in(kGet);
  EXPECT_EQ(result.exit_status, 7);
  EXPECT_EQ(result.out, "000");
  Lab::start_stack(*guest_);
  result = in(kGet);
  EXPECT_EQ(result.exit_status, 0);
  EXPECT_EQ(result.out, "200");
  const std::string address =
      parse_json(lab_.run("ip -j neigh show dev vmbr0").out).at(1).at("dst");
  EXPECT_EQ(lab_.run("curl -s -o /dev/null -w '%{http_code}' http://" + address + ":8080/").out,
            "200");
  in("docker rm -f spike-web-1");
  EXPECT_EQ(in(kGet).out, "000");
}

TEST_F(SimDocker, ServicesFindEachOtherByName) {
  start();
  EXPECT_EQ(in("docker exec spike-web-1 nc -w 5 db 5432").exit_status, 0);
  EXPECT_EQ(in("docker exec spike-web-1 nc -w 5 cache 6379").exit_status, 0);
  EXPECT_EQ(in("docker exec spike-web-1 nc -w 5 db 6379").exit_status, 1);
  const CommandResult without = in("docker exec spike-db-1 nc -w 5 cache 6379");
  EXPECT_EQ(without.exit_status, 127);
  EXPECT_THAT(without.out, HasSubstr("exec: \"nc\": executable file not found in $PATH"));
  in("docker rm -f spike-cache-1");
  EXPECT_THAT(in("docker exec spike-web-1 nc -w 5 cache 6379").err, HasSubstr("bad address"));
}

TEST_F(SimDocker, WithoutANetworkNothingIsInstalledOrPulled) {
  Lab lab(R"({"model":{"lxc":{"name_resolution":false}}})");
  const auto guest = lab.start_lxc();
  EXPECT_THAT(Lab::run_in(*guest, "apt-get update -q").err,
              HasSubstr("Temporary failure resolving"));
  EXPECT_EQ(Lab::run_in(*guest, "getent hosts deb.debian.org").exit_status, 2);
}

TEST_F(SimDocker, BothGuestsRunTheSame) {
  guest_ = lab_.start_vm();
  Lab::install_docker(*guest_);
  Lab::start_stack(*guest_);
  EXPECT_EQ(services().size(), 3U);
  EXPECT_EQ(in("systemd-detect-virt").out, "kvm\n");
  const CommandResult cloud_init = in("cloud-init status --wait --format json");
  EXPECT_EQ(parse_json(cloud_init.out).at("status"), "done");
}

TEST(SimComposeFile, ReadsTheStack) {
  const auto project =
      sim::parse_compose_file(read_file(PVE_ACCEPT_SOURCE_DIR "/fixtures/assets/compose.yaml"));
  ASSERT_TRUE(project);
  EXPECT_EQ(project->name, "spike");
  ASSERT_EQ(project->services.size(), 3U);
  EXPECT_EQ(project->services[0].image, "postgres:17");
  EXPECT_EQ(project->services[0].volume, "pgdata");
  EXPECT_EQ(project->services[0].mount, "/var/lib/postgresql/data");
  EXPECT_EQ(project->services[2].host_port, 8080);
  EXPECT_EQ(project->services[2].container_port, 80);
  for (const auto& service : project->services) {
    EXPECT_EQ(service.restart, "unless-stopped");
    EXPECT_TRUE(service.has_health);
  }
  EXPECT_EQ(project->volumes, std::vector<std::string>{"pgdata"});
}

TEST(SimComposeFile, DoesNotGuess) {
  for (const char* text :
       {"", "name: x\n", "services:\n  a:\n    restart: no\n", "services:\n\ta:\n",
        "services:\n  a:\n    image: {x: y}\n",
        "services:\n  a:\n    image: b\n    volumes:\n      - ./here:/there\n"}) {
    EXPECT_FALSE(sim::parse_compose_file(text)) << text;
  }
}

}  // namespace
}  // namespace pve_accept::sim_testing
