#include <gtest/gtest.h>

#include "suites/unit/matchers.h"
#include "suites/unit/report/markup.h"
#include "suites/unit/report/sample_record.h"
#include "support/report/report.h"
#include "support/report/xml.h"

namespace pve_accept {
namespace {

// The case of that name: from its start to its end.
std::string element_of(const std::string& xml, const std::string& name) {
  const auto begin = xml.find(" name=\"" + name + "\" ");
  if (begin == std::string::npos) return "no case " + name;
  return xml.substr(begin, xml.find("</testcase>", begin) - begin);
}

std::string property(const std::string& name, const std::string& value) {
  return "<property name=\"" + name + "\" value=\"" + value + "\"/>";
}

TEST(JUnit, NamesTestsAsCTestDoes) {
  const std::string xml = junit_xml(sample_record());
  EXPECT_THAT(xml,
              HasSubstr("classname=\"sim.Docker\" name=\"sim.Docker.UsesOverlayStorage/lxc\""));
  EXPECT_THAT(xml, HasSubstr("name=\"sim.Difference.OfIdleMemoryIsLarge\""));
}

TEST(JUnit, CountsEveryOutcome) {
  const std::string xml = junit_xml(sample_record());
  EXPECT_THAT(xml, HasSubstr("tests=\"10\" failures=\"1\" errors=\"1\" time="));
  EXPECT_EQ(occurrences(xml, " skipped=\"1\""), 1);
  EXPECT_EQ(occurrences(xml, "<testcase "), 10);
  EXPECT_EQ(occurrences(xml, "<failure "), 1);
  EXPECT_EQ(occurrences(xml, "<error "), 1);
  EXPECT_EQ(occurrences(xml, "<skipped "), 1);
  EXPECT_EQ(malformed(xml), "");
}

TEST(JUnit, ShowsClaimsInPreviewWithoutAFailure) {
  const std::string xml = junit_xml(sample_record_in_preview());
  EXPECT_THAT(xml, HasSubstr("tests=\"10\" failures=\"0\" errors=\"0\" time="));
  EXPECT_THAT(xml, Not(HasSubstr("<failure ")));
  EXPECT_THAT(xml, HasSubstr("<system-out>preview, does not count: FAIL docker.storage-driver/lxc: "
                             "measured vfs"));
  EXPECT_THAT(xml, HasSubstr("<system-out>preview, does not count: ERROR memory.idle-delta/vm"));
  EXPECT_EQ(malformed(xml), "");
}

TEST(JUnit, HasWhatWasMeasuredAsProperties) {
  Record record = sample_record();
  record.node.boot_id = "0b5e6d1c-5f6a-4d0e-9f53-2f8f6a9f6c11";
  const std::string xml = element_of(junit_xml(record), "sim.Memory.CostsLittleWhenIdle/lxc");
  EXPECT_THAT(xml, HasSubstr(property("claim", "memory.idle-delta")));
  EXPECT_THAT(xml, HasSubstr(property("measured", "213")));
  EXPECT_THAT(xml, HasSubstr(property("unit", "MiB")));
  EXPECT_THAT(xml, HasSubstr(property("allowed", "50 to 311")));
  EXPECT_THAT(xml, HasSubstr(property("reference", "211")));
  EXPECT_THAT(xml, HasSubstr(property("boot_id", "0b5e6d1c-5f6a-4d0e-9f53-2f8f6a9f6c11")));
  EXPECT_THAT(xml, Not(HasSubstr("name=\"statistic\"")));  // it was given as one number
}

TEST(JUnit, NamesTheStatisticOfAFigure) {
  Record record;
  record.claims.push_back(judge(suite_thresholds(), "memory.idle-delta", kLxc,
                                {.figure = Figure{.median = 212, .mean = 250}}));
  const std::string xml = junit_xml(record);
  EXPECT_THAT(xml, HasSubstr(property("measured", "212")));
  EXPECT_THAT(xml, HasSubstr(property("statistic", "median")));
}

TEST(JUnit, HasFurtherValuesOfACaseAsProperties) {
  const std::string xml =
      element_of(junit_xml(sample_record()), "sim.Docker.UsesOverlayStorage/lxc");
  EXPECT_THAT(xml, HasSubstr(property("measured", "vfs")));
  EXPECT_THAT(xml, HasSubstr(property("allowed", "one of overlayfs, overlay2")));
  EXPECT_THAT(xml, HasSubstr(property("measured.container root", "ext4")));
  EXPECT_THAT(xml, HasSubstr(property("allowed.growth of ten containers", "at most 50 MiB")));
  EXPECT_THAT(xml, Not(HasSubstr("boot_id")));  // it is not on record
}

TEST(JUnit, HasNoPropertyForWhatWasNotMeasured) {
  const std::string xml =
      element_of(junit_xml(sample_record()), "sim.Memory.CostsLittleWhenIdle/vm");
  EXPECT_THAT(xml, Not(HasSubstr("name=\"measured\"")));
  EXPECT_THAT(xml, HasSubstr(property("reference", "2056")));
}

// What its readers take for given: the properties before the verdict, and one verdict a case.
TEST(JUnit, HasThePropertiesOfACaseBeforeItsVerdict) {
  const std::string xml = junit_xml(sample_record());
  for (auto at = xml.find("<testcase "); at != std::string::npos;
       at = xml.find("<testcase ", at + 1)) {
    const std::string test = xml.substr(at, xml.find("</testcase>", at) - at);
    EXPECT_THAT(test, ContainsRegex(">\n *<properties>\n( *<property [^>]*/>\n)+ *</properties>\n"
                                    " *<(system-out|failure|error|skipped)[^>]*>[^<]+</"
                                    "(system-out|failure|error|skipped)>\n *$"));
  }
}

TEST(JUnit, SaysInItsTextWhatAnAttributeSays) {
  const std::string xml = junit_xml(sample_record());
  EXPECT_THAT(xml, ContainsRegex("<skipped message=\"guest.freeze/lxc: not applicable"
                                 "[^>]*>guest.freeze/lxc: not applicable"));
  EXPECT_THAT(xml, ContainsRegex("<failure message=\"docker.storage-driver/lxc: measured"
                                 "[^>]*>docker.storage-driver/lxc: measured"));
}

TEST(JUnit, HasNoTwoCasesOfOneName) {
  Record record = sample_record();
  record.claims.push_back(record.claims.front());
  record.claims.push_back(record.claims.front());
  const std::string xml = junit_xml(record);
  EXPECT_EQ(occurrences(xml, " name=\"sim.Cpu.CostsLittleWhenIdle/vm\" "), 1);
  EXPECT_EQ(occurrences(xml, " name=\"sim.Cpu.CostsLittleWhenIdle/vm (2)\" "), 1);
  EXPECT_EQ(occurrences(xml, " name=\"sim.Cpu.CostsLittleWhenIdle/vm (3)\" "), 1);
}

TEST(JUnit, SaysOfEachSuiteWhereAndWhenItWasRun) {
  Record record = sample_record();
  record.node.release = "9.2.2";
  const std::string xml = junit_xml(record);
  const auto suites = occurrences(xml, "<testsuite ");
  EXPECT_EQ(occurrences(xml, " timestamp=\"2026-06-07T09:30:00Z\" hostname=\"sim\">"), suites);
  EXPECT_EQ(occurrences(xml, property("kind", "sim")), suites);
  EXPECT_EQ(occurrences(xml, property("release", "9.2.2")), suites);
}

TEST(JUnit, OfASimulationSaysSo) {
  EXPECT_THAT(junit_xml(sample_record()), HasSubstr("figures come from a model"));
}

TEST(JUnit, HasAFailedStageAsAnError) {
  Record record;
  record.node = {.kind = "pve", .name = "pve1"};
  record.stages["preflight"].outcome = Outcome::kPass;
  record.stages["stop/vm"] = {.message = "it still runs", .hint = "stop it"};
  const std::string xml = junit_xml(record);
  EXPECT_THAT(xml, HasSubstr("it still runs&#10;Hint: stop it</error>"));
  EXPECT_THAT(xml, HasSubstr("tests=\"1\" failures=\"0\" errors=\"1\""));
  EXPECT_THAT(xml, HasSubstr("name=\"pve1.stop/vm\""));
}

TEST(JUnit, NamesAKnownIssueInItsText) {
  Record record = sample_record();
  record.node.packages["lxc-pve"] = "6.0.5-1";
  record.claims[1].message = "reopen fd 8: permission denied";
  const std::string xml = junit_xml(record);
  EXPECT_THAT(xml, HasSubstr("denied&#10;Known issues: matches a known issue: runc opens"));
  EXPECT_THAT(xml, ContainsRegex("<property name=\"known_issue\" value=\"[^\"]+\"/>"));
  EXPECT_THAT(xml, HasSubstr(property("known_issue.fit", "matches")));
  EXPECT_EQ(malformed(xml), "");
}

TEST(JUnit, EscapesWhatATestSaid) {
  Record record = sample_record();
  record.claims[1].message = "a <b> & \"c\" 'd' \x1b[31m\nnext";
  record.claims[1].hint = "]]>";
  const std::string xml = junit_xml(record);
  EXPECT_THAT(xml, HasSubstr("a &lt;b&gt; &amp; &quot;c&quot; &apos;d&apos; \\x1b[31m&#10;next"));
  EXPECT_THAT(xml, Not(HasSubstr("]]>")));
  EXPECT_EQ(malformed(xml), "");
}

TEST(XmlEscaped, KeepsTextOfOtherLanguages) { EXPECT_EQ(xml_escaped("Δ – ± 漢 😀"), "Δ – ± 漢 😀"); }

TEST(XmlEscaped, ReplacesWhatIsNoUtf8) {
  const std::string replacement = "\xEF\xBF\xBD";
  EXPECT_EQ(xml_escaped("a\xff"), "a" + replacement);
  EXPECT_EQ(xml_escaped("\xC0\x80"), replacement + replacement);                    // overlong
  EXPECT_EQ(xml_escaped("\xE2\x82"), replacement + replacement);                    // cut short
  EXPECT_EQ(xml_escaped("\xED\xA0\x80"), replacement + replacement + replacement);  // surrogate
  EXPECT_EQ(xml_escaped("\xEF\xBF\xBF"), replacement + replacement + replacement);  // U+FFFF
}

TEST(XmlEscaped, ShowsControlCharacters) {
  EXPECT_EQ(xml_escaped(std::string_view("\0\x07\x7f", 3)), "\\x00\\x07\\x7f");
  EXPECT_EQ(xml_escaped("a\tb\r\n"), "a&#9;b&#13;&#10;");
}

}  // namespace
}  // namespace pve_accept
