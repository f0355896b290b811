#include "support/sim/tools/pve_options.h"

#include <algorithm>
#include <cctype>

#include "support/base/text.h"
#include "support/sim/engine/replies.h"
#include "support/sim/model/pve_values.h"

namespace pve_accept::sim {
namespace {

constexpr std::string_view kCommandIndent = "       ";

struct Param {
  std::string name;  // "cores", "net[n]" for net0, net1, …, or "<command>" for a positional one
  std::string type;  // "integer", "enum", "keys" and so on
  std::string rest;  // bounds, values, keys
};

struct Synopsis {
  std::string usage;
  std::vector<Param> options = {};
};

bool is_option_line(std::string_view line) {
  return line.starts_with("  -") || line.starts_with("  <") || line.starts_with("  @");
}

std::vector<std::string> lines_of(std::string_view tool) {
  return split(reply_text(fmt::format("{}.txt", tool)), '\n');
}

// The usage of each command of a tool, and the groups of options that some have in common.
std::vector<Synopsis> synopses(std::string_view tool) {
  std::vector<Synopsis> all;
  for (const std::string& line : lines_of(tool)) {
    if (!is_option_line(line)) {
      all.push_back({line.starts_with(kCommandIndent) ? line.substr(kCommandIndent.size()) : line});
      continue;
    }
    auto& options = all.back().options;
    const auto words = split(line.substr(2), ' ');
    const auto group = std::ranges::find(all, words[0], &Synopsis::usage);
    if (group != all.end()) {
      options.insert(options.end(), group->options.begin(), group->options.end());
      continue;
    }
    const std::size_t rest = std::min(line.size(), 4 + words[0].size() + words.at(1).size());
    options.push_back({words[0].substr(words[0].find_first_not_of('-')), words[1],
                       std::string(text::trimmed(line.substr(rest)))});
  }
  return all;
}

Synopsis synopsis_of(std::string_view command) {
  const auto all = synopses(command.substr(0, command.find(' ')));
  const auto found = std::ranges::find_if(all, [&](const Synopsis& synopsis) {
    return (synopsis.usage + " ").starts_with(fmt::format("{} ", command));
  });
  if (found == all.end()) throw Unsupported{};
  return *found;
}

const Param* find_param(const Synopsis& synopsis, std::string_view name) {
  const auto is_it = [&](const Param& param) {
    const std::size_t stem = param.name.find("[n]");
    if (stem == std::string::npos) return param.name == name;
    return name.starts_with(param.name.substr(0, stem)) && all_digits(name.substr(stem));
  };
  const auto found = std::ranges::find_if(synopsis.options, is_it);
  return found == synopsis.options.end() ? nullptr : &*found;
}

// "<vmid>" of the usage, or "{<vmid>}": "vmid".
Words positional_names(const std::string& usage) {
  Words names;
  for (const std::string& word : split(usage, ' ')) {
    const auto open = word.find('<'), close = word.find('>');
    if (open <= 1 && close != std::string::npos && (open == 0 || word[0] == '{')) {
      names.push_back(word.substr(open + 1, close - open - 1));
    }
  }
  return names;
}

}  // namespace

std::string usage(std::string_view command) { return synopsis_of(command).usage + "\n"; }

bool has_option(std::string_view command, std::string_view option) {
  return find_param(synopsis_of(command), option) != nullptr;
}

Refusal verification_failed(std::string_view command, std::string_view name,
                            std::string_view problem, int exit_status) {
  return {exit_status, fmt::format("400 Parameter verification failed.\n{}: {}\n{}", name, problem,
                                   usage(command))};
}

Arguments pve_arguments(const Call& call, std::string_view command) {
  const Synopsis synopsis = synopsis_of(command);
  const std::string end = synopsis.usage + "\n";
  Arguments arguments;
  const auto find = [&](const std::string& written) -> std::optional<FoundOption> {
    const std::string name = written.substr(written.find_first_not_of('-'));
    const Param* param = find_param(synopsis, name);
    if (param == nullptr) return std::nullopt;
    return FoundOption{name, param->type == "boolean" ? Takes::kOptionalValue : Takes::kValue};
  };
  const std::string unknown = read_options(call.argv, /*stops=*/false, find, arguments);
  if (!unknown.empty()) {
    throw Refusal{2, fmt::format("{}400 unable to parse option\n{}", unknown, end)};
  }
  const Words names = positional_names(synopsis.usage);
  Words& rest = arguments.rest;
  if (rest.size() < names.size()) throw Refusal{2, "400 not enough arguments\n" + end};
  if (rest.size() > names.size() && !contains(synopsis.usage, "[<extra-args>]")) {
    throw Refusal{2, "400 too many arguments\n" + end};
  }
  std::map<std::string, std::string> problems;
  for (std::size_t i = 0; i < names.size(); ++i) {
    arguments.positional[names[i]] = rest[i];
    const Param* param = find_param(synopsis, fmt::format("<{}>", names[i]));
    if (param != nullptr)
      problems[names[i]] = check_option(param->type, param->rest, names[i], rest[i]);
    if (names[i] == "vmid") problems[names[i]] = check_vmid(rest[i]);
  }
  rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(names.size()));
  for (auto& [name, value] : arguments.options) {
    const Param& param = *find_param(synopsis, name);
    if (param.type == "boolean") value = canonical_boolean(value);
    problems[name] = check_option(param.type, param.rest, name, value);
  }
  std::string text;
  for (const auto& [name, problem] : problems) {
    if (!problem.empty()) text += fmt::format("{}: {}\n", name, problem);
  }
  if (text.empty()) return arguments;
  throw Refusal{2, "400 Parameter verification failed.\n" + text + end};
}

int run_command(Call& call, const std::map<std::string, Tool, std::less<>>& commands) {
  const std::string tool = call.argv[0].substr(call.argv[0].rfind('/') + 1);
  std::string list;
  for (const std::string& line : lines_of(tool)) {
    if (!is_option_line(line) && !line.starts_with('@')) list += line + "\n";
  }
  list.pop_back();
  const auto refuse = [&](const std::string& problem) {
    if (!list.starts_with("USAGE")) throw Unsupported{};  // what it says then was not recorded
    return call.fail(255, fmt::format("ERROR: {}\n{}", problem, list));
  };
  const Words words = call.words();
  if (words.empty()) return refuse("no command specified");
  const auto listed = [&](const std::string& name) {
    return list.find(fmt::format("{}{} {} ", kCommandIndent, tool, name));
  };
  std::string name = words[0];
  const auto at = listed(name);  // "qm disk move …": only the second word tells the command
  const auto behind = at + kCommandIndent.size() + tool.size() + name.size() + 2;
  const bool group =
      at != std::string::npos && std::isalpha(static_cast<unsigned char>(list[behind])) != 0;
  if (group && words.size() > 1) name += " " + words[1];
  const auto command = commands.find(name);
  if (command == commands.end()) {
    if (listed(name) != std::string::npos) throw Unsupported{};
    return refuse(fmt::format("unknown command '{} {}'", tool, name));
  }
  Call inner = call.with(call.words(group ? 3 : 2));
  try {
    return command->second(inner);
  } catch (const Refusal& refusal) {
    return call.fail(refusal.exit_status, refusal.text);
  }
}

}  // namespace pve_accept::sim
