#include "support/report/ctest.h"

#include <gtest/gtest.h>

#include "suites/unit/matchers.h"
#include "suites/unit/report/sample_record.h"

namespace pve_accept {
namespace {

std::string measurement(const std::string& name, const std::string& value) {
  return "<CTestMeasurement type=\"numeric/double\" name=\"" + name + "\">" + value +
         "</CTestMeasurement>\n";
}

TEST(CTestMeasurements, HaveFigureBoundsAndReference) {
  const Record record = sample_record();
  EXPECT_EQ(ctest_measurements(*record.claim("memory.idle-delta", kLxc)),
            measurement("measured (MiB)", "213") + measurement("allowed min (MiB)", "50") +
                measurement("allowed max (MiB)", "311") + measurement("reference (MiB)", "211"));
}

TEST(CTestMeasurements, HaveFurtherFiguresOfACaseThatMeasuredAText) {
  const Record record = sample_record();
  EXPECT_EQ(ctest_measurements(*record.claim("docker.storage-driver", kLxc)),
            measurement("growth of ten containers (MiB)", "4000") +
                measurement("growth of ten containers, allowed max (MiB)", "50"));
}

TEST(CTestMeasurements, HaveOneAllowedNumberAsBothBounds) {
  const Record record = sample_record();
  EXPECT_EQ(ctest_measurements(*record.claim("docker.exec", kVm)),
            measurement("measured", "0") + measurement("allowed min", "0") +
                measurement("allowed max", "0"));
}

TEST(CTestMeasurements, AreNoneWhereNoNumberWasMeasured) {
  const Record record = sample_record();
  EXPECT_EQ(ctest_measurements(*record.claim("memory.idle-delta", kVm)), "");
  EXPECT_EQ(ctest_measurements(*record.claim("guest.freeze", kLxc)), "");
  EXPECT_EQ(ctest_measurements({.measured = Figure::kUnknown, .reference = 1}), "");
}

TEST(CTestMeasurements, EscapeNames) {
  const ClaimResult claim{.also = {{.name = "a<b> & \"c\"", .measured = 1}}};
  EXPECT_EQ(ctest_measurements(claim), measurement("a&lt;b&gt; &amp; &quot;c&quot;", "1"));
}

TEST(CTestAttachment, NamesTheFile) {
  EXPECT_EQ(ctest_attachment("findings.md", "/runs/a & b/findings.md"),
            "<CTestMeasurementFile type=\"file\" name=\"findings.md\">/runs/a &amp; b/findings.md"
            "</CTestMeasurementFile>\n");
}

}  // namespace
}  // namespace pve_accept
