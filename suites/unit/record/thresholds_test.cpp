#include "support/record/thresholds.h"

#include <gtest/gtest.h>

#include "suites/unit/matchers.h"
#include "suites/unit/parse_json.h"
#include "suites/unit/record/record_testing.h"
#include "support/base/file.h"
#include "support/record/claim_catalogue.h"

namespace pve_accept {
namespace {

TEST(ThresholdsFile, HasEveryClaimAndNoOther) {
  std::set<std::string> written;
  const Json document = suite_thresholds_document();
  for (const auto& [id, claim] : document["claims"].items()) written.insert(id);
  std::set<std::string> expected;
  for (const ClaimInfo& claim : claim_catalogue()) expected.emplace(claim.id);
  EXPECT_EQ(written, expected);
}

TEST(ThresholdsFile, HasARuleForEveryCase) {
  const Thresholds thresholds = suite_thresholds();
  for (const ClaimCase& expected : every_case()) {
    const Expectation& rule = thresholds.expectation(expected.id, expected.guest);
    EXPECT_TRUE(rule.allowed || rule.not_applicable) << case_name(expected.id, expected.guest);
  }
}

TEST(ThresholdsFile, AllowsWhatTheSpikeMeasured) {
  const Thresholds thresholds = suite_thresholds();
  for (const ClaimCase& expected : every_case()) {
    const Expectation& rule = thresholds.expectation(expected.id, expected.guest);
    if (rule.reference.nothing()) continue;
    EXPECT_TRUE(rule.allowed->holds(rule.reference)) << case_name(expected.id, expected.guest);
  }
}

TEST(ThresholdsFile, HasTheSpikesFigures) {
  const Thresholds thresholds = suite_thresholds();
  const Expectation& idle = thresholds.expectation("memory.idle-delta", GuestKind::kVm);
  EXPECT_EQ(idle.reference, Value(2056));
  EXPECT_EQ(idle.allowed->min, 1500);
  EXPECT_EQ(idle.allowed->max, 2156);
  EXPECT_EQ(thresholds.claim("memory.idle-delta").unit, "MiB");
  EXPECT_EQ(thresholds.claim("memory.idle-delta").statistic, Statistic::kMedian);
  EXPECT_EQ(thresholds.expectation("load.throughput", GuestKind::kLxc).allowed->min, 0.8 * 2211.7);
  EXPECT_TRUE(thresholds.expectation("guest.freeze", GuestKind::kLxc).not_applicable);
}

TEST(Thresholds, KnowsNoCaseThatDoesNotExist) {
  const Thresholds thresholds = suite_thresholds();
  EXPECT_THROW(thresholds.claim("docker.storage"), HarnessError);
  EXPECT_THROW(thresholds.expectation("docker.exec", std::nullopt), HarnessError);
  EXPECT_THROW(thresholds.expectation("node.quiet", GuestKind::kLxc), HarnessError);
}

// A mistake: the suite's file, patched, and what has to be said about it.
struct PatchMistake {
  const char* name;
  const char* patch;  // JSON Merge Patch
  const char* complaint;
};

class BadThresholds : public testing::TestWithParam<PatchMistake> {};

TEST_P(BadThresholds, AreRefusedWithTheirPath) {
  Json document = suite_thresholds_document();
  document.merge_patch(parse_json(GetParam().patch));
  EXPECT_THAT(message_of<InputError>([&] { Thresholds(document, "thresholds.json"); }),
              AllOf(HasSubstr("thresholds.json: "), HasSubstr(GetParam().complaint)));
}

constexpr PatchMistake kBadThresholds[] = {
    {"Schema", R"({"schema": 2})", "schema: expected 1"},
    {"NoSchema", R"({"schema": null})", "'schema' is missing"},
    {"UnknownTopKey", R"({"claim": {}})", "claim: unknown key"},
    {"ClaimsIsAList", R"({"claims": [1]})", "claims: expected an object"},
    {"UnknownClaim", R"({"claims": {"docker.storage": {}}})", "claims/docker.storage: no claim"},
    {"MissingClaim", R"({"claims": {"docker.exec": null}})", "claims: 'docker.exec' is missing"},
    {"UnknownKey", R"({"claims": {"docker.exec": {"limit": 3}}})",
     "claims/docker.exec/limit: unknown key"},
    {"NoStatement", R"({"claims": {"docker.exec": {"statement": null}}})",
     "claims/docker.exec: 'statement' is missing"},
    {"BlankStatement", R"({"claims": {"docker.exec": {"statement": " "}}})",
     "claims/docker.exec/statement: expected some text"},
    {"NoSource", R"({"claims": {"docker.exec": {"source": null}}})",
     "claims/docker.exec: 'source' is missing"},
    {"NoUnit", R"({"claims": {"memory.idle-delta": {"unit": null}}})",
     "claims/memory.idle-delta/lxc: 'unit' is missing"},
    {"UnitIsANumber", R"({"claims": {"memory.idle-delta": {"unit": 5}}})",
     "claims/memory.idle-delta/unit: expected a string"},
    {"UnknownStatistic", R"({"claims": {"cpu.idle": {"statistic": "p99"}}})",
     "claims/cpu.idle/statistic: expected median or mean"},
    {"Maturity", R"({"claims": {"cpu.idle": {"maturity": "beta"}}})",
     "claims/cpu.idle/maturity: expected one of stable, preview, found \"beta\""},
    {"NoMaturity", R"({"claims": {"docker.exec": {"maturity": true}}})",
     "claims/docker.exec/maturity: expected one of stable, preview, found true"},
    {"MaturityOfAGuest", R"({"claims": {"cpu.idle": {"vm": {"maturity": "preview"}}}})",
     "claims/cpu.idle/vm/maturity: unknown key"},
    {"NoGuest", R"({"claims": {"cpu.idle": {"vm": null}}})", "claims/cpu.idle: 'vm' is missing"},
    {"GuestOfTheNode", R"({"claims": {"node.quiet": {"lxc": {}}}})",
     "claims/node.quiet: the claim has no guest"},
    {"BothForms", R"({"claims": {"cpu.idle": {"allowed": {"max": 3}}}})",
     "claims/cpu.idle/allowed: unknown key"},
    {"NoBound", R"({"claims": {"cpu.idle": {"lxc": {"allowed": null}}}})",
     "claims/cpu.idle/lxc: 'allowed' is missing"},
    {"EmptyBound", R"({"claims": {"cpu.idle": {"lxc": {"allowed": {"min": null, "max": null}}}}})",
     "claims/cpu.idle/lxc/allowed: expected exactly one"},
    {"TwoBounds", R"({"claims": {"docker.exec": {"allowed": {"one_of": [0]}}}})",
     "claims/docker.exec/allowed: expected exactly one"},
    {"UnknownBound", R"({"claims": {"cpu.idle": {"lxc": {"allowed": {"maximum": 2}}}}})",
     "claims/cpu.idle/lxc/allowed/maximum: unknown key"},
    {"MinAboveMax", R"({"claims": {"cpu.load": {"vm": {"allowed": {"min": 71}}}}})",
     "claims/cpu.load/vm/allowed: min 71 is above max 70"},
    {"BoundIsAText", R"({"claims": {"cpu.idle": {"lxc": {"allowed": {"max": "2"}}}}})",
     "claims/cpu.idle/lxc/allowed/max: expected a number"},
    {"NoWhy", R"({"claims": {"cpu.idle": {"lxc": {"why": null}}}})",
     "claims/cpu.idle/lxc: 'why' is missing"},
    {"NoSharedWhy", R"({"claims": {"node.quiet": {"why": null}}})",
     "claims/node.quiet: 'why' is missing"},
    {"ReferenceIsAText", R"({"claims": {"cpu.idle": {"lxc": {"reference": "low"}}}})",
     "claims/cpu.idle/lxc/reference: expected a number"},
    {"ReferenceOfOneGuest", R"({"claims": {"docker.cgroup": {"reference": {"vm": null}}}})",
     "claims/docker.cgroup/reference: 'vm' is missing"},
    {"UnknownGuest", R"({"claims": {"docker.cgroup": {"reference": {"kvm": "2"}}}})",
     "claims/docker.cgroup/reference/kvm: unknown key"},
    {"NotApplicableAndBound", R"({"claims": {"cpu.idle": {"lxc": {"not_applicable": "no"}}}})",
     "claims/cpu.idle/lxc/allowed: can not stand beside 'not_applicable'"},
    {"NotApplicableWithoutReason",
     R"({"claims": {"guest.freeze": {"lxc": {"not_applicable": ""}}}})",
     "claims/guest.freeze/lxc/not_applicable: expected some text"},
    {"AlsoWithoutUnit", R"({"claims": {"node.quiet": {"also": {"RAM range": {"unit": null}}}}})",
     "claims/node.quiet/also/RAM range: 'unit' is missing"},
    {"AlsoWithoutWhy", R"({"claims": {"node.quiet": {"also": {"RAM range": {"why": null}}}}})",
     "claims/node.quiet/also/RAM range: 'why' is missing"},
    {"AlsoWithoutBound", R"({"claims": {"node.quiet": {"also": {"load": {}}}}})",
     "claims/node.quiet/also/load: 'allowed' is missing"},
    {"AlsoWithUnknownKey",
     R"({"claims": {"node.quiet": {"also": {"RAM range": {"reference": 4}}}}})",
     "claims/node.quiet/also/RAM range/reference: unknown key"},
};

INSTANTIATE_TEST_SUITE_P(, BadThresholds, testing::ValuesIn(kBadThresholds),
                         [](const auto& test) { return std::string(test.param.name); });

class OwnThresholds : public testing::Test {
 protected:
  Thresholds load(const std::string& own) {
    const auto file = directory_.path() / "own.json";
    write_file_atomically(file, own);
    return Thresholds::load(file);
  }
  std::string complaint(const std::string& own) {
    return message_of<InputError>([&] { load(own); });
  }

 private:
  TemporaryDirectory directory_;
};

TEST_F(OwnThresholds, AreMergedOverTheSuites) {
  const Thresholds thresholds =
      load(R"({"claims": {"cpu.idle": {"vm": {"allowed": {"max": 12}}}}})");
  EXPECT_EQ(thresholds.expectation("cpu.idle", GuestKind::kVm).allowed->max, 12);
  EXPECT_EQ(thresholds.expectation("cpu.idle", GuestKind::kLxc).allowed->max, 1.5);
}

TEST_F(OwnThresholds, SayWhatIsInPreview) {
  const Thresholds thresholds = load(R"({"claims": {
      "cpu.idle": {"maturity": "preview"}, "docker.exec": {"maturity": "preview"}}})");
  EXPECT_EQ(thresholds.claim("cpu.idle").maturity, Maturity::kPreview);
  EXPECT_EQ(thresholds.claim("docker.exec").maturity, Maturity::kPreview);
  EXPECT_EQ(thresholds.claim("cpu.load").maturity, Maturity::kStable);
}

TEST_F(OwnThresholds, RemoveWithNull) {
  const Thresholds thresholds = load(R"({"claims": {"docker.storage-driver": {
      "allowed": {"one_of": null, "none_of": ["vfs"]}, "also": {"container root": null}}}})");
  const Expectation& rule = thresholds.expectation("docker.storage-driver", GuestKind::kLxc);
  EXPECT_TRUE(rule.allowed->holds("btrfs"));
  EXPECT_EQ(rule.also.count("container root"), 0U);
}

TEST_F(OwnThresholds, AreNamedInComplaints) {
  EXPECT_THAT(complaint(R"({"claims": {"cpu.load": {"vm": {"allowed": {"min": 71}}}}})"),
              AllOf(HasSubstr("own.json (merged over "),
                    HasSubstr("claims/cpu.load/vm/allowed: min 71 is above max 70")));
  EXPECT_THAT(complaint(R"({"claims": {"cpu.lod": {}}})"),
              HasSubstr("own.json: claims/cpu.lod: no claim has that id"));
  EXPECT_THAT(complaint(R"({"claim": {}})"), HasSubstr("own.json: claim: unknown key"));
  EXPECT_THAT(complaint("[]"), HasSubstr("own.json: (top level): expected an object"));
  EXPECT_THAT(complaint(R"({"claims": {"cpu.idle": 5}})"), HasSubstr("own.json"));
  EXPECT_THAT(complaint(R"({"schema": 2})"), HasSubstr("own.json"));
}

TEST_F(OwnThresholds, ThatAreMissingAreNamed) {
  EXPECT_THAT(message_of<InputError>([] { Thresholds::load("/nonexistent/own.json"); }),
              HasSubstr("/nonexistent/own.json: cannot be read"));
}

}  // namespace
}  // namespace pve_accept
