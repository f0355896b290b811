#include "support/pve/addresses.h"

#include <gmock/gmock.h>

#include "suites/unit/pve/replies.h"
#include "suites/unit/recorded.h"

namespace pve_accept {
namespace {

using namespace replies;
using testing::HasSubstr;

constexpr const char* kVmMac = "bc:24:11:49:3a:e2";

TEST(AddressInContainer, IsTheIpv4OfItsCard) {
  const Json interfaces =
      Json::parse(recorded("node-vm/23-pct-second.txt",
                           "pvesh get /nodes/pve1/lxc/9001/interfaces --output-format json")
                      .out);
  EXPECT_EQ(address_in_container(interfaces, "bc:24:11:24:c6:70"), "10.10.10.130");
  EXPECT_EQ(address_in_container(interfaces, "bc:24:11:00:00:00"), std::nullopt);
  EXPECT_EQ(address_in_container(Json::array(), "bc:24:11:24:c6:70"), std::nullopt);
  EXPECT_THROW(address_in_container(Json::object(), "bc:24:11:24:c6:70"), HarnessError);
}

TEST(AddressInContainer, MayBeIpv6ButNeverLinkLocal) {
  const auto address_with = [](const char* address) {
    const Json interfaces = Json::array(
        {{{"hardware-address", kVmMac}, {"ip-addresses", {{{"ip-address", address}}}}}});
    return address_in_container(interfaces, kVmMac);
  };
  EXPECT_EQ(address_with("2001:db8::5"), "2001:db8::5");
  EXPECT_EQ(address_with("fe80::5"), std::nullopt);
}

TEST(AddressFromAgent, IsTheIpv4OfItsCard) {
  const Json interfaces = Json::parse(
      recorded("node-quick/32-qm-agent-chroot.txt", "qm guest cmd 9000 network-get-interfaces")
          .out);
  EXPECT_EQ(address_from_agent(interfaces, kVmMac), "10.10.10.138");
}

TEST(AddressOfNeighbour, PrefersIpv4AndKeepsTheZoneOfALinkLocalOne) {
  const Json neighbours = Json::parse(R"([
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
  const Json neighbours =
      Json::parse(recorded("debian-12-tools.txt", "ip -j neigh show dev eth0").out);
  EXPECT_EQ(address_of_neighbour(neighbours, "02:fc:00:00:00:05", "eth0"), "192.0.2.1");
}

class GuestAddress : public GuestTest {
 protected:
  GuestAddress() {
    mock.answers(get("/nodes/pve1/lxc/9001/config"), prints_json(kLxcConfig));
    mock.answers(get("/nodes/pve1/qemu/9000/config"), prints_json(kVmConfig));
  }

  const std::string interfaces = get("/nodes/pve1/lxc/9001/interfaces");
};

TEST_F(GuestAddress, OfAVmWithoutAgentIsANeighbours) {
  mock.answers("qm guest cmd 9000 network-get-interfaces",
               fails(255, "QEMU guest agent is not running\n"));
  mock.answers("ping -c 2 -I vmbr0 ff02::1", prints(""));
  mock.answers(
      "ip -j neigh show dev vmbr0",
      prints(R"([{"dst":"192.168.0.155","lladdr":"bc:24:11:49:3a:e2","state":["STALE"]}])"));
  EXPECT_EQ(vm->address(), "192.168.0.155");
}

TEST_F(GuestAddress, OfAVmWithAgentIsWhatItSays) {
  mock.answers(
      "qm guest cmd 9000 network-get-interfaces",
      recorded("node-quick/32-qm-agent-chroot.txt", "qm guest cmd 9000 network-get-interfaces"));
  EXPECT_EQ(vm->address(), "10.10.10.138");
}

TEST_F(GuestAddress, OfAStoppedGuestIsAnError) {
  mock.answers("qm guest cmd 9000 network-get-interfaces", fails(2, "VM 9000 is not running\n"));
  EXPECT_THAT(trouble_of([this] { vm->address(); }), HasSubstr("VM 9000 is not running"));
  mock.answers(interfaces, fails(255, "CT 9001 is not running\n"));
  mock.answers(get("/nodes/pve1/lxc/9001/status/current"), prints_json({{"status", "stopped"}}));
  EXPECT_THAT(trouble_of([this] { lxc->address(); }), HasSubstr("CT 9001 is not running"));
}

TEST_F(GuestAddress, OfAContainerThatIsStartingIsNotThereYet) {
  mock.answers(interfaces, prints("null"));
  EXPECT_EQ(lxc->address(), std::nullopt);
  mock.answers(interfaces, fails(255, "lxc-attach failed\n"));
  mock.answers(get("/nodes/pve1/lxc/9001/status/current"), prints_json({{"status", "running"}}));
  EXPECT_EQ(lxc->address(), std::nullopt);
}

}  // namespace
}  // namespace pve_accept
