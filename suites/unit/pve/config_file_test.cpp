#include "suites/unit/matchers.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/pve/replies.h"
#include "support/pve/config_values.h"
#include "support/pve/ownership.h"

namespace pve_accept {
namespace {

// As pmxcfs holds them: the layout is that of write_pct_config and write_vm_config.
TEST(ConfigFile, OfAContainerReadsAsTheApiSaysIt) {
  const Json config = parse_config_file(
      "#pve-accept run r1\n"
      "arch: amd64\n"
      "cores: 2\n"
      "net0: name=eth0,bridge=vmbr0,hwaddr=BC:24:11:24:C6:70,ip=dhcp,type=veth\n"
      "tags: pve-accept\n"
      "lxc.apparmor.profile: unconfined\n"
      "lxc.mount.entry = /srv srv none bind 0 0\n"
      "\n"
      "[before-upgrade]\n"
      "cores: 4\n");
  EXPECT_EQ(config, parse_json(R"({
      "arch":"amd64", "cores":"2", "tags":"pve-accept", "description":"pve-accept run r1\n",
      "net0":"name=eth0,bridge=vmbr0,hwaddr=BC:24:11:24:C6:70,ip=dhcp,type=veth",
      "[before-upgrade]":"a section",
      "lxc":[["lxc.apparmor.profile","unconfined"],["lxc.mount.entry","/srv srv none bind 0 0"]]})"));
  EXPECT_TRUE(ownership_of(config).made_by("r1"));
}

TEST(ConfigFile, LeavesOutWhatWaitsForARestartButNotThatItDoes) {
  const Json config = parse_config_file(
      "memory: 2048\n\n[PENDING]\nmemory: 4096\n\n[special:cloudinit]\nciuser: root\n");
  EXPECT_EQ(config, (Json{{"memory", "2048"}, {"[PENDING]", "a section"}}));
}

TEST(ConfigFile, DescribesWithMoreThanOneLine) {
  const Json config = parse_config_file("#the mail server%3A\n#100%25 ours, 5%\ncores: 2\n");
  EXPECT_EQ(config.at("description"), "the mail server:\n100% ours, 5%\n");
}

TEST(ConfigFile, MayBeEmptyAndIsNothingElse) {
  EXPECT_EQ(parse_config_file(""), Json::object());
  EXPECT_TRUE(is_unfinished(parse_config_file("lock: create\n")));
  EXPECT_THROW(parse_config_file("cat: something went wrong\nfoo\n"), HarnessError);
}

}  // namespace
}  // namespace pve_accept
