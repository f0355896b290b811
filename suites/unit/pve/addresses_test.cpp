#include "support/pve/addresses.h"

#include "suites/unit/matchers.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/pve/replies.h"
#include "suites/unit/recorded.h"

namespace pve_accept {
namespace {

using namespace replies;

constexpr const char* kVmMac = "bc:24:11:49:3a:e2";

TEST(AddressInContainer, IsTheIpv4OfItsCard) {
  const Json interfaces = recorded_json("lxc-tools.txt", "ip --json a");
  EXPECT_EQ(address_in_container(interfaces, "02:fc:00:00:00:01"), "192.0.2.2");
  EXPECT_EQ(address_in_container(interfaces, "bc:24:11:00:00:00"), std::nullopt);
  EXPECT_EQ(address_in_container(Json::array(), "02:fc:00:00:00:01"), std::nullopt);
  EXPECT_THROW(address_in_container(Json::object(), "02:fc:00:00:00:01"), HarnessError);
}

TEST(AddressInContainer, IsNoneWhileItsCardIsDown) {
  const Json interfaces =
      recorded_json("node-vm/26-lxc-running.txt", "nsenter -t 12637 --net -- ip --json a");
  EXPECT_EQ(address_in_container(interfaces, "bc:24:11:79:ac:28"), std::nullopt);
}

TEST(AddressInContainer, MayBeIpv6ButNeverLinkLocal) {
  const auto address_with = [](const char* address) {
    const Json interfaces =
        Json::array({{{"address", kVmMac}, {"addr_info", {{{"local", address}}}}}});
    return address_in_container(interfaces, kVmMac);
  };
  EXPECT_EQ(address_with("2001:db8::5"), "2001:db8::5");
  EXPECT_EQ(address_with("fe80::5"), std::nullopt);
}

TEST(AddressInContainer, IsTheIpv4AlsoWhereAnIpv6StandsFirst) {
  const Json addresses = Json::array({{{"local", "2001:db8::5"}}, {{"local", "192.0.2.5"}}});
  const Json interfaces = Json::array({{{"address", kVmMac}, {"addr_info", addresses}}});
  EXPECT_EQ(address_in_container(interfaces, kVmMac), "192.0.2.5");
}

TEST(AddressFromAgent, IsTheIpv4OfItsCard) {
  const Json interfaces = recorded_json("node-quick/32-qm-agent-chroot.txt",
                                        "qm guest cmd 9000 network-get-interfaces");
  EXPECT_EQ(address_from_agent(interfaces, kVmMac), "10.10.10.138");
}

TEST(AddressOfNeighbour, PrefersIpv4AndKeepsTheZoneOfALinkLocalOne) {
  const Json neighbours = parse_json(R"([
      {"dst":"fe80::772f:73c6:45ba:a13d","lladdr":"bc:24:11:49:3a:e2","state":["REACHABLE"]},
      {"dst":"192.168.0.155","lladdr":"bc:24:11:49:3a:e2","state":["STALE"]},
      {"dst":"192.168.0.9","lladdr":"bc:24:11:00:00:01","state":["REACHABLE"]},
      {"dst":"192.168.0.7","state":["FAILED"]}])");
  EXPECT_EQ(address_of_neighbour(neighbours, kVmMac, "vmbr0"), "192.168.0.155");
  EXPECT_EQ(address_of_neighbour(Json::array({neighbours[0]}), kVmMac, "vmbr0"),
            "fe80::772f:73c6:45ba:a13d%vmbr0");
  EXPECT_EQ(address_of_neighbour(Json::array(), kVmMac, "vmbr0"), std::nullopt);
}

TEST(AddressOfNeighbour, ReadsTheRealTool) {
  const Json neighbours = recorded_json("debian-12-tools.txt", "ip -j neigh show dev eth0");
  EXPECT_EQ(address_of_neighbour(neighbours, "02:fc:00:00:00:05", "eth0"), "192.0.2.1");
}

class GuestAddress : public GuestTest {
 protected:
  GuestAddress() {
    mock.answers(kConfig, prints_config(kLxcConfig));
    mock.answers(kVmConfigPath, prints_config(kVmConfig));
    mock.answers(kStatus, kRunning);
    mock.answers("ping -c 2 -I vmbr0 ff02::1", prints(""));
  }

  const std::string interfaces = "nsenter -t 3516 --net -- ip --json a";
  const std::string ask_agent = "qm guest cmd 9000 network-get-interfaces";
};

TEST_F(GuestAddress, OfAVmIsANeighbours) {
  mock.answers(
      "ip -j neigh show dev vmbr0",
      prints(R"([{"dst":"192.168.0.155","lladdr":"bc:24:11:49:3a:e2","state":["STALE"]}])"));
  EXPECT_CALL(mock.shell, run(CommandLine(ask_agent))).Times(0);
  EXPECT_EQ(vm->address(), "192.168.0.155");
}

TEST_F(GuestAddress, OfAVmThatIsNoNeighbourIsWhatItsAgentSays) {
  mock.answers("ip -j neigh show dev vmbr0", prints("[]"));
  mock.answers(ask_agent, recorded("node-quick/32-qm-agent-chroot.txt", ask_agent));
  EXPECT_EQ(vm->address(), "10.10.10.138");
  EXPECT_EQ(vm->address(), std::nullopt) << "the agent is asked seldom";
  mock.clock.sleep_for(std::chrono::seconds(30));
  mock.answers(ask_agent, fails(255, "QEMU guest agent is not running\n"));
  EXPECT_EQ(vm->address(), std::nullopt);
}

TEST_F(GuestAddress, OfAContainerIsThatOfItsCard) {
  mock.answers(kConfig, prints_config(with(kLxcConfig, "net0", "hwaddr=02:FC:00:00:00:01")));
  mock.answers(interfaces, recorded("lxc-tools.txt", "ip --json a"));
  EXPECT_EQ(lxc->address(), "192.0.2.2");
}

TEST_F(GuestAddress, OfAStoppedContainerIsAnError) {
  mock.answers(kStatus, kStopped);
  EXPECT_THAT(trouble_of([this] { lxc->address(); }), HasSubstr("it is not running"));
}

TEST_F(GuestAddress, OfAContainerThatIsStartingIsNotThereYet) {
  mock.answers(interfaces, prints("[]"));
  EXPECT_EQ(lxc->address(), std::nullopt);
  mock.answers(interfaces, recorded("lxc-tools.txt", "nsenter -t 999999 --net -- ip --json a"));
  EXPECT_EQ(lxc->address(), std::nullopt);
  mock.answers(kStatus, prints("State:          STARTING\nPID:            3516\n"));
  EXPECT_CALL(mock.shell, run(CommandLine(interfaces))).Times(0);
  EXPECT_EQ(lxc->address(), std::nullopt);
}

}  // namespace
}  // namespace pve_accept
