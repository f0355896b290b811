#include "support/record/claim_catalogue.h"

#include <gtest/gtest.h>

#include <set>

#include "suites/unit/matchers.h"

namespace pve_accept {
namespace {

TEST(ClaimCatalogue, HasACaseForEachGuestOfAClaimOnEachGuest) {
  std::size_t cases = 0;
  for (const ClaimInfo& claim : claim_catalogue()) {
    cases += claim.scope == Scope::kEachGuest ? kGuestKinds.size() : 1;
  }
  EXPECT_GT(claim_catalogue().size(), 0U);
  EXPECT_EQ(every_case().size(), cases);
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
    EXPECT_THAT(std::string(claim.test), MatchesRegex("[A-Z][A-Za-z0-9]+.[A-Z][A-Za-z0-9]+"));
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

// The other guest does not run any more when two are compared.
TEST(ClaimCatalogue, ComparesGuestsByWhatIsOnRecord) {
  for (const ClaimInfo& claim : claim_catalogue()) {
    if (claim.scope == Scope::kEachGuest) continue;
    EXPECT_NE(claim.needs, Needs::kProvisioned) << claim.id;
    EXPECT_NE(claim.needs, Needs::kRestart) << claim.id;
  }
}

TEST(CaseName, AddsTheGuest) {
  EXPECT_EQ(case_name("cpu.idle", GuestKind::kVm), "cpu.idle/vm");
  EXPECT_EQ(case_name("node.quiet", std::nullopt), "node.quiet");
}

}  // namespace
}  // namespace pve_accept
