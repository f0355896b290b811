#include "support/sim/tools/pve_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <regex>

#include "support/sim/engine/call.h"

namespace pve_accept::sim {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return std::isdigit(c) != 0; });
}

const Param* find_param(const Synopsis& synopsis, std::string_view name) {
  for (const Param& param : synopsis.options) {
    if (param.name == name) return &param;
    if (!param.name.ends_with("[n]")) continue;
    const std::string_view stem = param.name.substr(0, param.name.size() - 3);
    if (name.starts_with(stem) && all_digits(name.substr(stem.size()))) return &param;
  }
  return nullptr;
}

// Lines that go with a refused property string: one more line break for each level of nesting.
std::string format_error(const std::string& name, std::string_view problem) {
  return fmt::format("invalid format - format error\n{}.{}\n", name, problem);
}

std::string check_properties(const Param& param, const std::string& name,
                             const std::string& value) {
  const auto allowed = split(param.allowed, ' ');
  bool has_required = param.required.empty();
  for (const auto& [key, part] : properties(value)) {
    if (key.empty()) continue;  // the default key's value: a model, a volume
    has_required = has_required || key == param.required;
    if (std::find(allowed.begin(), allowed.end(), key) == allowed.end()) {
      return format_error(name, key +
                                    ": property is not defined in schema and the schema does "
                                    "not allow additional properties");
    }
    if (key == "ip" && part != "dhcp" && part != "manual" && part.find('/') == std::string::npos) {
      return format_error(name,
                          "ip: invalid format - value does not look like a valid ipv4 "
                          "network configuration\n");
    }
    if (key == "import-from" && !part.starts_with('/') && part.find(':') == std::string::npos) {
      return format_error(
          name,
          fmt::format("import-from: invalid format - unable to parse volume ID '{}'\n", part));
    }
  }
  if (!has_required) {
    return format_error(
        name, fmt::format("{}: property is missing and it is not optional", param.required));
  }
  return "";
}

// What is wrong with a value; empty when it is fine.
std::string check_value(const Param& param, const std::string& name, const std::string& value) {
  static const std::regex dns_name(
      R"(([a-zA-Z0-9]([a-zA-Z0-9\-]*[a-zA-Z0-9])?)(\.[a-zA-Z0-9]([a-zA-Z0-9\-]*[a-zA-Z0-9])?)*)");
  static const std::regex tags(
      R"([a-zA-Z0-9_][a-zA-Z0-9_\-+.]*([;, ][a-zA-Z0-9_][a-zA-Z0-9_\-+.]*)*)");
  switch (param.kind) {
    case Kind::kInteger:
      if (!all_digits(value)) return fmt::format("type check ('integer') failed - got '{}'", value);
      if (std::stoll(value) < param.minimum) {
        return fmt::format("value must have a minimum value of {}", param.minimum);
      }
      return "";
    case Kind::kNumber: {
      char* end = nullptr;
      std::strtod(value.c_str(), &end);
      if (value.empty() || *end != '\0') {
        return fmt::format("type check ('number') failed - got '{}'", value);
      }
      return "";
    }
    case Kind::kBoolean:
      if (value == "0" || value == "1") return "";
      return fmt::format("type check ('boolean') failed - got '{}'", value);
    case Kind::kDnsName:
      if (std::regex_match(value, dns_name)) return "";
      return "invalid format - value does not look like a valid DNS name\n";
    case Kind::kTags:
      if (std::regex_match(value, tags)) return "";
      return "invalid format - invalid characters in tag\n";
    case Kind::kProperties:
      return check_properties(param, name, value);
    case Kind::kString:
    case Kind::kFile:
      break;
  }
  if (!param.allowed.empty()) {
    const std::string list = fmt::format(", {}, ", param.allowed);
    if (list.find(fmt::format(", {}, ", value)) == std::string::npos) {
      return fmt::format("value '{}' does not have a value in the enumeration '{}'", value,
                         param.allowed);
    }
  }
  return "";
}

std::string check_vmid(const std::string& value) {
  if (!all_digits(value)) return fmt::format("type check ('integer') failed - got '{}'", value);
  if (value.size() > 9 || std::stoll(value) < 100) {
    return "invalid format - value does not look like a valid VM ID\n";
  }
  return "";
}

// PVE takes yes, on and true for 1, and no, off and false for 0.
std::string canonical_boolean(const std::string& value) {
  if (value == "yes" || value == "on" || value == "true") return "1";
  if (value == "no" || value == "off" || value == "false") return "0";
  return value;
}

}  // namespace

std::int64_t Arguments::vmid() const { return std::stoll(positional.at("vmid")); }

bool Arguments::flag(const std::string& option) const { return get(option, "0") != "0"; }

std::string Arguments::get(const std::string& option, const std::string& otherwise) const {
  const auto found = options.find(option);
  return found == options.end() ? otherwise : found->second;
}

std::int64_t Arguments::number(const std::string& option, std::int64_t otherwise) const {
  return has(option) ? std::stoll(get(option)) : otherwise;
}

std::string usage(const Synopsis& synopsis) {
  std::string text(synopsis.command);
  for (const std::string_view name : synopsis.positional) text += fmt::format(" <{}>", name);
  if (synopsis.extra) text += " [<extra-args>]";
  return text + std::string(synopsis.usage_tail) + "\n";
}

Refusal verification_failed(const Synopsis& synopsis, std::string_view name,
                            std::string_view problem, int exit_status) {
  return {exit_status, fmt::format("400 Parameter verification failed.\n{}: {}\n{}", name, problem,
                                   usage(synopsis))};
}

Arguments parse_arguments(const Synopsis& synopsis, const std::vector<std::string>& words) {
  Arguments arguments;
  std::vector<std::string> plain;
  std::string unknown;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") {
      plain.insert(plain.end(), words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      break;
    }
    if (word.size() < 2 || word[0] != '-') {
      plain.push_back(word);
      continue;
    }
    std::string name = word.substr(word[1] == '-' ? 2 : 1);
    const auto equals = name.find('=');
    std::string value = equals == std::string::npos ? "" : name.substr(equals + 1);
    if (equals != std::string::npos) name.erase(equals);
    const Param* param = find_param(synopsis, name);
    if (param == nullptr) {
      unknown += fmt::format("Unknown option: {}\n", name);
      continue;
    }
    if (equals == std::string::npos) {
      const bool more = i + 1 < words.size() && !words[i + 1].starts_with('-');
      if (more) {
        value = words[++i];
      } else if (param->kind == Kind::kBoolean) {
        value = "1";
      } else {
        unknown += fmt::format("Option {} requires an argument\n", name);
        continue;
      }
    }
    arguments.options[name] =
        param->kind == Kind::kBoolean ? canonical_boolean(value) : std::move(value);
  }
  if (!unknown.empty()) {
    throw Refusal{2, fmt::format("{}400 unable to parse option\n{}", unknown, usage(synopsis))};
  }
  if (plain.size() < synopsis.positional.size()) {
    throw Refusal{2, "400 not enough arguments\n" + usage(synopsis)};
  }
  if (plain.size() > synopsis.positional.size() && !synopsis.extra) {
    throw Refusal{2, "400 too many arguments\n" + usage(synopsis)};
  }
  std::map<std::string, std::string> problems;
  for (std::size_t i = 0; i < synopsis.positional.size(); ++i) {
    const std::string name(synopsis.positional[i]);
    arguments.positional[name] = plain[i];
    if (name == "vmid") problems[name] = check_vmid(plain[i]);
  }
  arguments.extra.assign(plain.begin() + static_cast<std::ptrdiff_t>(synopsis.positional.size()),
                         plain.end());
  for (const auto& [name, value] : arguments.options) {
    problems[name] = check_value(*find_param(synopsis, name), name, value);
  }
  std::string text;
  for (const auto& [name, problem] : problems) {
    if (!problem.empty()) text += fmt::format("{}: {}\n", name, problem);
  }
  if (!text.empty()) {
    throw Refusal{2, "400 Parameter verification failed.\n" + text + usage(synopsis)};
  }
  return arguments;
}

std::vector<std::pair<std::string, std::string>> properties(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> result;
  for (const std::string& part : split(text, ',')) {
    const auto equals = part.find('=');
    if (equals == std::string::npos) {
      result.emplace_back("", part);
    } else {
      result.emplace_back(part.substr(0, equals), part.substr(equals + 1));
    }
  }
  return result;
}

std::string property(std::string_view text, std::string_view key) {
  for (const auto& [name, value] : properties(text)) {
    if (name == key) return value;
  }
  return "";
}

}  // namespace pve_accept::sim
