#include "support/pve/spec_check.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include "support/base/error.h"
#include "support/base/text.h"
#include "support/pve/config_values.h"

namespace pve_accept {
namespace {

using Parts = std::map<std::string, std::string>;

// The parts of a value; a first one without a name gets `first_name`.
Parts named_parts(const std::string& value, const std::string& first_name) {
  ConfigValue parsed = parse_config_value(value);
  if (!value.empty() && !text::contains(parsed.head, "=")) parsed.parts[first_name] = parsed.head;
  return std::move(parsed.parts);
}

// The name of the first part; empty where it has none.
std::string first_name_of(const std::string& wanted) {
  const std::string head = wanted.substr(0, wanted.find(','));
  return text::contains(head, "=") ? head.substr(0, head.find('=')) : "";
}

bool is_as_wanted(const std::string& name, const std::string& found, const std::string& wanted) {
  if (found.empty()) return false;
  if (name == "size" && wanted != "*") return parse_disk_size(found) == parse_disk_size(wanted);
  return fnmatch(wanted.c_str(), found.c_str(), 0) == 0;
}

// Collects how one value differs from the one that is wanted.
void compare(const std::string& key, const std::string& value, const std::string& wanted,
             std::vector<std::string>& differences) {
  const Parts wanted_parts = named_parts(wanted, "");
  Parts found = named_parts(value, first_name_of(wanted));
  const auto label = [&](const std::string& name) {
    return name.empty() || (wanted_parts.size() == 1 && wanted_parts.contains(name))
               ? key
               : fmt::format("{} {}", key, name);
  };
  for (const auto& [name, part] : wanted_parts) {
    const bool optional = part.starts_with('?');
    const std::string pattern = part.substr(optional ? 1 : 0), text = found[name];
    found.erase(name);
    if ((optional && text.empty()) || is_as_wanted(name, text, pattern)) continue;
    differences.push_back(
        fmt::format("{}: {} instead of {}", label(name), text.empty() ? "nothing" : text, pattern));
  }
  for (const auto& [name, part] : found) {
    differences.push_back(fmt::format("{}: {}, which nobody asked for", label(name), part));
  }
}

}  // namespace

std::vector<std::string> config_differences(const Json& config, const WantedConfig& wanted) {
  std::vector<std::string> differences;
  for (const auto& [key, value] : wanted) {
    const bool anything = value == "?*" || (value == "*" && config.contains(key));
    if (!anything) compare(key, config_text(config, key), value, differences);
  }
  for (const auto& [key, value] : config.items()) {
    if (wanted.contains(key) || key == kRawSettings) continue;
    differences.push_back(
        fmt::format("{}: {}, which nobody asked for", key, config_text(config, key)));
  }
  for (const auto& [key, value] : raw_settings(config)) {
    differences.push_back(fmt::format("{}: {}, which nobody asked for", key, value));
  }
  return differences;
}

bool bears_description(const Json& config, const GuestSpec& spec) {
  const std::string description = config_text(config, "description");
  std::string_view found = text::trimmed(description);
  if (found.ends_with("%0A")) found.remove_suffix(3);
  return found == text::trimmed(spec.description);
}

std::string volume_at(const Json& config, const std::string& key) {
  std::string head = config_value(config, key).head;
  if (!text::contains(head, ":")) {
    throw HarnessError(fmt::format("find the guest's disk {}", key),
                       "its configuration names no volume");
  }
  return head;
}

}  // namespace pve_accept
