#include "support/sim/model/pve_values.h"

#include <algorithm>

#include "support/base/contains.h"
#include "support/base/pattern.h"
#include "support/sim/engine/call.h"

namespace pve_accept::sim {
namespace {

std::string type_failed(std::string_view type, const std::string& value) {
  return fmt::format("type check ('{}') failed - got '{}'", type, value);
}

std::string invalid(std::string_view problem) {
  return fmt::format("invalid format - {}\n", problem);
}

// `bounds` are the lowest and the highest value, as far as there are any.
std::string check_number(std::string_view type, const std::string& bounds,
                         const std::string& value) {
  const auto number = text::to_number(value);
  if (!number || (type == "integer" && !all_digits(value))) return type_failed(type, value);
  const auto limits = split(bounds, ' ');
  if (*number < text::to_number(limits[0]).value_or(*number)) {
    return fmt::format("value must have a minimum value of {}", limits[0]);
  }
  if (limits.size() > 1 && *number > text::to_number(limits[1]).value_or(*number)) {
    return fmt::format("value must have a maximum value of {}", limits[1]);
  }
  return "";
}

std::string check_choice(const Words& choices, const std::string& value) {
  if (contains(choices, value)) return "";
  return fmt::format("value '{}' does not have a value in the enumeration '{}'", value,
                     fmt::join(choices, ", "));
}

// What is wrong with a value; empty when it is fine.
std::string check_value(const std::string& type, const std::string& rest,
                        const std::string& value) {
  const std::string label = "[a-zA-Z0-9]([a-zA-Z0-9\\-]*[a-zA-Z0-9])?";
  const std::string tag = "[a-zA-Z0-9_][a-zA-Z0-9_\\-+.]*";
  if (type == "integer" || type == "number") return check_number(type, rest, value);
  if (type == "boolean") return value == "0" || value == "1" ? "" : type_failed(type, value);
  if (type == "pattern" && !Pattern(rest).matches(value)) {
    return "value does not match the regex pattern";
  }
  if (type == "dns-name" && !Pattern(fmt::format("{0}(\\.{0})*", label)).matches(value)) {
    return invalid("value does not look like a valid DNS name");
  }
  if (type == "tags" && !Pattern(fmt::format("{0}([;, ]{0})*", tag)).matches(value)) {
    return invalid("invalid characters in tag");
  }
  if (type == "ipv4-config" && value != "dhcp" && value != "manual" && !contains(value, "/")) {
    return invalid("value does not look like a valid ipv4 network configuration");
  }
  if (type == "import-source" && !value.starts_with('/') && !contains(value, ":")) {
    return invalid(fmt::format("unable to parse volume ID '{}'", value));
  }
  static const Words texts = {"string", "file",        "pattern",      "dns-name",
                              "tags",   "ipv4-config", "import-source"};
  if (contains(texts, type)) return "";
  if (type != "enum") return check_choice(split(type, '|'), value);  // "intel|virtio"
  Words choices = split(rest, ',');
  for (std::string& choice : choices) choice = text::trimmed(choice);
  return check_choice(choices, value);
}

// A key of a property string: "!name:type" has to be there, "[name]:type" is the one whose name may
// be left out, and whose values may stand for it (virtio=MAC).
struct Key {
  explicit Key(const std::string& text)
      : required(text.starts_with('!')), implied(contains(text, "[")) {
    const std::string plain = text.substr(required ? 1 : 0);
    const auto colon = plain.find(':');
    name = plain.substr(0, colon);
    if (implied) name = name.substr(1, name.size() - 2);
    if (colon != std::string::npos) type = plain.substr(colon + 1);
  }

  bool is(const std::string& written) const {
    return name == written || (implied && (written.empty() || may_be(written)));
  }
  bool may_be(const std::string& value) const {
    return contains(type, "|") && check_value(type, "", value).empty();
  }

  bool required, implied;
  std::string name, type = "string";
};

std::string check_properties(const std::string& keys, const std::string& text) {
  std::vector<Key> missing;
  for (const std::string& word : split(keys, ' ')) missing.emplace_back(word);
  const std::vector<Key> known = missing;
  for (const auto& [name, part] : properties(text)) {
    const auto key =
        std::ranges::find_if(known, [&, &n = name](const Key& each) { return each.is(n); });
    if (key == known.end() && name.empty()) {
      return "value without key, but schema does not define a default key";
    }
    if (key == known.end()) {
      return name +
             ": property is not defined in schema and the schema does not allow additional "
             "properties";
    }
    const bool alias = !name.empty() && name != key->name;
    const std::string value = key->type == "boolean" ? canonical_boolean(part) : part;
    const std::string problem = alias ? "" : check_value(key->type, "", value);
    if (!problem.empty()) return fmt::format("{}: {}", key->name, problem);
    std::erase_if(missing, [&](const Key& each) { return each.name == key->name; });
  }
  const auto required = std::ranges::find_if(missing, &Key::required);
  if (required == missing.end()) return "";
  return required->name + ": property is missing and it is not optional";
}

}  // namespace

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string canonical_boolean(const std::string& value) {
  if (value == "yes" || value == "on" || value == "true") return "1";
  if (value == "no" || value == "off" || value == "false") return "0";
  return value;
}

// One more line break for each level of nesting.
std::string check_option(const std::string& type, const std::string& rest, const std::string& name,
                         const std::string& value) {
  if (type != "keys") return check_value(type, rest, value);
  const std::string problem = check_properties(rest, value);
  if (problem.empty()) return "";
  return fmt::format("invalid format - format error\n{}.{}\n", name, problem);
}

std::string check_vmid(const std::string& value) {
  if (!all_digits(value)) return type_failed("integer", value);
  if (value.size() > 9 || std::stoll(value) < 100) {
    return invalid("value does not look like a valid VM ID");
  }
  return "";
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
  const auto parts = properties(text);
  const auto found = std::ranges::find(parts, key, &std::pair<std::string, std::string>::first);
  return found == parts.end() ? "" : found->second;
}

}  // namespace pve_accept::sim
