#include "support/report/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "support/base/json.h"
#include "support/base/text.h"
#include "support/report/report.h"
#include "support/report/wording.h"

namespace pve_accept {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

// One byte that is no UTF-8 and the collector rejects the whole file.
std::string label_value(const std::string& value) {
  const auto well_formed = Json::parse(json_text(Json(value))).get<std::string>();
  std::string escaped;
  for (const char c : well_formed) {
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return escaped;
}

// Prometheus' text format. Only gauges, and no timestamps: node_exporter's collector takes nothing
// else.
class Exposition {
 public:
  // `run_labels` are those that every sample has.
  explicit Exposition(Labels run_labels) : run_labels_(std::move(run_labels)) {}

  void add(const std::string& name, std::string_view help, const Labels& labels, double value) {
    auto family = std::ranges::find(families_, name, &Family::name);
    if (family == families_.end()) {
      families_.push_back({.name = name, .help = std::string(help), .samples = {}});
      family = std::prev(families_.end());
    }
    Labels all = run_labels_;
    all.insert(all.end(), labels.begin(), labels.end());
    std::string text;
    for (const auto& [label, text_of_label] : all) {
      text +=
          fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", label, label_value(text_of_label));
    }
    family->samples += fmt::format("{}{{{}}} {}\n", name, text, text::exact(value));
  }

  std::string text() const {
    std::string text;
    for (const Family& family : families_) {
      text += fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n{2}", family.name, family.help,
                          family.samples);
    }
    return text;
  }

 private:
  struct Family {
    std::string name;
    std::string help;
    std::string samples;
  };

  Labels run_labels_;
  std::vector<Family> families_;
};

void add_run(Exposition& metrics, const Record& record) {
  const auto seconds = [](const std::optional<std::string>& time) {
    return static_cast<double>(text::to_epoch_s(time.value_or("")).value_or(0));
  };
  metrics.add("pve_accept_run_info", "Of the newest run: what ran where. Always 1.",
              {{"run", record.run.id},
               {"suite_version", record.run.suite_version},
               {"release", record.node.release.value_or("")},
               {"kernel", record.node.kernel.value_or("")},
               {"boot_id", record.node.boot_id.value_or("")}},
              1);
  metrics.add("pve_accept_run_started_timestamp_seconds",
              "When the newest run began; 0 where it did not.", {}, seconds(record.run.started));
  metrics.add("pve_accept_run_finished_timestamp_seconds",
              "When the newest run ended; 0 where it did not.", {}, seconds(record.run.finished));
  metrics.add("pve_accept_run_exit_status",
              "0: every claim held; 1: a claim is false; 2: something could not be told.", {},
              record.exit_status());
  metrics.add("pve_accept_run_failed_stages", "Stages of the newest run that could not be done.",
              {}, static_cast<double>(failed_stages(record).size()));
  for (const Maturity maturity : kMaturities) {
    const auto claims = claims_of(record, maturity);
    for (const Outcome outcome : kOutcomes) {
      const auto count = std::ranges::count(claims, outcome, &ClaimResult::outcome);
      metrics.add("pve_accept_cases", "Cases of the newest run, by what came of them.",
                  {{"maturity", std::string(to_string(maturity))},
                   {"outcome", std::string(to_string(outcome))}},
                  static_cast<double>(count));
    }
  }
}

Labels labels_of(const ClaimResult& claim) {
  const auto guest = claim.guest ? std::string(to_string(*claim.guest)) : "";
  return {{"claim", claim.id}, {"guest", guest}};
}

void add_outcome(Exposition& metrics, const ClaimResult& claim) {
  for (const Outcome outcome : kOutcomes) {
    Labels labels = labels_of(claim);
    labels.emplace_back("maturity", std::string(to_string(claim.maturity)));
    labels.emplace_back("outcome", std::string(to_string(outcome)));
    metrics.add("pve_accept_claim_outcome", "1 for what came of the case, 0 for what did not.",
                labels, claim.outcome == outcome ? 1 : 0);
  }
  metrics.add("pve_accept_claim_duration_seconds", "How long it took to judge the case.",
              labels_of(claim), claim.duration_s);
}

// One value of a case, with what is said of it.
struct Quantity {
  std::string figure;  // the name of a further value; empty for the claim's own
  std::optional<std::string> unit;
  std::optional<Bound> allowed;
  Value measured;
  Value reference;
};

void add_quantity(Exposition& metrics, const ClaimResult& claim, const Quantity& quantity) {
  const std::string unit = quantity.unit.value_or("");
  const BaseUnit base = base_unit(unit);
  Labels labels = labels_of(claim);
  labels.emplace_back("figure", quantity.figure);
  if (base.suffix.empty()) labels.emplace_back("unit", unit);
  const auto add = [&](const char* what, const char* help, std::optional<double> value) {
    if (!value || !std::isfinite(*value)) return;
    metrics.add(fmt::format("pve_accept_claim_{}{}", what, base.suffix), help, labels,
                *value * base.times / base.per);
  };
  add("measured", "What the case measured.", quantity.measured.number());
  add("reference", "What Phase 0 measured.", quantity.reference.number());
  if (!quantity.allowed) return;
  add("allowed_min", "The lowest value that the case allows.", quantity.allowed->lowest());
  add("allowed_max", "The highest value that the case allows.", quantity.allowed->highest());
}

void add_quantities(Exposition& metrics, const ClaimResult& claim) {
  add_quantity(metrics, claim,
               {.figure = "",
                .unit = claim.unit,
                .allowed = claim.allowed,
                .measured = claim.measured,
                .reference = claim.reference});
  for (const AlsoResult& also : claim.also) {
    add_quantity(metrics, claim,
                 {.figure = also.name,
                  .unit = also.unit,
                  .allowed = also.allowed,
                  .measured = also.measured,
                  .reference = {}});
  }
}

}  // namespace

BaseUnit base_unit(std::string_view unit) {
  struct Entry {
    std::string_view unit;
    BaseUnit base;
  };
  static constexpr auto kUnits = std::to_array<Entry>({
      {"MiB", {.suffix = "_bytes", .times = 1048576}},
      {"GiB", {.suffix = "_bytes", .times = 1073741824}},
      {"s", {.suffix = "_seconds"}},
      {"ms", {.suffix = "_seconds", .per = 1000}},
      {"%", {.suffix = "_ratio", .per = 100}},
      {"% of the time", {.suffix = "_ratio", .per = 100}},
      {"pp", {.suffix = "_ratio", .per = 100}},
      {"tps", {.suffix = "_transactions_per_second"}},
  });
  const auto* const found = std::ranges::find(kUnits, unit, &Entry::unit);
  return found == kUnits.end() ? BaseUnit{} : found->base;
}

std::string metrics_text(const Record& record) {
  Exposition metrics({{"node", node_label(record)}, {"kind", record.node.kind}});
  add_run(metrics, record);
  const auto claims = claims_of(record);
  for (const ClaimResult* claim : claims) add_outcome(metrics, *claim);
  for (const ClaimResult* claim : claims) add_quantities(metrics, *claim);
  return metrics.text();
}

}  // namespace pve_accept
