#include <fmt/format.h>

#include "support/base/text.h"
#include "support/report/sections.h"
#include "support/report/shared.h"
#include "support/report/table.h"
#include "support/report/wording.h"

namespace pve_accept {
namespace {

// What is not usable is left out here, and named below.
Figure usable(const WindowRecord* window, const char* name) {
  return window == nullptr || !window->problems.empty() ? Figure{} : figure_of(window, name);
}

Table::Row row_of(const Record& record, int number, GuestKind kind, const Measurements& measured) {
  const WindowRecord* idle = measured.idle ? &*measured.idle : nullptr;
  const WindowRecord* load = measured.load ? &*measured.load : nullptr;
  const double baseline =
      usable(record.baseline ? &*record.baseline : nullptr, "ram_used_mib").median;
  const auto ram = [&](const WindowRecord* window) {
    return signed_or_missing(usable(window, "ram_used_mib").median - baseline, 0);
  };
  const auto cpu = [](const WindowRecord* window) {
    return number_or_missing(usable(window, "cpu_used_percent").mean, 2);
  };
  const bool reported = load != nullptr && !measured.load->pgbench.problem;
  const PgbenchRecord pgbench = reported ? measured.load->pgbench : PgbenchRecord{};
  return {std::to_string(number),
          std::string(to_string(kind)),
          ram(idle),
          cpu(idle),
          ram(load),
          cpu(load),
          number_or_missing(pgbench.tps, 1),
          number_or_missing(pgbench.latency_ms, 3)};
}

std::string problems_of_rounds(const std::vector<RoundRecord>& rounds) {
  std::string text;
  const auto add = [&](int round, const std::string& what, const std::string& problem) {
    text +=
        fmt::format("- round {}, {}: {}\n", round, what, markdown_escaped(text::one_line(problem)));
  };
  for (const RoundRecord& round : rounds) {
    for (const auto& [kind, measured] : round.measurements) {
      const std::string_view guest = to_string(kind);
      const auto window = [&](const char* name, const std::vector<std::string>& problems) {
        for (const std::string& problem : problems) {
          add(round.number, fmt::format("{} window of the {}", name, guest), problem);
        }
      };
      if (measured.idle) window("idle", measured.idle->problems);
      if (measured.load) window("load", measured.load->problems);
    }
    if (!round.canary) continue;
    for (const auto* rate : {&round.canary->fsyncs_per_s, &round.canary->regex_per_s}) {
      if (!rate->known()) add(round.number, "the machine itself", rate->problem);
    }
  }
  return text;
}

std::string machine(const Record& record) {
  const Table table = machine_table(record);
  if (table.rows.empty()) return "\nWhat the machine itself does is not on record: no `pveperf`.\n";
  return "\nThe machine itself, with no guest running (`pveperf`):\n\n" + markdown(table);
}

}  // namespace

Table machine_table(const Record& record) {
  Table table{.header = {"After round", "fsync/s", "regex/s", "on"}, .rows = {}};
  for (const RoundRecord& round : record.all_rounds()) {
    if (!round.canary) continue;
    table.rows.push_back({std::to_string(round.number),
                          number_or_missing(round.canary->fsyncs_per_s, 0),
                          number_or_missing(round.canary->regex_per_s, 0), round.canary->path});
  }
  return table;
}

Table rounds_table(const Record& record) {
  const std::vector<RoundRecord> rounds = record.all_rounds();
  Table table{.header = {"Round", "guest", "idle RAM, MiB", "idle CPU, %", "load RAM, MiB",
                         "load CPU, %", "tps", "latency, ms"},
              .rows = {}};
  for (const RoundRecord& round : rounds) {
    for (const auto& [kind, measured] : round.measurements) {
      table.rows.push_back(row_of(record, round.number, kind, measured));
    }
  }
  return table;
}

std::string rounds_section(const Record& record) {
  const std::vector<RoundRecord> rounds = record.all_rounds();
  if (rounds.size() < 2) return "";
  const std::string problems = problems_of_rounds(rounds);
  return "### Rounds\n\nClaims are judged by the first round. RAM is above the baseline.\n\n" +
         markdown(rounds_table(record)) + machine(record) +
         (problems.empty() ? "" : "\n" + problems) + "\n";
}

}  // namespace pve_accept
