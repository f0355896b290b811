#include "support/compare/baseline.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "support/base/error.h"
#include "support/record/record_fields.h"

namespace pve_accept {

template <class Fields>
void visit(RunFigures& run, Fields& fields) {
  fields("id", run.id, required);
  fields("started", run.started, required);
  fields("boot_id", run.boot_id);
  fields("pending_kernel", run.pending_kernel, if_set);
  fields("figures", run.figures, required);
}

template <class Fields>
void visit(Baseline::Load& load, Fields& fields) {
  fields("scale", load.scale);
  fields("clients", load.clients);
  fields("duration_s", load.duration_s);
}

template <class Fields>
void visit(Baseline& baseline, Fields& fields) {
  fields("schema", baseline.schema, required);
  fields("node", baseline.node, required);
  fields("guests", baseline.guests, required);
  fields("loads", baseline.loads);
  fields("runs", baseline.runs, required);
}

// Figures have to be of what is measured. (A run without any is no reason to refuse the others.)
void check_fields(const JsonCursor& place, const RunFigures& run) {
  for (const auto& [id, by_subject] : run.figures) {
    const Metric* metric = find_metric(id);
    if (metric == nullptr) place.at("figures").at(id).fail("no metric has that id");
    for (const auto& [name, values] : by_subject) {
      const auto of = subjects(*metric);
      const auto known = std::ranges::find(of, name, subject_name);
      if (known == of.end()) {
        place.at("figures").at(id).at(name).fail("the metric is not measured of that");
      }
    }
  }
}

void check_fields(const JsonCursor& place, const Baseline& baseline) {
  if (baseline.runs.empty()) place.at("runs").fail("expected at least one run");
}

namespace {

constexpr int kBaselineSchema = 1;

// Of what a baseline keeps of a node and its guests, nothing is a secret, and nothing is only of
// the moment.
NodeRecord lasting(NodeRecord node) {
  node.before.reset();
  node.services = {};
  node.unknown_commands.clear();
  node.epoch_at_start.reset();
  node.clock_ahead_s.reset();
  return node;
}

GuestRecord lasting(GuestRecord guest) {
  guest.address.reset();
  guest.host_keys.clear();
  guest.oom_killed.clear();
  return guest;
}

RunFigures figures_of(const Record& record) {
  RunFigures run{.id = record.run.id,
                 .started = record.run.started,
                 .boot_id = record.node.boot_id,
                 .pending_kernel = record.node.pending_kernel};
  const std::vector<RoundRecord> rounds = record.all_rounds();
  for (const Metric& metric : metrics()) {
    for (const auto guest : subjects(metric)) {
      auto& values = run.figures[std::string(metric.id)][std::string(subject_name(guest))];
      for (const RoundRecord& round : rounds) {
        if (metric.once_a_run && round.number != 1) break;
        values.push_back(figure_of(metric, {record, round, guest}));
      }
    }
  }
  return run;
}

Baseline::Load load_of(const LoadRecord& load) {
  return {load.pgbench.scale, load.pgbench.clients, load.pgbench.duration_s};
}

bool has_figures(const RunFigures& run) {
  return std::ranges::any_of(run.figures, [](const auto& metric) {
    return std::ranges::any_of(metric.second, [](const auto& subject) {
      return std::ranges::any_of(subject.second,
                                 [](const auto& value) { return value.has_value(); });
    });
  });
}

const std::vector<Fact<double>>* values_in(const RunFigures& run, const Metric& metric,
                                           std::optional<GuestKind> guest) {
  const auto of_metric = run.figures.find(std::string(metric.id));
  if (of_metric == run.figures.end()) return nullptr;
  const auto found = of_metric->second.find(std::string(subject_name(guest)));
  return found == of_metric->second.end() ? nullptr : &found->second;
}

std::string plural(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

std::size_t RunFigures::rounds() const {
  std::size_t most = 0;
  for (const auto& [metric, by_subject] : figures) {
    for (const auto& [subject, values] : by_subject) most = std::max(most, values.size());
  }
  return most;
}

ByRun Baseline::figures(const Metric& metric, std::optional<GuestKind> guest) const {
  ByRun by_run;
  for (const RunFigures& run : runs) {
    std::vector<double> there;
    if (const auto* values = values_in(run, metric, guest)) {
      for (const auto& value : *values) {
        if (value) there.push_back(*value);
      }
    }
    if (!there.empty()) by_run.push_back(std::move(there));
  }
  return by_run;
}

std::string Baseline::missing(const Metric& metric, std::optional<GuestKind> guest) const {
  std::string latest = "it was not measured";
  for (const RunFigures& run : runs) {
    const auto* values = values_in(run, metric, guest);
    if (values == nullptr) continue;
    for (const auto& value : *values) {
      if (!value && !value.problem.empty()) latest = value.problem;
    }
  }
  return latest;
}

std::size_t Baseline::rounds() const {
  std::size_t all = 0;
  for (const RunFigures& run : runs) all += run.rounds();
  return all;
}

std::optional<std::size_t> Baseline::boots() const {
  std::set<std::string> ids;
  for (const RunFigures& run : runs) {
    if (!run.boot_id) return std::nullopt;
    ids.insert(*run.boot_id);
  }
  return ids.size();
}

Baseline one_run(const Record& record) {
  Baseline side{.node = lasting(record.node), .runs = {figures_of(record)}};
  for (const auto& [kind, guest] : record.guests) side.guests.emplace(kind, lasting(guest));
  for (const auto& [kind, measured] : record.measurements) {
    if (measured.load) side.loads.emplace(kind, load_of(*measured.load));
  }
  return side;
}

Baseline together(std::vector<Baseline> parts) {
  if (parts.empty()) throw InputError("not a single run was named");
  std::ranges::stable_sort(parts, {},
                           [](const Baseline& part) { return part.runs.back().started; });
  Baseline all = parts.back();
  all.runs.clear();
  for (Baseline& part : parts) {
    const std::string& id = part.runs[0].id;
    if (part.node.simulated() != all.node.simulated()) {
      throw InputError(fmt::format(
          "run {} is of a {} node and others are not: a model's figures say nothing of hardware; "
          "name runs of one kind",
          id, part.node.simulated() ? "simulated" : "real"));
    }
    // A pending reboot does not part runs from one another: each says it of itself.
    const std::vector<RunFigures> runs = std::exchange(part.runs, {});
    const auto differences = differences_that_matter(part, all);
    if (!differences.empty()) {
      throw InputError(fmt::format("run {} does not belong with the others: {}", id,
                                   fmt::join(differences, "; ")));
    }
    all.runs.insert(all.runs.end(), runs.begin(), runs.end());
  }
  std::ranges::stable_sort(all.runs, {}, &RunFigures::started);
  std::set<std::string> ids;
  for (const RunFigures& run : all.runs) {
    if (ids.insert(run.id).second) continue;
    throw InputError(fmt::format("run {} is there twice: name each run once", run.id));
  }
  return all;
}

void require_adoptable(const Baseline& baseline) {
  for (const RunFigures& run : baseline.runs) {
    if (run.pending_kernel) {
      throw InputError(
          fmt::format("run {}: a reboot was pending ({} was installed and did not run): reboot the "
                      "node, run again, adopt that run",
                      run.id, *run.pending_kernel));
    }
    if (!has_figures(run)) {
      throw InputError(fmt::format("run {} has not a single usable figure: leave it out", run.id));
    }
  }
}

std::vector<std::string> warnings(const Baseline& baseline) {
  std::vector<std::string> lines;
  if (baseline.node.simulated()) {
    lines.emplace_back("its figures come from a model, and say nothing about hardware");
  }
  if (baseline.runs.size() < kRunsOfBaseline) {
    lines.push_back(fmt::format(
        "{}: with fewer than {} only two boots are compared, and no claim can FAIL by it",
        plural(baseline.runs.size(), "run"), kRunsOfBaseline));
  }
  const auto boots = baseline.boots();
  if (!boots) {
    lines.emplace_back(
        "not every run has its boot on record: how figures differ by boot may not be in it");
  } else if (*boots == 1 && baseline.runs.size() > 1) {
    lines.emplace_back(
        "all runs share one boot: how figures differ from boot to boot is not in it; reboot "
        "between runs");
  }
  return lines;
}

std::string made_of(const Baseline& baseline) {
  const auto boots = baseline.boots();
  return fmt::format("{}, {}, {}", plural(baseline.runs.size(), "run"),
                     boots ? plural(*boots, "boot") : "boots not on record",
                     plural(baseline.rounds(), "round"));
}

std::string to_json_text(const Baseline& baseline) {
  return json_text(write_fields(baseline), 1) + "\n";
}

Baseline parse_baseline(const Json& document, const std::string& source) {
  const JsonCursor cursor(document, source);
  constexpr const char* kRemedy = "adopt the runs again with this version: pve-accept adopt RUN...";
  try {
    const auto schema = cursor.at("schema").integer();
    if (schema != kBaselineSchema) {
      cursor.at("schema").fail(fmt::format("expected {}, found {}", kBaselineSchema, schema));
    }
    return read_fields<Baseline>(cursor);
  } catch (const InputError& error) {
    throw InputError(
        fmt::format("{}: no baseline of this version, or damaged; {}", error.what(), kRemedy));
  }
}

bool looks_like_baseline(const Json& document) {
  return document.is_object() && document.contains("runs") && !document.contains("claims");
}

namespace {

constexpr const char* kAdoptHere = "adopt runs of this node: pve-accept adopt RUN...";

[[noreturn]] void refuse_node(const Baseline& baseline, const std::string& source,
                              const std::string& node_name) {
  throw InputError(fmt::format("{}: it is of node {}, and the run is of {}; {}", source,
                               baseline.node.name, node_name, kAdoptHere));
}

void require_of_kind(const Baseline& baseline, const std::string& source, bool simulated) {
  if (baseline.node.simulated() == simulated) return;
  throw InputError(fmt::format("{}: it is of a {} node, and the run is of a {} one; {}", source,
                               simulated ? "real" : "simulated", simulated ? "simulated" : "real",
                               kAdoptHere));
}

}  // namespace

void require_of_node(const Baseline& baseline, const std::string& source, bool simulated,
                     const std::string& node_name) {
  require_of_kind(baseline, source, simulated);
  const bool may_be_it = baseline.node.name == node_name || baseline.node.host_key;
  if (!may_be_it) refuse_node(baseline, source, node_name);
}

void require_of_node(const Baseline& baseline, const std::string& source, const NodeRecord& node) {
  require_of_kind(baseline, source, node.simulated());
  const bool same_key = node.host_key && node.host_key == baseline.node.host_key;
  if (baseline.node.name != node.name && !same_key) refuse_node(baseline, source, node.name);
}

}  // namespace pve_accept
