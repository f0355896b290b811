#include "support/sim/model/scenario.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/base/error.h"
#include "support/sim/model/faults.h"

namespace pve_accept {
namespace {

std::regex expression(const JsonCursor& place) {
  try {
    return std::regex(place.string(), std::regex::ECMAScript);
  } catch (const std::regex_error& error) {
    place.fail(fmt::format("'{}' is not a valid ECMAScript regular expression: {}", place.string(),
                           error.what()));
  }
}

Clock::Duration seconds(const JsonCursor& place) {
  const double value = place.number();
  if (value < 0 || value > 1e6) {
    place.fail(fmt::format("expected seconds from 0 to 1000000, found {}", place.value().dump()));
  }
  return Clock::Duration(static_cast<std::int64_t>(value * 1000.0));
}

std::int64_t count(const JsonCursor& place) { return place.integer_between(0, 1'000'000); }

CommandRule parse_rule(const JsonCursor& place) {
  place.allow_only({"target", "command", "stdout", "replace", "stderr", "exit", "delay_s", "hang",
                    "drop_connection", "drop_connection_after_s", "times", "skip"});
  CommandRule rule;
  if (const auto target = place.find("target")) {
    rule.target = target->string();
    if (rule.target != "node" && rule.target != "lxc" && rule.target != "vm" &&
        rule.target != "any") {
      target->fail(fmt::format("expected 'node', 'lxc', 'vm' or 'any', found '{}'", rule.target));
    }
  }
  const JsonCursor command = place.at("command");
  rule.command = command.string();
  rule.command_regex = expression(command);
  if (const auto out = place.find("stdout")) rule.out = out->string();
  if (const auto err = place.find("stderr")) rule.err = err->string();
  if (const auto replace = place.find("replace")) {
    replace->allow_only({"pattern", "with"});
    rule.pattern = replace->at("pattern").string();
    if (rule.pattern.empty()) replace->at("pattern").fail("must not be empty");
    rule.pattern_regex = expression(replace->at("pattern"));
    rule.with = replace->at("with").string();
  }
  if (const auto exit = place.find("exit")) {
    rule.exit_status = static_cast<int>(exit->integer_between(0, 255));
  }
  if (const auto delay = place.find("delay_s")) rule.delay = seconds(*delay);
  if (const auto hang = place.find("hang")) rule.hang = hang->boolean();
  if (const auto drop = place.find("drop_connection")) rule.drop_connection = drop->boolean();
  if (const auto drop = place.find("drop_connection_after_s")) rule.drop_after = seconds(*drop);
  if (const auto times = place.find("times")) rule.times = count(*times);
  if (const auto skip = place.find("skip")) rule.skip = count(*skip);
  if (place.value().size() == 1 + (place.find("target") ? 1U : 0U) + (rule.times >= 0 ? 1U : 0U) +
                                  (place.find("skip") ? 1U : 0U)) {
    place.fail(
        "the rule does nothing; give it an action: stdout, replace, stderr, exit, delay_s, "
        "hang, drop_connection or drop_connection_after_s");
  }
  return rule;
}

// Splits "docker.storage-driver@lxc" and finds the fault.
Json expand_fault(const JsonCursor& place, const std::vector<sim::Fault>& catalogue) {
  const std::string text = place.string();
  const auto at = text.rfind('@');
  std::vector<std::string> names;
  for (const sim::Fault& fault : catalogue) names.push_back(fault.name);
  const auto fault = std::find(names.begin(), names.end(), text.substr(0, at));
  if (fault == names.end()) {
    place.fail(fmt::format("there is no fault '{}'; known: {}", text.substr(0, at),
                           names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
  }
  const sim::Fault& found = catalogue[static_cast<std::size_t>(fault - names.begin())];
  const std::string target = at == std::string::npos ? "" : text.substr(at + 1);
  if (std::find(found.targets.begin(), found.targets.end(), target) == found.targets.end()) {
    place.fail(fmt::format("write '{}@TARGET' with one of: {}", found.name,
                           fmt::join(found.targets, ", ")));
  }
  return found.expand(target);
}

}  // namespace

Scenario parse_scenario(const Json& document, const std::string& source,
                        const std::vector<sim::Fault>& catalogue) {
  const JsonCursor root(document, source);
  root.allow_only({"schema", "seed", "model", "faults", "rules"});
  if (const auto schema = root.find("schema")) schema->integer_between(1, 1);

  Scenario scenario;
  if (const auto seed = root.find("seed")) {
    scenario.seed = static_cast<std::uint64_t>(seed->integer_between(0, INT64_MAX));
  }

  // The user's figures are laid over those of the faults: who names both wants both.
  Json model = Json::object();
  const auto add_rules = [&](const JsonCursor& rules) {
    for (const JsonCursor& rule : rules.elements()) scenario.rules.push_back(parse_rule(rule));
  };
  if (const auto faults = root.find("faults")) {
    for (const JsonCursor& place : faults->elements()) {
      const Json part = expand_fault(place, catalogue);
      const JsonCursor fault(part, fmt::format("fault '{}'", place.string()));
      fault.allow_only({"model", "rules"});
      if (const auto figures = fault.find("model")) {
        parse_model(*figures);
        model.merge_patch(figures->value());
      }
      if (const auto rules = fault.find("rules")) add_rules(*rules);
      scenario.faults.push_back(place.string());
    }
  }
  if (const auto figures = root.find("model")) {
    parse_model(*figures);  // complains with the user's own places
    model.merge_patch(figures->value());
  }
  const Json whole = {{"model", model}};
  scenario.model = parse_model(JsonCursor(whole, source).at("model"));
  if (const auto rules = root.find("rules")) add_rules(*rules);
  return scenario;
}

Scenario parse_scenario(const Json& document, const std::string& source) {
  return parse_scenario(document, source, sim::fault_catalogue());
}

Scenario load_scenario(const std::filesystem::path& file) {
  return parse_scenario(read_strict_json(file), file.string());
}

Json to_json(const Scenario& scenario) {
  Json rules = Json::array();
  for (const CommandRule& rule : scenario.rules) {
    Json entry = {{"target", rule.target}, {"command", rule.command}};
    if (rule.out) entry["stdout"] = *rule.out;
    if (rule.err) entry["stderr"] = *rule.err;
    if (!rule.pattern.empty()) entry["replace"] = {{"pattern", rule.pattern}, {"with", rule.with}};
    if (rule.exit_status) entry["exit"] = *rule.exit_status;
    if (rule.delay.count() > 0) entry["delay_s"] = to_seconds(rule.delay);
    if (rule.hang) entry["hang"] = true;
    if (rule.drop_connection) entry["drop_connection"] = true;
    if (rule.drop_after) entry["drop_connection_after_s"] = to_seconds(*rule.drop_after);
    if (rule.times >= 0) entry["times"] = rule.times;
    if (rule.skip > 0) entry["skip"] = rule.skip;
    rules.push_back(std::move(entry));
  }
  return {{"schema", 1},
          {"seed", scenario.seed},
          {"model", to_json(scenario.model)},
          {"rules", std::move(rules)}};
}

}  // namespace pve_accept
