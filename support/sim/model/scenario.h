#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/base/json.h"
#include "support/base/pattern.h"
#include "support/sim/model/model.h"

namespace pve_accept {

namespace sim {
struct Fault;
}

// An ECMAScript regular expression, as it was written and ready for use.
struct Expression {
  std::string text;
  Pattern regex;
};

// ECMAScript's `$1`, or `${1}` where a digit follows. With lines, only in those, counted from 1;
// without, in each line of a command that is read while it runs, else in the whole output.
struct Replacement {
  Expression pattern;
  std::string with;
  std::string in = "stdout";  // or "stderr"
  std::optional<std::int64_t> from_line, to_line;

  bool by_line() const { return from_line || to_line; }
  bool concerns(std::int64_t line) const {
    return line >= from_line.value_or(line) && line <= to_line.value_or(line);
  }
};

// Written in seconds.
struct Delay {
  std::int64_t millis = 0;
};

// What becomes of the commands that match, apart from what the simulated node would do.
//
// `out` or a non-zero `exit_status` stand in for the command: it is not executed, unless `executes`
// says so; then `out` is what it printed. `hang`,
// `drop_connection` and `reboots` neither. Everything else
// changes the reply of the command as it was executed: `replace` in its output, `err` in place of
// its standard error, `append_*` after what it printed, an exit status in place of its own,
// `delay_s` before it starts. `drop_after_s` and `ends_after_s` count from its start: then the
// connection is lost, or the command killed (137, where the rule names no other status). Of several
// rules that match one command, each applies, in their order in the scenario.
struct CommandRule {
  std::string target = "any";  // "node", "lxc", "vm", "any"
  Expression command;          // searched in the command line as it arrives
  std::optional<std::string> out, err, append_out, append_err;
  std::optional<Replacement> replace;
  std::optional<int> exit_status;
  bool executes = false;
  Delay delay_s;
  bool hang = false, drop_connection = false;
  bool reboots = false;     // the node does, as the command arrives, which loses its connection
  Delay sets_clock_back_s;  // that of the node, as the command arrives
  // Where the command arrives, as it does: a message in the log, as in the model's; a container
  // whose process is killed, and which Docker does not start again by itself.
  std::optional<std::string> logs, kills;
  std::optional<Delay> drop_after_s, ends_after_s;
  std::optional<Expression> after;    // only after a command that matches this one
  std::optional<Expression> until;    // only before one that matches this one
  Delay from_s;                       // only from that time of the node's on
  std::optional<std::int64_t> times;  // how many matches it applies to; empty: all
  std::int64_t skip = 0;              // how many matches it lets pass first

  bool replaces_command() const {
    return !executes && (out || (exit_status && *exit_status != 0 && !ends_after_s));
  }
};

// How a simulated node behaves (DESIGN §5).
struct Scenario {
  std::uint64_t seed = 42;
  Model model;
  std::vector<std::string> faults;  // as written; their rules and figures are in the other members
  std::vector<CommandRule> rules;
  // What becomes of it by an upgrade of the node's packages: model, faults and rules, laid over
  // these; and the scenario that is in force from then on. None: the node has nothing to upgrade.
  Json upgrade = Json::object();
  std::shared_ptr<const Scenario> upgraded = {};
};

// Throws InputError that names the file, the place in it and the remedy.
Scenario load_scenario(const std::filesystem::path& file);

// The same for a document that was read already; `source` names it in errors. Its faults are of
// that catalogue, by default the suite's own, which takes long to read and is not where none is
// named.
Scenario parse_scenario(const Json& document, const std::string& source,
                        const std::vector<sim::Fault>* catalogue = nullptr);

// A document that parses to an equal scenario, faults expanded.
Json to_json(const Scenario& scenario);

}  // namespace pve_accept
