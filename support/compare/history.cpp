#include "support/compare/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "support/base/error.h"
#include "support/compare/baseline.h"
#include "support/compare/decision.h"
#include "support/compare/trend.h"
#include "support/record/claim_catalogue.h"

namespace pve_accept {
namespace {

bool told(Outcome outcome) { return outcome == Outcome::kPass || outcome == Outcome::kFail; }

void add(CaseHistory& history, const ClaimResult& claim, const std::string& run) {
  const auto before = std::find_if(history.outcomes.rbegin(), history.outcomes.rend(), told);
  if (before != history.outcomes.rend() && told(claim.outcome) && *before != claim.outcome) {
    ++history.flips;
  }
  history.outcomes.push_back(claim.outcome);
  history.preview = claim.preview();
  if (claim.outcome == Outcome::kError) ++history.errors;
  if (claim.outcome == Outcome::kPass) history.last_good = run;
}

// Only what is like the newest run in what matters has a place in one line with it.
std::vector<Baseline> like_the_newest(const std::vector<Record>& records) {
  std::vector<Baseline> runs;
  const Baseline newest = one_run(records.back());
  for (const Record& record : records) {
    Baseline run = one_run(record);
    if (differences_that_matter(run, newest).empty()) runs.push_back(std::move(run));
  }
  return runs;
}

std::optional<MetricTrend> trend_in(const std::vector<Baseline>& runs, const Metric& metric,
                                    std::optional<GuestKind> guest, double floor) {
  std::vector<double> figures;
  for (const Baseline& run : runs) {
    const ByRun of_run = scaled(metric, run.figures(metric, guest));
    if (!of_run.empty()) figures.push_back(average(of_run[0]));
  }
  const auto trend = trend_of(figures);
  if (!trend || trend->p > kTrendLevel) return std::nullopt;
  const double change = change_of(metric, trend->slope * static_cast<double>(figures.size() - 1));
  if (std::abs(change) <= floor) return std::nullopt;
  return MetricTrend{&metric, guest, figures.size(), change, trend->p};
}

}  // namespace

bool CaseHistory::notable() const {
  if (outcomes.empty()) return false;
  return flips > 0 || errors > 0 || outcomes.back() == Outcome::kFail;
}

History history_of(std::vector<Record> records, const Thresholds& thresholds) {
  if (records.empty()) throw InputError("not a single run was named");
  std::ranges::sort(records, {}, [](const Record& record) {
    return std::pair(record.run.started, record.run.id);
  });
  History history{.node = records.back().node.name, .simulated = records.back().node.simulated()};
  for (const Record& record : records) {
    if (record.node.name != history.node || record.node.kind != records.back().node.kind) {
      throw InputError(
          fmt::format("run {} is of node {}, others are of {}: name the runs of one node",
                      record.run.id, record.node.name, history.node));
    }
    history.runs.push_back(
        {record.run.id, record.run.started, record.node.boot_id, record.exit_status()});
  }
  for (const ClaimCase& one : every_case()) {
    CaseHistory of_case{.name = case_name(one.id, one.guest)};
    for (const Record& record : records) {
      if (const ClaimResult* claim = record.claim(one.id, one.guest)) {
        add(of_case, *claim, record.run.id);
      }
    }
    if (!of_case.outcomes.empty()) history.cases.push_back(std::move(of_case));
  }
  const std::vector<Baseline> alike = like_the_newest(records);
  history.comparable = alike.size();
  for (const Metric& metric : metrics()) {
    for (const auto guest : subjects(metric)) {
      const auto floor = floor_where_asked(metric, guest, thresholds);
      const auto trend = floor ? trend_in(alike, metric, guest, *floor) : std::nullopt;
      if (trend) history.trends.push_back(*trend);
    }
  }
  return history;
}

Json to_json(const History& history) {
  Json json = {{"schema", 1},
               {"node", history.node},
               {"simulated", history.simulated},
               {"runs", Json::array()},
               {"claims", Json::array()},
               {"comparable_runs", history.comparable},
               {"trends", Json::array()}};
  for (const History::Run& run : history.runs) {
    json["runs"].push_back({{"id", run.id},
                            {"started", run.started},
                            {"boot_id", write_value(run.boot_id)},
                            {"exit_status", run.exit_status}});
  }
  for (const CaseHistory& one : history.cases) {
    Json outcomes = Json::array();
    for (const Outcome outcome : one.outcomes) outcomes.push_back(to_string(outcome));
    json["claims"].push_back({{"case", one.name},
                              {"outcomes", outcomes},
                              {"last_good", write_value(one.last_good)},
                              {"flips", one.flips},
                              {"errors", one.errors},
                              {"preview", one.preview}});
  }
  for (const MetricTrend& trend : history.trends) {
    json["trends"].push_back({{"metric", trend.metric->id},
                              {"of", subject_name(trend.guest)},
                              {"runs", trend.runs},
                              {"change", trend.change},
                              {"unit", trend.metric->change_unit()},
                              {"p", trend.p}});
  }
  return json;
}

}  // namespace pve_accept
