#include "support/suspects/suspects.h"

#include "suites/unit/matchers.h"
#include "suites/unit/record/record_testing.h"
#include "support/record/claim_catalogue.h"
#include "support/suspects/upgraded.h"

namespace pve_accept {
namespace {

// As an upgrade of a node brings them.
const std::vector<Change> kUpgrade = {{"node kernel", "6.17.4-2-pve", "7.0.2-6-pve"},
                                      {"node package:criu", "4.1-1", "4.1.1-1"},
                                      {"node package:lxc-pve", "6.0.5-3", "7.0.0-2"},
                                      {"node package:pve-manager", "9.1.1", "9.2.2"},
                                      {"node package:pve-qemu-kvm", "10.2.1-1", "11.0.0-3"}};

std::vector<std::string> names(const std::vector<Suspect>& suspects) {
  std::vector<std::string> all;
  all.reserve(suspects.size());
  for (const Suspect& suspect : suspects) all.push_back(suspect.change.name);
  return all;
}

TEST(Suspects, OfTheContainerAloneAreThoseThatMakeIt) {
  const auto found = suspects(kUpgrade, "docker.hello-world", Moved::kLxcOnly);
  EXPECT_THAT(names(found), ElementsAre("node package:lxc-pve", "node kernel", "node package:criu",
                                        "node package:pve-manager"));
  EXPECT_EQ(found[0].text(),
            "lxc-pve 6.0.5-3 → 7.0.0-2 (node): it makes the container: AppArmor profile, seccomp, "
            "cgroup, mounts; only the container moved");
}

TEST(Suspects, OfTheVmAloneAreQemuBeforeTheKernel) {
  const auto found = suspects(kUpgrade, "cpu.idle", Moved::kVmOnly);
  EXPECT_EQ(found[0].change.name, "node package:pve-qemu-kvm");
  EXPECT_EQ(found[1].change.name, "node kernel");
  EXPECT_THAT(found[1].text(), HasSubstr("only the VM moved, and it can move both"));
  EXPECT_THAT(names(found), Not(Contains("node package:lxc-pve")));
}

TEST(Suspects, OfBothGuestsAreWhatTheyShare) {
  const auto found = suspects(kUpgrade, "load.throughput", Moved::kBoth);
  EXPECT_EQ(found[0].change.name, "node kernel");
  EXPECT_THAT(found[0].text(), HasSubstr("; both guests moved"));
  EXPECT_THAT(found[1].text(), HasSubstr("; it explains the VM only"));
}

TEST(Suspects, OfAGuestAreItsOwnPackagesToo) {
  const std::vector<Change> upgraded = {{"lxc component:runc", "1.3.4", "1.3.5"},
                                        {"vm component:runc", "1.3.4", "1.3.5"}};
  EXPECT_THAT(names(suspects(upgraded, "docker.exec", Moved::kLxcOnly)),
              ElementsAre("lxc component:runc"));
  EXPECT_THAT(names(suspects(upgraded, "docker.exec", Moved::kBoth)),
              ElementsAre("lxc component:runc", "vm component:runc"));
}

TEST(Suspects, AreNoneWhereNothingChanged) {
  EXPECT_THAT(suspects({}, "docker.exec", Moved::kLxcOnly), IsEmpty());
}

TEST(Suspects, HaveAnEntryOfTheTableForEveryClaim) {
  for (const ClaimInfo& claim : claim_catalogue()) {
    EXPECT_FALSE(suspects(kUpgrade, claim.id, Moved::kUnknown).empty()) << claim.id;
  }
}

ClaimResult verdict(const char* id, std::optional<GuestKind> guest, Outcome outcome) {
  return {.id = id, .guest = guest, .outcome = outcome};
}

TEST(WhoMoved, IsToldByTheOtherGuestsCase) {
  Record record;
  record.claims = {
      verdict("docker.exec", kLxc, Outcome::kFail), verdict("docker.exec", kVm, Outcome::kPass),
      verdict("load.latency", kLxc, Outcome::kFail), verdict("load.latency", kVm, Outcome::kError),
      verdict("delta.iowait", std::nullopt, Outcome::kFail)};
  EXPECT_EQ(who_moved(record, record.claims[0]), Moved::kLxcOnly);
  EXPECT_EQ(who_moved(record, record.claims[2]), Moved::kBoth);
  EXPECT_EQ(who_moved(record, record.claims[3]), Moved::kBoth);
  EXPECT_EQ(who_moved(record, record.claims[4]), Moved::kUnknown);
}

TEST(SuspectedClaims, AreThoseThatMakeTheRunRed) {
  Record before{.run = {.id = "before", .started = "2026-06-01T09:30:00Z"}};
  before.node.packages = {{"lxc-pve", "6.0.5-3"}};
  before.claims = {verdict("docker.exec", kLxc, Outcome::kPass),
                   verdict("load.latency", kLxc, Outcome::kFail)};
  Record now{.run = {.id = "now", .started = "2026-06-07T09:30:00Z"}};
  now.node.packages = {{"lxc-pve", "7.0.0-2"}};
  now.claims = {verdict("docker.exec", kLxc, Outcome::kFail),
                verdict("load.latency", kLxc, Outcome::kFail),
                verdict("guest.healthy", kLxc, Outcome::kError),
                verdict("docker.cgroup", kLxc, Outcome::kPass)};
  const std::vector<Record> earlier = {before};
  const auto all = suspected_claims(now, earlier);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].how, SuspectedClaim::Since::kHeld);
  EXPECT_EQ(all[0].since->id, "before");
  EXPECT_EQ(names(all[0].suspects), std::vector<std::string>{"node package:lxc-pve"});
  EXPECT_FALSE(all[1].since) << "it did not hold before either";
  EXPECT_EQ(all[1].how, SuspectedClaim::Since::kNever);
  EXPECT_EQ(all[2].how, SuspectedClaim::Since::kNotAsked);
  EXPECT_EQ(all[2].since->id, "before");
  EXPECT_FALSE(suspected_claims(now, {})[0].since);
}

// Of the guests that were there before, and from the record of the run after the upgrade alone.
TEST(SuspectedClaims, OfSurvivorsAreWhatTheUpgradeChanged) {
  Record after{.run = {.id = "after", .started = "2026-06-07T09:30:00Z"}};
  after.node.packages = {{"lxc-pve", "7.0.0-2"}};
  after.node.kernel = "7.0.2-6-pve";
  after.guests[kLxc].components = {{"runc", "1.4.0"}};  // a fresh one: not theirs
  after.upgrade = UpgradeRecord{.run = "before", .started = "2026-06-01T09:30:00Z"};
  after.upgrade->kernel = "7.0.2-6-pve";
  after.upgrade->packages = {{"lxc-pve", "6.0.5-3"}};
  SurvivorRecord& survivor = after.survivors[kLxc];
  survivor.before.components = {{"runc", "1.3.4"}};
  survivor.after = SurvivorRecord::Look{};
  survivor.after->components = {{"runc", "1.3.4"}};
  survivor.refreshed = SurvivorRecord::Look{};
  survivor.refreshed->components = {{"runc", "1.3.5"}};
  after.claims = {verdict("survivor.new-container", kLxc, Outcome::kFail),
                  verdict("survivor.refreshed-new-container", kLxc, Outcome::kFail)};
  const auto all = suspected_claims(after, {});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].since->id, "before");
  EXPECT_EQ(all[0].how, SuspectedClaim::Since::kLeft);
  EXPECT_THAT(names(all[0].suspects), ElementsAre("node package:lxc-pve"));
  EXPECT_THAT(names(all[1].suspects), ElementsAre("node package:lxc-pve", "lxc component:runc"));

  // It held with the node's new packages, until the guest's own were upgraded.
  after.claims[0].outcome = Outcome::kPass;
  const auto refreshed = suspected_claims(after, {});
  ASSERT_EQ(refreshed.size(), 1U);
  EXPECT_EQ(refreshed[0].how, SuspectedClaim::Since::kRefreshed);
  EXPECT_THAT(names(refreshed[0].suspects),
              ElementsAre("lxc component:runc", "node package:lxc-pve"));
  EXPECT_THAT(refreshed[0].suspects[1].reason, HasSubstr("it held with that until Docker"));
}

TEST(WhatAnUpgradeChanged, IsOfTheNodeAndOfTheGuestsThatWereLeft) {
  Record after{.run = {.id = "after", .started = "2026-06-07T09:30:00Z"}};
  EXPECT_THAT(changed_by_upgrade(after), IsEmpty()) << "it did not come after one";
  after.node.kernel = "7.0.10-1-pve";
  after.node.facts = {{"sysctl:vm.swappiness", "60"}};
  after.guests[kVm].facts = {{"machine", "fresh"}};
  after.upgrade = UpgradeRecord{.run = "before", .started = "2026-06-01T09:30:00Z"};
  after.upgrade->kernel = "7.0.2-6-pve";
  after.upgrade->facts = {{"sysctl:vm.swappiness", "10"}};
  SurvivorRecord& survivor = after.survivors[kVm];
  survivor.before.components = {{"runc", "1.3.4"}};
  survivor.before.facts = {{"machine", "pc-i440fx-11.0+pve0"}};
  survivor.after = SurvivorRecord::Look{};
  survivor.after->components = {{"runc", "1.3.4"}};
  survivor.after->facts = {{"machine", "pc-i440fx-11.0+pve2"}};
  const auto texts = [&] {
    std::vector<std::string> all;
    for (const Change& change : changed_by_upgrade(after)) all.push_back(change.text());
    return all;
  };
  EXPECT_THAT(texts(), ElementsAre("kernel 7.0.2-6-pve → 7.0.10-1-pve (node)",
                                   "sysctl:vm.swappiness 10 → 60 (node)",
                                   "machine pc-i440fx-11.0+pve0 → pc-i440fx-11.0+pve2 (vm)"));
  survivor.refreshed = survivor.after;
  survivor.refreshed->components = {{"runc", "1.3.5"}};
  EXPECT_THAT(texts(), Contains("runc 1.3.4 → 1.3.5 (vm)"));
}

TEST(LastGood, IsTheNewestRunBeforeInWhichTheClaimHeld) {
  const auto run = [](const char* id, const char* started, Outcome outcome, const char* node) {
    Record record{.run = {.id = id, .started = started}};
    record.node.name = node;
    record.claims = {verdict("docker.exec", kLxc, outcome)};
    return record;
  };
  const Record now = run("now", "2026-06-07T09:30:00Z", Outcome::kFail, "pve1");
  const std::vector<Record> earlier = {
      run("oldest", "2026-06-01T09:30:00Z", Outcome::kPass, "pve1"),
      run("good", "2026-06-02T09:30:00Z", Outcome::kPass, "pve1"),
      run("bad", "2026-06-03T09:30:00Z", Outcome::kFail, "pve1"),
      run("other", "2026-06-04T09:30:00Z", Outcome::kPass, "pve2"),
      run("later", "2026-06-08T09:30:00Z", Outcome::kPass, "pve1")};
  const Record* good = last_good(earlier, now, now.claims[0]);
  ASSERT_NE(good, nullptr);
  EXPECT_EQ(good->run.id, "good");
  EXPECT_EQ(last_good({}, now, now.claims[0]), nullptr);
  // On a simulated node all begin at the same moment; their ids say when they were made.
  const std::vector<Record> together = {
      run("earlier", "2026-06-07T09:30:00Z", Outcome::kPass, "pve1"),
      run("other", "2026-06-07T09:30:00Z", Outcome::kPass, "pve1")};
  EXPECT_EQ(last_good(together, now, now.claims[0])->run.id, "earlier");
  EXPECT_EQ(last_good(earlier, now, verdict("docker.exec", kVm, Outcome::kFail)), nullptr);
}

}  // namespace
}  // namespace pve_accept
