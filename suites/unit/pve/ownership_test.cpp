#include "support/pve/ownership.h"

#include "suites/unit/matchers.h"
#include "suites/unit/pve/replies.h"
#include "support/pve/config_values.h"
#include "support/pve/spec_check.h"

namespace pve_accept {
namespace {

using namespace replies;

TEST(Description, NamesItsRun) {
  EXPECT_EQ(run_in_description(description_for("20260607-1")), "20260607-1");
  EXPECT_EQ(run_in_description("pve-accept run r1\n"), "r1");
  EXPECT_EQ(run_in_description("pve-accept run r1%0A"), "r1");
}

TEST(Description, IsReadBackWhateverItsNewlineBecame) {
  const GuestSpec spec{
      .vmid = Vmid(9001), .name = "spike-lxc", .description = "pve-accept run r1\n"};
  for (const char* same : {"pve-accept run r1", "pve-accept run r1\n", "pve-accept run r1%0A"}) {
    EXPECT_TRUE(bears_description({{"description", same}}, spec)) << same;
  }
  EXPECT_FALSE(bears_description({{"description", "pve-accept run r2%0A"}}, spec));
}

TEST(Description, OfSomebodyElseNamesNone) {
  EXPECT_EQ(run_in_description(""), std::nullopt);
  EXPECT_EQ(run_in_description("my database"), std::nullopt);
  EXPECT_EQ(run_in_description("pve-accept run "), std::nullopt);
  EXPECT_EQ(run_in_description("pve-accept run r1 was nice, keep this guest"), std::nullopt);
}

TEST(Ownership, TakesTagAndDescription) {
  EXPECT_TRUE(ownership_of(kLxcConfig).made_by("r1"));
  EXPECT_FALSE(ownership_of(kLxcConfig).made_by("r2"));
  EXPECT_FALSE(ownership_of(with(kLxcConfig, "tags", "lab")).ours());
  EXPECT_FALSE(ownership_of(with(kLxcConfig, "tags", "pve-accepted")).ours());
  EXPECT_FALSE(ownership_of(with(kLxcConfig, "description", "web server")).ours());
  EXPECT_TRUE(ownership_of(with(kLxcConfig, "tags", "lab;pve-accept")).ours());
  EXPECT_FALSE(ownership_of(Json::object()).ours());
}

TEST(Unfinished, IsAConfigurationWithNothingButPvesLock) {
  EXPECT_TRUE(is_unfinished({{"lock", "create"}}));
  EXPECT_TRUE(is_unfinished({{"lock", "destroyed"}}));
  EXPECT_TRUE(is_unfinished(Json::object()));
  EXPECT_FALSE(is_unfinished({{"lock", "backup"}}));
  EXPECT_FALSE(is_unfinished({{"lock", "create"}, {"hostname", "theirs"}}));
  EXPECT_FALSE(is_unfinished(with(kLxcConfig, "lock", "create")));
}

TEST(Unfinished, IsAVmThatIsStillBeingRestored) {
  EXPECT_TRUE(is_unfinished(parse_config_file(
      recorded("node-quick/66-vm-backups.txt", "cat /etc/pve/qemu-server/713.conf").out)));
  EXPECT_FALSE(is_unfinished({{"memory", "2048"}}));
  EXPECT_FALSE(is_unfinished({{"memory", "128"}, {"name", "theirs"}}));
}

TEST(PublicKeyFile, NamesItsRun) {
  EXPECT_EQ(public_key_file("r1"), "/run/pve-accept-r1.pub");
  EXPECT_EQ(run_of_public_key("pve-accept-r1.pub"), "r1");
  for (const char* other : {"pve-accept.lock", "pve-accept-.pub", "pve-accept-r1", "sshd.pub"}) {
    EXPECT_EQ(run_of_public_key(other), std::nullopt) << other;
  }
}

TEST(ConfigValue, HasAHeadAndParts) {
  const ConfigValue rootfs = parse_config_value("local-lvm:vm-9001-disk-0,size=10G");
  EXPECT_EQ(rootfs.head, "local-lvm:vm-9001-disk-0");
  EXPECT_EQ(rootfs.part("size"), "10G");
  EXPECT_EQ(rootfs.part("ro"), "");
  EXPECT_EQ(parse_config_value("nesting=1,keyctl=1").part("nesting"), "1");
  EXPECT_EQ(parse_config_value("").head, "");
}

TEST(DiskSize, KnowsPvesUnits) {
  EXPECT_EQ(parse_disk_size("10G"), 10LL << 30);
  EXPECT_EQ(parse_disk_size("4M"), 4LL << 20);
  EXPECT_EQ(parse_disk_size("528K"), 528LL << 10);
  EXPECT_EQ(parse_disk_size("2T"), 2LL << 40);
  EXPECT_EQ(parse_disk_size("512"), 512);
  for (const char* bad : {"", "G", "ten", "-1G", "10 G", "99999999999999T"}) {
    EXPECT_THROW(parse_disk_size(bad), HarnessError) << bad;
  }
}

TEST(MacAddress, IsFoundInBothKinds) {
  EXPECT_EQ(mac_address(kLxcConfig), "bc:24:11:24:c6:70");
  EXPECT_EQ(mac_address(kVmConfig), "bc:24:11:49:3a:e2");
  EXPECT_EQ(mac_address(Json::object()), "");
}

}  // namespace
}  // namespace pve_accept
