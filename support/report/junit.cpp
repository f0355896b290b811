#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "support/record/claim_catalogue.h"
#include "support/report/report.h"
#include "support/report/wording.h"
#include "support/report/xml.h"
#include "support/suspects/known_issues.h"

namespace pve_accept {
namespace {

// Name and value, as they stand in the file.
using Properties = std::vector<std::pair<std::string, std::string>>;

struct TestCase {
  std::string suite;  // "sim.Docker"
  std::string name;   // "sim.Docker.UsesOverlayStorage/lxc"
  Properties properties;
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

// What a reader who plots or filters cases asks for, apart from the sentence that says it to
// people.
Properties properties_of(const ClaimResult& claim, const NodeRecord& node) {
  Properties properties = {{"claim", claim.id}};
  const auto add = [&](const std::string& name, const std::optional<std::string>& value) {
    if (value) properties.emplace_back(name, *value);
  };
  const auto add_value = [&](const std::string& name, const Value& value,
                             const std::optional<Bound>& allowed,
                             const std::optional<std::string>& unit = {}) {
    if (value.nothing()) return;
    add(name, allowed ? allowed->measured_text(value, unit) : value.to_text(unit));
  };
  add_value("measured", claim.measured, claim.allowed);
  add("unit", claim.unit);
  if (claim.allowed) add("allowed", claim.allowed->text());
  add_value("reference", claim.reference, claim.allowed);
  add("statistic", claim.statistic);
  for (const AlsoResult& also : claim.also) {
    if (also.measured.nothing()) continue;
    add_value("measured." + also.name, also.measured, also.allowed, also.unit);
    if (also.allowed) add("allowed." + also.name, also.allowed->text(also.unit));
  }
  add("boot_id", node.boot_id);
  return properties;
}

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
                 .properties = properties_of(claim, record.node),
                 .outcome = claim.outcome,
                 .message = claim.message,
                 .hint = claim.hint,
                 .known_issue = known_issue(record, claim),
                 .duration_s = claim.duration_s};
  const bool judged = claim.outcome != Outcome::kSkip;
  return claim.preview() && judged ? shown_as_passed(std::move(shown)) : shown;
}

// GitLab takes the first of two tests of one name and drops the other, which may be the red one.
void make_names_unique(std::vector<TestCase>& cases) {
  std::map<std::string, int> seen;
  for (TestCase& test : cases) {
    const int before = seen[test.name]++;
    if (before > 0) test.name += fmt::format(" ({})", before + 1);
  }
}

// A stage that failed is a test of its own, so that no reader of the file takes the run for green.
std::vector<TestCase> cases_of(const Record& record) {
  const std::string node = node_label(record);
  std::vector<TestCase> cases;
  for (const ClaimResult* claim : claims_of(record)) cases.push_back(case_of(record, *claim, node));
  for (const auto& [name, stage] : failed_stages(record)) {
    cases.push_back({.suite = node + ".stages",
                     .name = node + "." + name,
                     .properties = {},
                     .outcome = Outcome::kError,
                     .message = stage->message,
                     .hint = stage->hint,
                     .known_issue = known_issue(record, name, *stage),
                     .duration_s = 0});
  }
  make_names_unique(cases);
  return cases;
}

// The message twice: Jenkins shows the attribute, GitLab reads the text alone.
std::string verdict_element(const TestCase& test) {
  const std::string message = xml_escaped(test.message);
  if (test.outcome == Outcome::kPass) return fmt::format("<system-out>{}</system-out>", message);
  if (test.outcome == Outcome::kSkip) {
    return fmt::format("<skipped message=\"{0}\">{0}</skipped>", message);
  }
  const char* element = test.outcome == Outcome::kFail ? "failure" : "error";
  return fmt::format("<{0} message=\"{1}\" type=\"{2}\">{3}</{0}>", element, message,
                     to_string(test.outcome), xml_escaped(test.text()));
}

std::string properties_element(const Properties& properties, std::string_view indent) {
  if (properties.empty()) return "";
  std::string text = fmt::format("{}<properties>\n", indent);
  for (const auto& [name, value] : properties) {
    text += fmt::format("{}  <property name=\"{}\" value=\"{}\"/>\n", indent, xml_escaped(name),
                        xml_escaped(value));
  }
  return text + fmt::format("{}</properties>\n", indent);
}

// The properties come first, where pytest and GoogleTest's readers look for them.
std::string case_element(const TestCase& test) {
  Properties properties = test.properties;
  if (test.known_issue) {
    properties.emplace_back("known_issue", test.known_issue->issue->id);
    properties.emplace_back("known_issue.fit", to_string(test.known_issue->fit));
  }
  return fmt::format(
      "    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\">\n{}      {}\n    </testcase>\n",
      xml_escaped(test.suite), xml_escaped(test.name), test.duration_s,
      properties_element(properties, "      "), verdict_element(test));
}

auto count(const std::vector<TestCase>& cases, Outcome outcome) {
  return std::ranges::count(cases, outcome, &TestCase::outcome);
}

// tests, failures, errors and time, as testsuites and testsuite both have them.
std::string counts(const std::vector<TestCase>& cases) {
  double seconds = 0;
  for (const TestCase& test : cases) seconds += test.duration_s;
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.3f}\"", cases.size(),
                     count(cases, Outcome::kFail), count(cases, Outcome::kError), seconds);
}

// Of the whole run, for readers that show where a figure comes from.
Properties properties_of(const Record& record) {
  Properties properties = {{"node", node_label(record)}, {"kind", record.node.kind}};
  const auto add = [&](const char* name, const std::optional<std::string>& value) {
    if (value && !value->empty()) properties.emplace_back(name, *value);
  };
  add("run", record.run.id);
  add("suite_version", record.run.suite_version);
  add("release", record.node.release);
  add("kernel", record.node.kernel);
  return properties;
}

std::string suite_element(const std::string& suite, const std::vector<TestCase>& cases,
                          const Record& record) {
  std::string text = fmt::format("  <testsuite name=\"{}\" {} skipped=\"{}\"", xml_escaped(suite),
                                 counts(cases), count(cases, Outcome::kSkip));
  if (!record.run.started.empty()) {
    text += fmt::format(" timestamp=\"{}\"", xml_escaped(record.run.started));
  }
  text += fmt::format(" hostname=\"{}\">\n{}", xml_escaped(node_label(record)),
                      properties_element(properties_of(record), "    "));
  for (const TestCase& test : cases) text += case_element(test);
  return text + "  </testsuite>\n";
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
  for (const std::string& suite : order) text += suite_element(suite, suites[suite], record);
  return text + "</testsuites>\n";
}

}  // namespace pve_accept
