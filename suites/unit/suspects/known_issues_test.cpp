#include "support/suspects/known_issues.h"

#include <algorithm>
#include <set>

#include "suites/unit/matchers.h"
#include "suites/unit/record/record_testing.h"
#include "support/record/claim_catalogue.h"

namespace pve_accept {
namespace {

using Fit = KnownIssueMatch::Fit;

constexpr const char* kReopened =
    "docker.hello-world/lxc: measured docker: Error response from daemon: runc create failed: open "
    "sysctl net.ipv4.ip_unprivileged_port_start file: reopen fd 8: permission denied: unknown\n"
    ", allowed Hello from Docker! (docker run --rm hello-world)";

Record node_with(std::map<std::string, Fact<std::string>> packages, const char* kernel = nullptr) {
  Record record;
  record.node.packages = std::move(packages);
  if (kernel != nullptr) record.node.kernel = kernel;
  return record;
}

ClaimResult failed(const char* id, std::optional<GuestKind> guest, const char* message) {
  return {.id = id, .guest = guest, .outcome = Outcome::kFail, .message = message};
}

std::optional<KnownIssueMatch> reopened_on(const char* version) {
  return known_issue(node_with({{"lxc-pve", version}}),
                     failed("docker.hello-world", kLxc, kReopened));
}

TEST(KnownIssue, IsNamedWithItsRemedyWhereMessageAndVersionFit) {
  const auto match = reopened_on("6.0.5-1");
  ASSERT_TRUE(match);
  EXPECT_EQ(match->issue->id, "runc-reopened-sysctl");
  EXPECT_EQ(match->fit, Fit::kMatches);
  EXPECT_THAT(match->text, HasSubstr("matches a known issue: runc opens"));
  EXPECT_THAT(match->text, HasSubstr("(fixed in lxc-pve 6.0.5-2, installed 6.0.5-1)"));
  EXPECT_THAT(match->text, HasSubstr("Remedy: upgrade lxc-pve"));
  EXPECT_THAT(match->text, HasSubstr("opencontainers/runc/issues/4968"));
}

TEST(KnownIssue, IsNotThisOneAnyMoreWhereTheFixIsInstalled) {
  for (const char* version : {"6.0.5-2", "7.0.0-2"}) {
    const auto match = reopened_on(version);
    ASSERT_TRUE(match);
    EXPECT_EQ(match->fit, Fit::kExcluded);
    EXPECT_THAT(match->text, HasSubstr("not this one any more"));
    EXPECT_THAT(match->text, HasSubstr(version));
    EXPECT_THAT(match->text, Not(HasSubstr("Remedy")));
  }
}

TEST(KnownIssue, ResemblesWhereTheVersionIsNotKnown) {
  for (const Record& record :
       {Record(), node_with({{"lxc-pve", Fact<std::string>::unread("pveversion hangs")}})}) {
    const auto match = known_issue(record, failed("docker.hello-world", kLxc, kReopened));
    ASSERT_TRUE(match);
    EXPECT_EQ(match->fit, Fit::kResembles);
    EXPECT_THAT(match->text, HasSubstr("resembles a known issue"));
    EXPECT_THAT(match->text, HasSubstr("the installed lxc-pve is not known"));
  }
}

TEST(KnownIssue, ConcernsItsClaimsAndItsGuestOnly) {
  const Record record = node_with({{"lxc-pve", "6.0.5-1"}});
  EXPECT_FALSE(known_issue(record, failed("docker.hello-world", kVm, kReopened)));
  EXPECT_FALSE(known_issue(record, failed("node.images", std::nullopt, kReopened)));
  EXPECT_FALSE(known_issue(record, failed("docker.hello-world", kLxc, "it said nothing")));
}

TEST(KnownIssue, ExplainsNothingThatIsNotRed) {
  ClaimResult claim = failed("docker.hello-world", kLxc, kReopened);
  const Record record = node_with({{"lxc-pve", "6.0.5-1"}});
  claim.outcome = Outcome::kPass;
  EXPECT_FALSE(known_issue(record, claim));
  claim.outcome = Outcome::kSkip;
  EXPECT_FALSE(known_issue(record, claim));
  claim.outcome = Outcome::kError;
  EXPECT_TRUE(known_issue(record, claim));
}

// A figure has many causes: only a version that is known to have the issue names it.
TEST(KnownIssue, OfAFigureIsNamedOnAnAffectedVersionOnly) {
  const ClaimResult slow = failed("network.bulk", kLxc, "measured 4.2 s, allowed at most 1 s");
  const auto match = known_issue(node_with({}, "6.17.4-1-pve"), slow);
  ASSERT_TRUE(match);
  EXPECT_THAT(match->text, HasSubstr("may be a known issue"));
  EXPECT_THAT(match->text, HasSubstr("fixed in kernel 6.17.4-2, installed 6.17.4-1"));
  for (const char* other : {"6.17.4-2-pve", "6.14.11-3-pve", "7.0.2-6-pve"}) {
    EXPECT_FALSE(known_issue(node_with({}, other), slow)) << other;
  }
  EXPECT_FALSE(known_issue(Record(), slow));
}

// Docker and runc of the guest together.
TEST(KnownIssue, NeedsAllItsComponents) {
  const ClaimResult exec =
      failed("docker.exec", kVm, "failed to update /proc/1234/timens_offsets: permission denied");
  const auto fit = [&](const char* docker, const char* runc) {
    Record record;
    record.guests[kVm].components = {{"docker", docker}, {"runc", runc}};
    return known_issue(record, exec)->fit;
  };
  EXPECT_EQ(fit("29.5.3", "1.2.5"), Fit::kMatches);
  EXPECT_EQ(fit("29.5.3", "1.2.6"), Fit::kExcluded);
  EXPECT_EQ(fit("29.4.2", "1.2.5"), Fit::kExcluded);
  EXPECT_EQ(fit("29.5.3", ""), Fit::kResembles);
}

// No version is known to mend it; newer ones may have it or not.
TEST(KnownIssue, ThatIsKnownThroughAVersionResemblesOnANewerOne) {
  const ClaimResult socket =
      failed("docker.unix-socket", kLxc,
             "psql: error: connection to server on socket "
             "\"/var/run/postgresql/.s.PGSQL.5432\" failed: Permission denied");
  Record record = node_with({}, "6.17.4-2-pve");
  const auto fit = [&](const char* docker) {
    record.guests[kLxc].components = {{"docker", docker}};
    return known_issue(record, socket)->fit;
  };
  EXPECT_EQ(fit("29.4.2"), Fit::kMatches);
  EXPECT_EQ(fit("29.5.3"), Fit::kResembles);
  record.node.kernel = "6.14.11-3-pve";
  EXPECT_EQ(fit("29.4.2"), Fit::kExcluded);
}

TEST(KnownIssue, OfASurvivorGoesByItsOwnVersions) {
  Record record;
  record.guests[kLxc].components = {{"docker", "29.5.3"}, {"runc", "1.3.5"}};
  record.survivors[kLxc].after = SurvivorRecord::Look{};
  record.survivors[kLxc].after->components = {{"docker", "29.5.3"}, {"runc", "1.2.5"}};
  const auto match = known_issue(
      record, failed("survivor.new-container", kLxc, "failed to update /proc/1/timens_offsets"));
  ASSERT_TRUE(match);
  EXPECT_EQ(match->fit, Fit::kMatches);
}

TEST(KnownIssue, IsFoundInTheMessageOfAStage) {
  const StageResult stage{.message =
                              "`docker compose up` exited 1: reopen fd 8: permission denied"};
  const Record record = node_with({{"lxc-pve", "6.0.5-1"}});
  EXPECT_TRUE(known_issue(record, "provision/lxc", stage));
  EXPECT_FALSE(known_issue(record, "provision/vm", stage));
  EXPECT_FALSE(known_issue(record, "provision/lxc", {.outcome = Outcome::kPass}));
}

TEST(KnownIssue, SearchesAMessageOfAnyLength) {
  const std::string endless(1'000'000, 'x');
  EXPECT_FALSE(known_issue(Record(), failed("docker.exec", kLxc, endless.c_str())));
}

TEST(KnownIssues, SpeakOfClaimsThatThereAre) {
  std::set<std::string> ids;
  for (const KnownIssue& issue : known_issues()) {
    EXPECT_TRUE(ids.insert(issue.id).second) << issue.id << " twice";
    for (const std::string& claim : issue.claims) {
      const std::string_view start(claim.data(), claim.size() - (claim.ends_with('*') ? 1 : 0));
      EXPECT_TRUE(std::ranges::any_of(claim_catalogue(),
                                      [&](const ClaimInfo& info) {
                                        return claim.ends_with('*') ? info.id.starts_with(start)
                                                                    : info.id == start;
                                      }))
          << issue.id << ": " << claim;
    }
    EXPECT_FALSE(issue.remedy.ends_with('.')) << issue.id;
  }
}

Json issue_with(const Json& difference) {
  Json issue = {{"id", "some-issue"},
                {"title", "it breaks"},
                {"claims", {"docker.exec"}},
                {"pattern", "broken"},
                {"affected", {{{"component", "node:lxc-pve"}, {"before", "2"}}}},
                {"remedy", "mend it"},
                {"sources", {"changelog of lxc-pve 2"}}};
  issue.merge_patch(difference);
  return {{"schema", 1}, {"issues", {issue}}};
}

std::string complaint(const Json& difference) {
  return message_of<InputError>([&] { parse_known_issues(issue_with(difference), "issues.json"); });
}

TEST(KnownIssues, MistakesAreNamedWithTheirPlace) {
  EXPECT_EQ(complaint(Json::object()), "no error");
  EXPECT_EQ(complaint({{"severity", 1}}),
            "issues.json: issues/0/severity: unknown key; known here: id, title, claims, guest, "
            "pattern, told_by, affected, fix, remedy, sources");
  EXPECT_THAT(complaint({{"pattern", "("}}),
              HasSubstr("issues.json: issues/0/pattern: not a regular expression"));
  EXPECT_THAT(complaint({{"sources", Json::array()}}), HasSubstr("issues/0/sources: say where"));
  EXPECT_THAT(complaint({{"claims", {"docker"}}}), HasSubstr("issues/0/claims/0: "));
  EXPECT_THAT(complaint({{"told_by", "guess"}}), HasSubstr("expected one of message, version"));
  EXPECT_THAT(complaint({{"affected", {{{"component", "lxc-pve"}, {"before", "2"}}}}}),
              HasSubstr("issues/0/affected/0/component"));
  EXPECT_THAT(complaint({{"affected", {{{"component", "node:lxc-pve"}}}}}),
              HasSubstr("issues/0/affected/0: say which versions"));
}

TEST(KnownIssues, SayWhatIsKnownOfAFix) {
  EXPECT_THAT(complaint({{"fix", "soon"}}), HasSubstr("issues/0: either a version mends it"));
  EXPECT_THAT(complaint({{"affected", {{{"component", "node:lxc-pve"}, {"since", "2"}}}}}),
              HasSubstr("issues/0: either a version mends it"));
  EXPECT_THAT(complaint({{"affected", nullptr}, {"fix", "none"}, {"told_by", "version"}}),
              HasSubstr("its message alone does not tell it"));
}

}  // namespace
}  // namespace pve_accept
