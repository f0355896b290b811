#include "support/report/metrics.h"

#include <gtest/gtest.h>

#include <set>

#include "suites/unit/matchers.h"
#include "suites/unit/report/sample_record.h"
#include "support/base/text.h"
#include "support/report/report.h"

namespace pve_accept {
namespace {

// The value of the one sample whose line begins with that; what is amiss, where there is none.
std::string sample(const std::string& metrics, const std::string& start) {
  std::string found = "no such sample";
  for (const std::string_view line : text::lines(metrics)) {
    if (!line.starts_with(start)) continue;
    if (found != "no such sample") return "more than one";
    found = line.substr(line.rfind("} ") + 2);
  }
  return found;
}

std::string labels(const std::string& claim, const std::string& guest,
                   const std::string& figure = "") {
  return R"({node="sim",kind="sim",claim=")" + claim + R"(",guest=")" + guest + R"(",figure=")" +
         figure + R"(")";
}

TEST(Metrics, HaveEveryOutcomeOfEveryCase) {
  const std::string metrics = metrics_text(sample_record());
  const auto outcome = [&](const std::string& name) {
    return sample(metrics,
                  "pve_accept_claim_outcome" +
                      std::string(R"({node="sim",kind="sim",claim="docker.storage-driver",)") +
                      R"(guest="lxc",maturity="stable",outcome=")" + name + "\"}");
  };
  EXPECT_EQ(outcome("pass"), "0");
  EXPECT_EQ(outcome("fail"), "1");
  EXPECT_EQ(outcome("error"), "0");
  EXPECT_EQ(outcome("skip"), "0");
}

TEST(Metrics, CountOutcomesOfStableAndPreviewApart) {
  const auto count = [](const Record& record, const std::string& maturity,
                        const std::string& outcome) {
    return sample(metrics_text(record), R"(pve_accept_cases{node="sim",kind="sim",maturity=")" +
                                            maturity + R"(",outcome=")" + outcome + "\"}");
  };
  EXPECT_EQ(count(sample_record(), "stable", "pass"), "7");
  EXPECT_EQ(count(sample_record(), "stable", "fail"), "1");
  EXPECT_EQ(count(sample_record(), "stable", "error"), "1");
  EXPECT_EQ(count(sample_record(), "stable", "skip"), "1");
  EXPECT_EQ(count(sample_record(), "preview", "fail"), "0");
  EXPECT_EQ(count(sample_record_in_preview(), "stable", "fail"), "0");
  EXPECT_EQ(count(sample_record_in_preview(), "preview", "fail"), "1");
}

TEST(Metrics, HaveEachFigureWithItsBoundsInBaseUnits) {
  const std::string metrics = metrics_text(sample_record());
  const std::string memory = labels("memory.idle-delta", "lxc") + "}";
  EXPECT_EQ(sample(metrics, "pve_accept_claim_measured_bytes" + memory), "223346688");  // 213 MiB
  EXPECT_EQ(sample(metrics, "pve_accept_claim_reference_bytes" + memory), "221249536");
  EXPECT_EQ(sample(metrics, "pve_accept_claim_allowed_min_bytes" + memory), "52428800");
  EXPECT_EQ(sample(metrics, "pve_accept_claim_allowed_max_bytes" + memory), "326107136");
  const std::string cpu = labels("cpu.idle", "vm") + "}";
  EXPECT_EQ(sample(metrics, "pve_accept_claim_measured_ratio" + cpu), "0.061");
  const std::string throughput = labels("load.throughput", "lxc") + "}";
  EXPECT_EQ(sample(metrics, "pve_accept_claim_measured_transactions_per_second" + throughput),
            "2200.5");
  const std::string change = labels("delta.throughput", "") + "}";
  EXPECT_EQ(sample(metrics, "pve_accept_claim_measured_ratio" + change), "-0.182");
}

TEST(Metrics, HaveFurtherFiguresByName) {
  const std::string metrics = metrics_text(sample_record());
  const std::string growth =
      labels("docker.storage-driver", "lxc", "growth of ten containers") + "}";
  EXPECT_EQ(sample(metrics, "pve_accept_claim_measured_bytes" + growth), "4194304000");
  EXPECT_EQ(sample(metrics, "pve_accept_claim_allowed_max_bytes" + growth), "52428800");
  // A text is no figure.
  EXPECT_THAT(metrics, Not(HasSubstr(labels("docker.storage-driver", "lxc", "container root"))));
}

TEST(Metrics, HaveWhatIsCountedWithItsUnitAsALabel) {
  const std::string metrics = metrics_text(sample_record());
  const std::string exec = labels("docker.exec", "vm") + R"(,unit=""})";
  EXPECT_EQ(sample(metrics, "pve_accept_claim_measured" + exec), "0");
  EXPECT_EQ(sample(metrics, "pve_accept_claim_allowed_max" + exec), "0");  // equals 0
  EXPECT_EQ(sample(metrics, "pve_accept_claim_allowed_min" + exec), "0");
}

TEST(Metrics, HaveNoSampleForWhatWasNotMeasured) {
  const std::string metrics = metrics_text(sample_record());
  const std::string memory = labels("memory.idle-delta", "vm") + "}";
  EXPECT_EQ(sample(metrics, "pve_accept_claim_measured_bytes" + memory), "no such sample");
  EXPECT_EQ(sample(metrics, "pve_accept_claim_reference_bytes" + memory), "2155872256");
}

TEST(Metrics, SayWhenTheRunBeganAndEnded) {
  Record record = sample_record();
  const std::string started = R"(pve_accept_run_started_timestamp_seconds{node="sim",kind="sim"})";
  const std::string finished =
      R"(pve_accept_run_finished_timestamp_seconds{node="sim",kind="sim"})";
  EXPECT_EQ(sample(metrics_text(record), started), "1780824600");
  EXPECT_EQ(sample(metrics_text(record), finished), "0");
  record.run.finished = "2026-06-07T10:00:01Z";
  EXPECT_EQ(sample(metrics_text(record), finished), "1780826401");
}

TEST(Metrics, SayWhatRanAndHowItEnded) {
  Record record = sample_record();
  record.node.kind = "pve";
  record.node.name = "pve1";
  record.node.release = "9.2.2";
  record.stages["stop/vm"] = {.message = "it still runs"};
  const std::string metrics = metrics_text(record);
  EXPECT_EQ(sample(metrics, R"(pve_accept_run_exit_status{node="pve1",kind="pve"})"), "1");
  EXPECT_EQ(sample(metrics, R"(pve_accept_run_failed_stages{node="pve1",kind="pve"})"), "1");
  EXPECT_EQ(sample(metrics, R"(pve_accept_run_info{node="pve1",kind="pve",run="run-1",)"
                            R"(suite_version="0.1.0",release="9.2.2",kernel="",boot_id=""})"),
            "1");
  EXPECT_THAT(metrics, Not(HasSubstr("kind=\"sim\"")));
}

// What the collector takes: HELP and TYPE once for each name, in front of all its samples; gauges
// only; a number and no time behind it.
TEST(Metrics, AreWhatTheTextfileCollectorReads) {
  const std::string metrics = metrics_text(sample_record());
  std::set<std::string> families;
  std::string family;
  std::string help;
  for (const std::string_view line : text::lines(metrics)) {
    const auto words = text::words(line);
    if (line.starts_with("# HELP ")) {
      help = words[2];
    } else if (line.starts_with("# TYPE ")) {
      family = words[2];
      EXPECT_EQ(help, family);
      EXPECT_EQ(words[3], "gauge");
      EXPECT_TRUE(families.insert(family).second) << family << " begins twice";
    } else {
      EXPECT_THAT(std::string(line), StartsWith(family + "{"));
      const std::string_view value = line.substr(line.rfind("} ") + 2);
      EXPECT_TRUE(text::to_number(value)) << line;
    }
  }
  EXPECT_EQ(metrics.back(), '\n');
}

TEST(Metrics, EscapeWhatALabelCannotHold) {
  Record record = sample_record();
  record.node.name = "a\"b\\c\nd\xff";
  EXPECT_THAT(metrics_text(record), HasSubstr(R"({node="a\"b\\c\nd)"
                                              "\xEF\xBF\xBD\","));
}

TEST(Metrics, OfARunThatNeverBeganSayThatNothingCouldBeTold) {
  Record record{.node = {.kind = "pve", .name = "pve1"}};
  record.stages["preflight"] = {.message = "no route to host"};
  const std::string metrics = metrics_text(record);
  EXPECT_EQ(sample(metrics, R"(pve_accept_run_exit_status{node="pve1",kind="pve"})"), "2");
  EXPECT_EQ(sample(metrics, R"(pve_accept_run_failed_stages{node="pve1",kind="pve"})"), "1");
}

// A unit that is new in thresholds.json is either converted or said to be a count here.
TEST(Metrics, KnowEveryUnitOfTheThresholds) {
  const std::set<std::string> counts = {"intervals", "rows", "samples", "services", "transactions"};
  const std::function<void(const Json&)> look_at = [&](const Json& json) {
    for (const auto& [key, value] : json.items()) {
      if (key == "unit" && !counts.contains(value.get<std::string>())) {
        EXPECT_NE(base_unit(value.get<std::string>()).suffix, "") << value;
      }
      if (value.is_object()) look_at(value);
    }
  };
  look_at(suite_thresholds_document());
}

}  // namespace
}  // namespace pve_accept
