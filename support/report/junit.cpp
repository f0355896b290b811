#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "support/record/claim_catalogue.h"
#include "support/report/lookup.h"
#include "support/report/report.h"
#include "support/report/xml.h"

namespace pve_accept {
namespace {

struct TestCase {
  std::string suite;  // "sim.Docker"
  std::string name;   // "sim.Docker.UsesOverlayStorage/lxc"
  std::string outcome;
  std::string message;
  std::string hint;
  double duration_s = 0;
};

std::string text_in(const Json& object, std::string_view key) {
  const Json value = lookup(object, {key});
  return value.is_string() ? value.get<std::string>() : "";
}

double duration_of(const Json& claim) {
  const Json value = lookup(claim, {"duration_s"});
  return value.is_number() && std::isfinite(value.get<double>()) ? value.get<double>() : 0;
}

TestCase case_of(const Json& claim, const std::string& node) {
  const std::string id = text_in(claim, "id");
  const ClaimInfo* info = find_claim(id);
  const std::string test = info == nullptr ? id : std::string(info->test);
  const std::string guest = text_in(claim, "guest");
  return {.suite = node + "." + test.substr(0, test.find('.')),
          .name = fmt::format("{}.{}{}{}", node, test, guest.empty() ? "" : "/", guest),
          .outcome = outcome_of(claim),
          .message = text_in(claim, "message"),
          .hint = text_in(claim, "hint"),
          .duration_s = duration_of(claim)};
}

// A stage that failed is a test of its own, so that no reader of the file takes the run for green.
std::vector<TestCase> cases_of(const Json& record) {
  const std::string node = node_label(record);
  std::vector<TestCase> cases;
  for (const Json& claim : claims_of(record)) cases.push_back(case_of(claim, node));
  for (const auto& [name, message] : failed_stages(record)) {
    cases.push_back({.suite = node + ".stages",
                     .name = node + "." + name,
                     .outcome = "error",
                     .message = message,
                     .hint = ""});
  }
  return cases;
}

std::string verdict_element(const TestCase& test) {
  const std::string message = xml_escaped(test.message);
  if (test.outcome == "skip") return fmt::format("<skipped message=\"{}\"/>", message);
  const char* element = test.outcome == "fail" ? "failure" : "error";
  const std::string text = test.hint.empty() ? test.message : test.message + "\nHint: " + test.hint;
  return fmt::format("<{0} message=\"{1}\" type=\"{2}\">{3}</{0}>", element, message, test.outcome,
                     xml_escaped(text));
}

std::string case_element(const TestCase& test) {
  std::string text = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"",
                                 xml_escaped(test.suite), xml_escaped(test.name), test.duration_s);
  if (test.outcome == "pass") {
    return text +
           fmt::format("><system-out>{}</system-out></testcase>\n", xml_escaped(test.message));
  }
  return text + ">" + verdict_element(test) + "</testcase>\n";
}

// tests, failures, errors, skipped and time, as testsuites and testsuite both have them.
std::string counts(const std::vector<TestCase>& cases) {
  const auto count = [&](std::string_view outcome) {
    return std::count_if(cases.begin(), cases.end(),
                         [&](const TestCase& test) { return test.outcome == outcome; });
  };
  double seconds = 0;
  for (const TestCase& test : cases) seconds += test.duration_s;
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\"",
                     cases.size(), count("fail"), count("error"), count("skip"), seconds);
}

}  // namespace

std::string junit_xml(const Json& record) {
  const auto cases = cases_of(record);
  std::map<std::string, std::vector<TestCase>> suites;
  std::vector<std::string> order;
  for (const TestCase& test : cases) {
    if (!suites.contains(test.suite)) order.push_back(test.suite);
    suites[test.suite].push_back(test);
  }
  const std::string title =
      simulated(record) ? "pve-accept (simulation: the figures come from a model)" : "pve-accept";
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
