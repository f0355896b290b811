#include "suites/unit/matchers.h"
#include "suites/unit/message_of.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/sim/lab.h"

namespace pve_accept::sim_testing {
namespace {

using namespace std::chrono_literals;

std::string hop_error(Lab& lab, const Endpoint& endpoint) {
  return message_of<ConnectionError>([&] { lab.shell().hop(endpoint); }, "connected");
}

std::string address(Lab& lab, std::size_t neighbour = 1) {
  return parse_json(lab.run("ip -j neigh show dev vmbr0").out).at(neighbour).at("dst");
}

// With any host key: the test is about something that comes before it is looked at.
Endpoint endpoint_at(std::string address, std::string name = "lxc") {
  return {
      .name = std::move(name), .address = std::move(address), .host_keys = {"ssh-ed25519 AAAA"}};
}

TEST(SimReach, TheGuestAnswersAFewSecondsAfterItsStart) {
  Lab lab;
  lab.create_lxc();
  const auto before = lab.clock().now();
  lab.run("pct start 9001");
  EXPECT_EQ(parse_json(lab.run("ip -j neigh show dev vmbr0").out).size(), 1U);
  lab.pass(2);
  while (parse_json(lab.run("ip -j neigh show dev vmbr0").out).size() < 2) {
    lab.clock().sleep_for(100ms);
  }
  Endpoint endpoint{.name = "lxc", .address = address(lab), .host_keys = {lab.host_key(9001)}};
  EXPECT_THAT(hop_error(lab, endpoint), HasSubstr("connection refused"));
  lab.pass(2);
  EXPECT_EQ(hop_error(lab, endpoint), "connected");
  EXPECT_LT(lab.clock().now() - before, 12s);
}

TEST(SimReach, NobodyAnswersAtAnAddressThatIsNotThere) {
  Lab lab;
  EXPECT_THAT(hop_error(lab, endpoint_at("192.168.0.9")), HasSubstr("no route"));
}

TEST(SimReach, OnlyRootWithTheKeyGetsIn) {
  Lab lab;
  lab.start_lxc();
  Endpoint as_another = endpoint_at(address(lab));
  as_another.user = "spike";
  EXPECT_THAT(hop_error(lab, as_another), HasSubstr("permission denied"));
  lab.run(
      "pct create 9005 local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst --rootfs "
      "local-lvm:4 --net0 name=eth0,bridge=vmbr0,ip=dhcp --start 1");
  lab.pass(10);
  EXPECT_THAT(hop_error(lab, endpoint_at(address(lab, 2))), HasSubstr("permission denied"));
}

TEST(SimReach, AHostThatCannotBeToldFromAnotherIsRefused) {
  Lab lab;
  lab.start_lxc();
  EXPECT_THAT(hop_error(lab, {.name = "lxc", .address = address(lab)}),
              HasSubstr("none of its host keys is known"));
}

TEST(SimReach, AnotherHostKeyIsRefused) {
  Lab lab;
  lab.start_lxc();
  const std::string key = lab.run("pct exec 9001 -- cat /etc/ssh/ssh_host_ed25519_key.pub").out;
  EXPECT_EQ(hop_error(lab, {.name = "lxc", .address = address(lab), .host_keys = {key}}),
            "connected");
  EXPECT_THAT(
      hop_error(lab, {.name = "lxc", .address = address(lab), .host_keys = {"ssh-ed25519 BBBB"}}),
      HasSubstr("host key"));
}

TEST(SimReach, TheConnectionDoesNotSurviveARestart) {
  Lab lab;
  const auto guest = lab.start_lxc();
  EXPECT_EQ(Lab::run_in(*guest, "true").exit_status, 0);
  lab.run("pct shutdown 9001 --timeout 60 --forceStop 1");
  EXPECT_THROW(Lab::run_in(*guest, "true"), ConnectionError);
  lab.run("pct start 9001");
  lab.pass(10);
  EXPECT_THROW(Lab::run_in(*guest, "true"), ConnectionError);
  EXPECT_EQ(Lab::run_in(*lab.hop("lxc", 9001), "true").exit_status, 0);
}

TEST(SimReach, ACloudImageNeedsCloudInitForItsKey) {
  Lab lab;
  lab.create_vm();
  lab.run("qm set 9000 --ciuser spike");
  lab.run("qm start 9000");
  lab.pass(60);
  EXPECT_THAT(hop_error(lab, endpoint_at(address(lab), "vm")), HasSubstr("permission denied"));
}

TEST(SimReach, WithoutIpConfigurationThereIsNoAddress) {
  Lab lab;
  lab.create_vm();
  lab.run("qm set 9000 --delete ipconfig0");
  lab.run("qm start 9000");
  lab.pass(120);
  EXPECT_EQ(parse_json(lab.run("ip -j neigh show dev vmbr0").out).size(), 1U);
}

TEST(SimReach, APingMakesLinkLocalNeighboursKnown) {
  Lab lab;
  lab.start_lxc();
  EXPECT_EQ(lab.run("ping -c 2 -I vmbr0 ff02::1").exit_status, 0);
  const std::string v6 = address(lab, 2);
  EXPECT_THAT(v6, HasSubstr("fe80::"));
  EXPECT_EQ(
      hop_error(lab, {.name = "lxc", .address = v6 + "%vmbr0", .host_keys = {lab.host_key(9001)}}),
      "connected");
  EXPECT_EQ(lab.run("ping -c 2 -I vmbr7 ff02::1").exit_status, 2);
}

TEST(SimReach, ForeignGuestsRunButLetNobodyIn) {
  Lab lab(R"({"model":{"guests":[
      {"vmid":101,"kind":"lxc","name":"theirs","status":"running","tags":"prod"}]}})");
  EXPECT_THAT(lab.run("pct list").out, HasSubstr("101        running                 theirs"));
  EXPECT_THAT(hop_error(lab, endpoint_at(address(lab), "theirs")), HasSubstr("permission denied"));
}

TEST(SimReach, ABulkTransferTakesOneThatListens) {
  Lab lab(R"({"model":{"lxc":{"bulk_stall_s":3}}})");
  const auto guest = lab.start_lxc();
  const std::string host = address(lab);
  const auto connect = [&](const std::string& port) {
    return lab.run("perl - --connect " + host + " --port " + port + " --bytes 268435456", "script");
  };
  EXPECT_EQ(connect("1").exit_status, 111);
  const auto listener =
      guest->start({.argv = {"perl", "-", "--listen", "--bytes", "268435456"}, .input = "script"});
  const std::string port = listener->next_line(std::chrono::seconds(5))->text;
  const Json seen = parse_json(connect(port).out);
  EXPECT_EQ(seen.at("to_guest").at("bytes"), 268435456);
  EXPECT_EQ(seen.at("to_guest").at("longest_gap_s"), 3);
  EXPECT_LT(seen.at("from_guest").at("longest_gap_s"), 1);
  EXPECT_EQ(connect(port).exit_status, 111);  // for one connection only
}

}  // namespace
}  // namespace pve_accept::sim_testing
