#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/compare/decision.h"
#include "support/compare/metric.h"
#include "support/compare/spread.h"
#include "support/record/record.h"

namespace pve_accept {

// What of one run is compared.
struct RunFigures {
  std::string id = {};
  std::string started = {};
  std::optional<std::string> boot_id = {};         // runs of one boot share its luck
  std::optional<std::string> pending_kernel = {};  // that a reboot would have started
  // By metric and subject ("lxc", "vm", "node"), one a round, or why there is none.
  std::map<std::string, std::map<std::string, std::vector<Fact<double>>>> figures = {};

  std::size_t rounds() const;
};

// Runs of one node that belong together: a side of a comparison, and as a file the baseline of a
// lab.
struct Baseline {
  // What pgbench was told to do.
  struct Load {
    std::optional<int> scale = {};
    std::optional<int> clients = {};
    std::optional<double> duration_s = {};
  };

  int schema = 1;
  NodeRecord node = {};                          // of the newest run
  std::map<GuestKind, GuestRecord> guests = {};  // likewise
  std::map<GuestKind, Load> loads = {};          // likewise
  std::vector<RunFigures> runs = {};             // in the order of their time

  // The figures of a metric that are there, by run; a run without one is left out.
  ByRun figures(const Metric& metric, std::optional<GuestKind> guest) const;
  // Why a metric has no figure at all, where that is so.
  std::string missing(const Metric& metric, std::optional<GuestKind> guest) const;

  std::size_t rounds() const;  // of all runs
  // How many boots the runs are known to be of; nothing where that of any is not on record.
  std::optional<std::size_t> boots() const;
};

// What of a run is compared.
Baseline one_run(const Record& record);

// Runs, and baselines, as one. Throws InputError where some were made on another node or under
// conditions that differ in what matters, some on a simulated node and some on a real one, or one
// is there twice.
Baseline together(std::vector<Baseline> parts);

// Throws InputError for runs that are not to be kept as a baseline: a reboot was pending, or not a
// single figure is usable.
void require_adoptable(const Baseline& baseline);

// What a reader of a baseline should know before trusting it, a line each.
std::vector<std::string> warnings(const Baseline& baseline);

// "5 runs, 3 boots, 25 rounds".
std::string made_of(const Baseline& baseline);

std::string to_json_text(const Baseline& baseline);

// Throws InputError, in one line with the remedy, when it is damaged or of another schema.
Baseline parse_baseline(const Json& document, const std::string& source);

// Whether a document is one, and no run record.
bool looks_like_baseline(const Json& document);

// In what two sides differ that decides figures, a line each, "CPU: … before, … now": they cannot
// be compared then. What is not on record of either is not compared.
std::vector<std::string> differences_that_matter(const Baseline& before, const Baseline& now);

// Throws InputError, with the remedy, where the baseline is of another node than the one named, or
// of a simulated node and that one is real, or the other way round. Under another name it may be
// the same node, where the baseline has its host key: what a run sees of the node tells.
void require_of_node(const Baseline& baseline, const std::string& source, bool simulated,
                     const std::string& node_name);
void require_of_node(const Baseline& baseline, const std::string& source, const NodeRecord& node);

}  // namespace pve_accept
