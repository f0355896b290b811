#include "support/sim/engine/served_node.h"

#include "suites/unit/matchers.h"
#include "suites/unit/mock_shell.h"
#include "suites/unit/parse_json.h"
#include "support/base/file.h"
#include "support/base/temporary_directory.h"

namespace pve_accept {
namespace {

using namespace std::chrono_literals;

class ServedNodeTest : public testing::Test {
 protected:
  // What a command has printed when its time has come, as often as it says that there is more.
  CommandResult run(const std::string& id, const std::string& line, std::string input = {}) {
    const auto process = node_->start(id, line, std::move(input));
    CommandResult result;
    while (true) {
      const ServedProcess::Output output = process->take();
      result.out += output.out;
      result.err += output.err;
      if (const auto status = process->exit_status()) {
        result.exit_status = *status;
        return result;
      }
      clock_.sleep_for(process->due() - clock_.now());
    }
  }

  void serve(const std::string& scenario = "{}") {
    node_.reset();
    node_ = std::make_unique<ServedNode>(directory_.path(),
                                         parse_scenario(parse_json(scenario), "scenario"), clock_);
  }

  void start_lxc() {
    const std::string identity = read_file(node_->identity_file().string() + ".pub");
    run("node", "install -m 0600 /dev/stdin /run/key.pub", identity);
    ASSERT_EQ(run("node",
                  "pct create 9001 local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst --hostname "
                  "spike-lxc --rootfs local-lvm:10 --net0 name=eth0,bridge=vmbr0,ip=dhcp "
                  "--unprivileged 1 --ssh-public-keys /run/key.pub")
                  .exit_status,
              0);
    ASSERT_EQ(run("node", "pct start 9001").exit_status, 0);
    clock_.sleep_for(60s);
  }

  // The second word of the public key: the key itself.
  std::string identity_blob() const {
    const std::string line = read_file(node_->identity_file().string() + ".pub");
    const auto begin = line.find(' ') + 1;
    return line.substr(begin, line.find(' ', begin) - begin);
  }

  std::string address() {
    const Json interfaces = parse_json(
        run("node", "pvesh get /nodes/sim-node/lxc/9001/interfaces --output-format json").out);
    for (const Json& interface : interfaces) {
      if (interface.at("name") == "eth0") {
        return interface.at("ip-addresses").at(0).at("ip-address").get<std::string>();
      }
    }
    return "";
  }

  TemporaryDirectory directory_;
  FakeClock clock_;
  std::unique_ptr<ServedNode> node_;
};

TEST_F(ServedNodeTest, TakesALineApartAsAShellWould) {
  serve();
  EXPECT_EQ(run("node", "cat '/run/none of these'").err,
            "cat: /run/none of these: No such file or directory\n");
}

TEST_F(ServedNodeTest, RefusesWhatOnlyAShellCouldRun) {
  serve();
  for (const char* line : {"hostname | cat", "hostname; date", "echo $HOME", "cat < /etc/hostname",
                           "cat 'open", "(hostname)"}) {
    EXPECT_EQ(run("node", line).exit_status, 127) << line;
  }
}

TEST_F(ServedNodeTest, IsReadWithoutMovingTime) {
  serve();
  const auto process = node_->start("node", "pvesh get /cluster/nextid", "");
  const auto before = clock_.now();
  EXPECT_EQ(process->take().out, "");
  EXPECT_FALSE(process->exit_status().has_value());
  EXPECT_EQ(clock_.now(), before);
  EXPECT_GT(process->due(), before + 500ms);
}

TEST_F(ServedNodeTest, HasTheTimeOfDayOfItsClock) {
  serve();
  clock_.sleep_for(1h);
  EXPECT_EQ(run("node", "date +%s").out, "1780825800\n");
}

TEST_F(ServedNodeTest, WorksAtThePaceOfTheScenario) {
  serve(R"({"model": {"node": {"pace": 0.01}}})");
  const auto before = clock_.now();
  run("node", "pvesh get /cluster/nextid");
  EXPECT_LT(clock_.now() - before, 50ms);
}

TEST_F(ServedNodeTest, HangsForEver) {
  serve(R"({"rules": [{"target": "node", "command": "hostname", "hang": true}]})");
  const auto process = node_->start("node", "hostname", "");
  clock_.sleep_for(1h);
  EXPECT_EQ(process->take().out, "");
  EXPECT_FALSE(process->exit_status().has_value());
  EXPECT_EQ(process->due(), Clock::Instant::max());
}

TEST_F(ServedNodeTest, CutsTheConnectionWhenItsTimeHasCome) {
  serve(R"({"rules": [{"command": "perl", "drop_connection_after_s": 3}]})");
  const auto process = node_->start("node", "perl - --lines 10 --interval-ms 1000", "script");
  EXPECT_NO_THROW(process->take());
  clock_.sleep_for(3s);
  EXPECT_LE(process->due(), clock_.now());
  EXPECT_THROW(process->take(), ConnectionError);
}

TEST_F(ServedNodeTest, KnowsWhichCommandsReadTheirInput) {
  serve();
  EXPECT_TRUE(node_->reads_input("install -m 0600 /dev/stdin /run/x"));
  EXPECT_TRUE(node_->reads_input("cat"));
  EXPECT_FALSE(node_->reads_input("cat /etc/hostname"));
  EXPECT_FALSE(node_->reads_input("pct list"));
  EXPECT_FALSE(node_->reads_input(""));
}

TEST_F(ServedNodeTest, LetsInWhomTheGuestLetsIn) {
  serve();
  start_lxc();
  const std::string guest = node_->host_at(address(), 22);
  EXPECT_EQ(run(guest, "hostname").out, "spike-lxc\n");
  EXPECT_EQ(node_->name_of(guest), "spike-lxc");
  EXPECT_THAT(node_->authorized_keys(guest), Contains(HasSubstr(identity_blob())));
}

// The key that the guest shows is the one that can be read inside it.
TEST_F(ServedNodeTest, GivesEveryGuestAHostKeyOfItsOwn) {
  serve();
  start_lxc();
  const std::string shown =
      run("node", "pct exec 9001 -- cat /etc/ssh/ssh_host_ed25519_key.pub").out;
  EXPECT_THAT(shown, StartsWith("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"));
  EXPECT_EQ(read_file(node_->host_key_file("9001/1").string() + ".pub"), shown);
  EXPECT_NE(shown, node_->node_host_key() + "\n");
}

TEST_F(ServedNodeTest, FindsNobodyAtOtherAddressesAndPorts) {
  serve();
  start_lxc();
  EXPECT_THROW(node_->host_at("192.168.0.250", 22), ConnectionError);
  EXPECT_THROW(node_->host_at(address(), 23), ConnectionError);
}

TEST_F(ServedNodeTest, AConnectionDoesNotOutliveABoot) {
  serve();
  start_lxc();
  const std::string guest = node_->host_at(address(), 22);
  run("node", "pct stop 9001");
  EXPECT_THROW(node_->start(guest, "hostname", ""), ConnectionError);
  run("node", "pct start 9001");
  clock_.sleep_for(60s);
  EXPECT_THROW(node_->start(guest, "hostname", ""), ConnectionError);
  EXPECT_NE(node_->host_at(address(), 22), guest);
}

TEST_F(ServedNodeTest, AConnectionToTheNodeDoesNotOutliveAReboot) {
  serve();
  const std::string before = node_->front();
  EXPECT_EQ(run(before, "reboot").exit_status, 0);
  EXPECT_THROW(node_->start(node_->front(), "hostname", ""), ConnectionError) << "it boots";
  clock_.sleep_for(90s);
  EXPECT_THROW(node_->start(before, "hostname", ""), ConnectionError);
  EXPECT_EQ(run(node_->front(), "hostname").out, "sim-node\n");
  EXPECT_EQ(node_->name_of(node_->front()), "sim-node");
}

TEST_F(ServedNodeTest, GoesOnWhereItWas) {
  serve();
  start_lxc();
  const std::string key = node_->node_host_key();
  serve();
  EXPECT_EQ(node_->node_host_key(), key);
  EXPECT_EQ(run("node", "pct status 9001").out, "status: running\n");
}

TEST_F(ServedNodeTest, RemembersWhatItDidNotKnow) {
  serve();
  run("node", "frobnicate -x");
  EXPECT_THAT(node_->unknown_commands(), ElementsAre("node: frobnicate -x"));
}

}  // namespace
}  // namespace pve_accept
