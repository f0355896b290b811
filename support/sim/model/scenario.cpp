#include "support/sim/model/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "support/base/contains.h"
#include "support/base/error.h"
#include "support/base/fields.h"
#include "support/sim/model/faults.h"

namespace pve_accept {

void read_field(const JsonCursor& place, Expression& expression) {
  expression.text = place.string();
  try {
    expression.regex = Pattern(expression.text);
  } catch (const PatternError& error) {
    place.fail(fmt::format("'{}' is not a valid ECMAScript regular expression: {}", expression.text,
                           error.what()));
  }
}
Json write_field(const Expression& expression) { return expression.text; }

void read_field(const JsonCursor& place, Delay& delay) {
  const double seconds = place.number();
  if (seconds < 0 || seconds > 1e6) {
    place.fail(fmt::format("expected seconds from 0 to 1000000, found {}", place.value().dump()));
  }
  delay.millis = static_cast<std::int64_t>(seconds * 1000.0);
}
Json write_field(const Delay& delay) { return static_cast<double>(delay.millis) / 1000.0; }

template <class Fields>
void visit(Replacement& replacement, Fields& fields) {
  fields("pattern", replacement.pattern, required, matching(".+", "an expression"));
  fields("with", replacement.with, required);
  fields("in", replacement.in, matching("stdout|stderr", "'stdout' or 'stderr'"));
  fields("from_line", replacement.from_line, between(1, 1'000'000), if_set);
  fields("to_line", replacement.to_line, between(1, 1'000'000), if_set);
}

template <class Fields>
void visit(CommandRule& rule, Fields& fields) {
  const auto count = between(0, 1'000'000);
  fields("target", rule.target, matching("node|lxc|vm|any", "'node', 'lxc', 'vm' or 'any'"));
  fields("command", rule.command, required);
  fields("stdout", rule.out, if_set);
  fields("replace", rule.replace, if_set);
  fields("stderr", rule.err, if_set);
  fields("append_stdout", rule.append_out, if_set);
  fields("append_stderr", rule.append_err, if_set);
  fields("exit", rule.exit_status, between(0, 255), if_set);
  fields("executes", rule.executes);
  fields("delay_s", rule.delay_s);
  fields("hang", rule.hang);
  fields("drop_connection", rule.drop_connection);
  fields("reboots", rule.reboots);
  fields("sets_clock_back_s", rule.sets_clock_back_s);
  fields("logs", rule.logs, if_set);
  fields("kills", rule.kills, if_set);
  fields("drop_connection_after_s", rule.drop_after_s, if_set);
  fields("ends_after_s", rule.ends_after_s, if_set);
  fields("after", rule.after, if_set);
  fields("until", rule.until, if_set);
  fields("from_s", rule.from_s);
  fields("times", rule.times, count, if_set);
  fields("skip", rule.skip, count);
}

template <class Fields>
void visit(Scenario& scenario, Fields& fields) {
  std::int64_t schema = 1;
  fields("schema", schema, between(1, 1));
  fields("seed", scenario.seed);
  fields("model", scenario.model);
  fields("faults", scenario.faults, if_set);
  fields("rules", scenario.rules);
  fields("upgrade", scenario.upgrade, if_set);
}

namespace {

bool acts(const CommandRule& rule) {
  return rule.out || rule.replace || rule.err || rule.append_out || rule.append_err ||
         rule.exit_status || rule.delay_s.millis > 0 || rule.hang || rule.drop_connection ||
         rule.reboots || rule.sets_clock_back_s.millis > 0 || rule.logs || rule.kills ||
         rule.drop_after_s || rule.ends_after_s;
}

Scenario read(const JsonCursor& place) {
  auto scenario = read_fields<Scenario>(place);
  const auto idle = std::ranges::find_if_not(scenario.rules, acts);
  if (idle != scenario.rules.end()) {
    const auto index = static_cast<std::size_t>(idle - scenario.rules.begin());
    place.at("rules").elements()[index].fail(
        "the rule does nothing; give it an action: stdout, replace, stderr, append_stdout, "
        "append_stderr, exit, delay_s, hang, drop_connection, reboots, sets_clock_back_s, "
        "logs, kills, drop_connection_after_s or ends_after_s");
  }
  return scenario;
}

// "docker.storage-driver.vfs@lxc": finds the fault, and puts it there.
Json expand_fault(const JsonCursor& place, const std::vector<sim::Fault>& catalogue) {
  const std::string text = place.string();
  const auto at = text.rfind('@');
  const std::string name = text.substr(0, at);
  const std::string target = at == std::string::npos ? "" : text.substr(at + 1);
  std::set<std::string> known, targets;
  for (const sim::Fault& fault : catalogue) {
    known.insert(fault.name);
    if (fault.name != name) continue;
    if (contains(fault.on, target)) return fault.expand(target);
    targets.insert(fault.on.begin(), fault.on.end());
  }
  if (!targets.empty()) {
    place.fail(fmt::format("write '{}@TARGET' with one of: {}", name, fmt::join(targets, ", ")));
  }
  place.fail(fmt::format("there is no fault '{}'; known: {}", name,
                         known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))));
}

// The user's figures are laid over those of the faults: who names both wants both.
Scenario expanded(const Json& document, const std::string& source,
                  const std::vector<sim::Fault>* catalogue) {
  const JsonCursor root(document, source);
  Scenario written = read(root);  // complains with the user's own places
  if (written.faults.empty()) return written;
  const auto& known = catalogue == nullptr ? sim::fault_catalogue() : *catalogue;
  Json whole = {{"seed", written.seed}, {"model", Json::object()}, {"rules", Json::array()}};
  const auto add = [&](const Json& part) {
    whole["model"].merge_patch(part.value("model", Json::object()));
    for (const Json& rule : part.value("rules", Json::array())) whole["rules"].push_back(rule);
  };
  for (const JsonCursor& place : root.at("faults").elements()) {
    const Json part = expand_fault(place, known);
    const JsonCursor fault(part, fmt::format("fault '{}'", place.string()));
    fault.allow_only({"model", "rules"});
    read(fault);
    add(part);
  }
  add(document);
  if (document.contains("upgrade")) whole["upgrade"] = document.at("upgrade");
  Scenario scenario = read(JsonCursor(whole, source));
  scenario.faults = written.faults;
  return scenario;
}

// The document with its own upgrade laid over it: rules and faults come on top of those of before.
Json after_upgrade(const Json& document) {
  Json after = document;
  const Json& upgrade = document.at("upgrade");
  after.erase("upgrade");
  after["model"] = document.value("model", Json::object());
  after["model"].merge_patch(upgrade.value("model", Json::object()));
  for (const char* list : {"rules", "faults"}) {
    after[list] = document.value(list, Json::array());
    for (const Json& one : upgrade.value(list, Json::array())) after[list].push_back(one);
  }
  return after;
}

}  // namespace

Scenario parse_scenario(const Json& document, const std::string& source,
                        const std::vector<sim::Fault>* catalogue) {
  const JsonCursor root(document, source);
  Scenario scenario = expanded(document, source, catalogue);
  const auto upgrade = root.find("upgrade");
  if (!upgrade) return scenario;
  upgrade->allow_only({"model", "faults", "rules"});
  read(*upgrade);  // complains with the places in it
  const Json after = after_upgrade(document);
  scenario.upgraded =
      std::make_shared<const Scenario>(expanded(after, source + ", after its upgrade", catalogue));
  return scenario;
}

Scenario load_scenario(const std::filesystem::path& file) {
  return parse_scenario(read_strict_json(file), file.string());
}

Json to_json(const Scenario& scenario) {
  Scenario expanded = scenario;
  expanded.faults.clear();
  return write_fields(expanded);
}

}  // namespace pve_accept
