#include "support/suspects/changes.h"

#include "suites/unit/matchers.h"

namespace pve_accept {
namespace {

std::vector<std::string> texts(const Facts& before, const Facts& after) {
  std::vector<std::string> all;
  for (const Change& change : changes(before, after)) all.push_back(change.text());
  return all;
}

TEST(Changes, AreWhatDiffersCameOrWent) {
  EXPECT_THAT(texts({{"node kernel", "6.17.4-1-pve"},
                     {"node package:criu", "4.1-1"},
                     {"node package:lxc-pve", "6.0.5-1"},
                     {"node package:lxcfs", "6.0.4-pve1"}},
                    {{"node kernel", "7.0.2-6-pve"},
                     {"node package:lxc-pve", "7.0.0-2"},
                     {"node package:lxcfs", "6.0.4-pve1"},
                     {"node package:swtpm", "0.8.0"}}),
              ElementsAre("kernel 6.17.4-1-pve → 7.0.2-6-pve (node)", "criu went: 4.1-1 (node)",
                          "lxc-pve 6.0.5-1 → 7.0.0-2 (node)", "swtpm came: 0.8.0 (node)"));
}

// An older record says nothing of sysctls: they have not come.
TEST(Changes, AreNotMadeOfWhatOneSideDoesNotSpeakOf) {
  const Facts older = {{"node package:lxc-pve", "6.0.5-1"}};
  const Facts newer = {{"node package:lxc-pve", "6.0.5-1"},
                       {"node sysctl:vm.swappiness", "60"},
                       {"vm machine", "pc-i440fx-11.0+pve0"}};
  EXPECT_THAT(texts(older, newer), IsEmpty());
  EXPECT_THAT(texts(newer, older), IsEmpty());
  EXPECT_EQ(facts_text(older, newer),
            "no fact on record differs\n2 facts are on record now only\n");
  EXPECT_EQ(facts_text(newer, older),
            "no fact on record differs\n2 facts are on record before only\n");
}

TEST(Changes, TellTheGuestsApart) {
  EXPECT_THAT(texts({{"lxc component:runc", "1.3.5"}, {"vm component:runc", "1.3.5"}},
                    {{"lxc component:runc", "1.3.6"}, {"vm component:runc", "1.3.5"}}),
              ElementsAre("runc 1.3.5 → 1.3.6 (lxc)"));
}

TEST(RecordedFacts, AreOfTheNodeAndItsGuests) {
  Record record;
  record.node.packages = {{"lxc-pve", "7.0.0-2"},
                          {"running kernel", "7.0.2-6-pve"},
                          {"criu", Fact<std::string>::unread("no answer")}};
  record.node.kernel = "7.0.2-6-pve";
  record.node.storage = NodeRecord::Storage{"local-lvm", "lvmthin"};
  record.node.facts = {{"sysctl:vm.swappiness", "60"}};
  record.node.template_volume = "local:vztmpl/debian-13.tar.zst";
  record.guests[GuestKind::kVm].components = {{"docker", "29.5.3"}};
  record.guests[GuestKind::kVm].facts = {{"machine", "pc-i440fx-11.0+pve0"},
                                         {"image", Fact<std::string>::unread("no daemon")}};
  record.guests[GuestKind::kLxc] = {};
  const Facts expected = {{"node package:lxc-pve", "7.0.0-2"},
                          {"node kernel", "7.0.2-6-pve"},
                          {"node storage", "local-lvm (lvmthin)"},
                          {"node sysctl:vm.swappiness", "60"},
                          {"lxc source", "local:vztmpl/debian-13.tar.zst"},
                          {"vm component:docker", "29.5.3"},
                          {"vm machine", "pc-i440fx-11.0+pve0"}};
  EXPECT_EQ(recorded_facts(record), expected);
}

}  // namespace
}  // namespace pve_accept
