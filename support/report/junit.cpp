#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "support/record/claim_catalogue.h"
#include "support/report/report.h"
#include "support/report/wording.h"
#include "support/report/xml.h"
#include "support/suspects/known_issues.h"

namespace pve_accept {
namespace {

struct TestCase {
  std::string suite;  // "sim.Docker"
  std::string name;   // "sim.Docker.UsesOverlayStorage/lxc"
  Outcome outcome;
  std::string message;
  std::optional<std::string> hint;
  std::optional<KnownIssueMatch> known_issue;
  double duration_s;

  // The message with what is known besides.
  std::string text() const {
    return message + (hint ? "\nHint: " + *hint : "") +
           (known_issue ? "\nKnown issues: " + known_issue->text : "");
  }
};

// A claim in preview makes no reader of the file red; what came of it is in its text.
TestCase shown_as_passed(TestCase test) {
  test.message =
      fmt::format("preview, does not count: {} {}", outcome_text(test.outcome), test.text());
  test.outcome = Outcome::kPass;
  return test;
}

TestCase case_of(const Record& record, const ClaimResult& claim, const std::string& node) {
  const ClaimInfo* info = find_claim(claim.id);
  const std::string test = info == nullptr ? claim.id : std::string(info->test);
  const std::string name = case_name(test, claim.guest);
  TestCase shown{.suite = node + "." + test.substr(0, test.find('.')),
                 .name = node + "." + name,
                 .outcome = claim.outcome,
                 .message = claim.message,
                 .hint = claim.hint,
                 .known_issue = known_issue(record, claim),
                 .duration_s = claim.duration_s};
  const bool judged = claim.outcome != Outcome::kSkip;
  return claim.preview() && judged ? shown_as_passed(std::move(shown)) : shown;
}

// A stage that failed is a test of its own, so that no reader of the file takes the run for green.
std::vector<TestCase> cases_of(const Record& record) {
  const std::string node = node_label(record);
  std::vector<TestCase> cases;
  for (const ClaimResult* claim : claims_of(record)) cases.push_back(case_of(record, *claim, node));
  for (const auto& [name, stage] : failed_stages(record)) {
    cases.push_back({.suite = node + ".stages",
                     .name = node + "." + name,
                     .outcome = Outcome::kError,
                     .message = stage->message,
                     .hint = stage->hint,
                     .known_issue = known_issue(record, name, *stage),
                     .duration_s = 0});
  }
  return cases;
}

std::string verdict_element(const TestCase& test) {
  const std::string message = xml_escaped(test.message);
  if (test.outcome == Outcome::kSkip) return fmt::format("<skipped message=\"{}\"/>", message);
  const char* element = test.outcome == Outcome::kFail ? "failure" : "error";
  return fmt::format("<{0} message=\"{1}\" type=\"{2}\">{3}</{0}>", element, message,
                     to_string(test.outcome), xml_escaped(test.text()));
}

std::string case_element(const TestCase& test) {
  std::string text = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"",
                                 xml_escaped(test.suite), xml_escaped(test.name), test.duration_s);
  if (test.outcome == Outcome::kPass) {
    return text +
           fmt::format("><system-out>{}</system-out></testcase>\n", xml_escaped(test.message));
  }
  return text + ">" + verdict_element(test) + "</testcase>\n";
}

// tests, failures, errors, skipped and time, as testsuites and testsuite both have them.
std::string counts(const std::vector<TestCase>& cases) {
  const auto count = [&](Outcome outcome) {
    return std::ranges::count(cases, outcome, &TestCase::outcome);
  };
  double seconds = 0;
  for (const TestCase& test : cases) seconds += test.duration_s;
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\"",
                     cases.size(), count(Outcome::kFail), count(Outcome::kError),
                     count(Outcome::kSkip), seconds);
}

}  // namespace

std::string junit_xml(const Record& record) {
  const auto cases = cases_of(record);
  std::map<std::string, std::vector<TestCase>> suites;
  std::vector<std::string> order;
  for (const TestCase& test : cases) {
    if (!suites.contains(test.suite)) order.push_back(test.suite);
    suites[test.suite].push_back(test);
  }
  const std::string title = record.node.simulated()
                                ? "pve-accept (simulation: the figures come from a model)"
                                : "pve-accept";
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  text += fmt::format("<testsuites name=\"{}\" {}>\n", title, counts(cases));
  for (const std::string& suite : order) {
    text +=
        fmt::format("  <testsuite name=\"{}\" {}>\n", xml_escaped(suite), counts(suites[suite]));
    for (const TestCase& test : suites[suite]) text += case_element(test);
    text += "  </testsuite>\n";
  }
  return text + "</testsuites>\n";
}

}  // namespace pve_accept
