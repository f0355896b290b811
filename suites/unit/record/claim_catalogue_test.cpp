#include "support/record/claim_catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace pve_accept {
namespace {

using testing::ElementsAre;

TEST(ClaimCatalogue, Has45ClaimsAnd74Cases) {
  EXPECT_EQ(claim_catalogue().size(), 45U);
  EXPECT_EQ(expected_cases().size(), 74U);
}

TEST(ClaimCatalogue, NamesEveryClaimAndTestOnce) {
  std::set<std::string_view> ids;
  std::set<std::string_view> tests;
  for (const ClaimInfo& claim : claim_catalogue()) {
    EXPECT_TRUE(ids.insert(claim.id).second) << claim.id;
    EXPECT_TRUE(tests.insert(claim.test).second) << claim.test;
  }
}

TEST(ClaimCatalogue, CallsTestsBySubjectAndPredicate) {
  for (const ClaimInfo& claim : claim_catalogue()) {
    EXPECT_THAT(std::string(claim.test),
                testing::MatchesRegex("[A-Z][A-Za-z0-9]+.[A-Z][A-Za-z0-9]+"));
    EXPECT_LE(claim.test.size(), 40U) << claim.test;
  }
}

TEST(ClaimCatalogue, FindsByIdAndByTest) {
  const ClaimInfo* claim = find_claim("docker.storage-driver");
  ASSERT_NE(claim, nullptr);
  EXPECT_EQ(claim->test, "Docker.UsesOverlayStorage");
  EXPECT_EQ(find_claim_by_test("Docker.UsesOverlayStorage"), claim);
  EXPECT_EQ(find_claim("docker.storage"), nullptr);
  EXPECT_EQ(find_claim_by_test("docker.storage-driver"), nullptr);
}

TEST(ClaimCatalogue, ComparesGuestsOnlyAfterBoth) {
  for (const ClaimInfo& claim : claim_catalogue()) {
    const bool needs_both = claim.needs == Needs::kBothProvisioned ||
                            claim.needs == Needs::kBothIdle || claim.needs == Needs::kBothLoad;
    if (claim.scope != Scope::kNode) {
      EXPECT_EQ(needs_both, claim.scope == Scope::kBoth) << claim.id;
    }
  }
}

TEST(RequiredStages, FollowFromTheNeeds) {
  EXPECT_THAT(required_stages(*find_claim("node.release"), std::nullopt), ElementsAre("preflight"));
  EXPECT_THAT(required_stages(*find_claim("docker.exec"), GuestKind::kVm),
              ElementsAre("preflight", "provision/vm"));
  EXPECT_THAT(required_stages(*find_claim("cpu.load"), GuestKind::kLxc),
              ElementsAre("preflight", "baseline", "provision/lxc", "load/lxc"));
  EXPECT_THAT(
      required_stages(*find_claim("delta.cpu-idle"), std::nullopt),
      ElementsAre("preflight", "baseline", "provision/lxc", "idle/lxc", "provision/vm", "idle/vm"));
  EXPECT_THAT(required_stages(*find_claim("node.provenance"), std::nullopt),
              ElementsAre("preflight", "provision/lxc", "stop/lxc", "provision/vm", "stop/vm"));
  EXPECT_THAT(required_stages(*find_claim("teardown.complete"), std::nullopt),
              ElementsAre("preflight", "teardown"));
}

TEST(CaseName, AddsTheGuest) {
  EXPECT_EQ(case_name("cpu.idle", GuestKind::kVm), "cpu.idle/vm");
  EXPECT_EQ(case_name("node.quiet", std::nullopt), "node.quiet");
}

}  // namespace
}  // namespace pve_accept
