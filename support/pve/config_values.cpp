#include "support/pve/config_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "support/base/contains.h"
#include "support/base/reply.h"

namespace pve_accept {

namespace {

// A "%0A" is the character of that code.
std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned code = 0;
    const std::string_view digits = text[at] == '%' ? text.substr(at + 1, 2) : "";
    const auto* const end = digits.data() + digits.size();
    if (digits.size() == 2 && std::from_chars(digits.data(), end, code, 16).ptr == end) {
      plain += static_cast<char>(code);
      at += 2;
    } else {
      plain += text[at];
    }
  }
  return plain;
}

bool names_volume(const std::string& key) {
  static constexpr std::array kDisks = {"rootfs", "mp",     "scsi",    "ide",      "sata",
                                        "virtio", "unused", "efidisk", "tpmstate", "cloudinit"};
  const std::string stem = key.substr(0, key.find_last_not_of("0123456789") + 1);
  return contains(kDisks, stem);
}

}  // namespace

std::string ConfigValue::part(const std::string& key) const {
  const auto found = parts.find(key);
  return found == parts.end() ? std::string() : found->second;
}

ConfigValue parse_config_value(std::string_view text) {
  const auto items = text::split(text, ',');
  ConfigValue value{.head = std::string(items.front())};
  for (const std::string_view item : items) {
    const std::size_t equals = item.find('=');
    if (equals == std::string_view::npos) continue;
    value.parts.emplace(item.substr(0, equals), item.substr(equals + 1));
  }
  return value;
}

std::int64_t parse_disk_size(std::string_view text) {
  constexpr std::string_view kUnits = "KMGT";
  std::int64_t factor = 1;
  std::string_view digits = text;
  if (!text.empty() && kUnits.find(text.back()) != std::string_view::npos) {
    factor <<= static_cast<int>(10 * (kUnits.find(text.back()) + 1));
    digits.remove_suffix(1);
  }
  const auto number = text::to_whole(digits);
  if (!number || *number < 0 || *number > (std::int64_t{1} << 62) / factor) {
    throw text::unexpected("the size of a disk", text, "a size like \"10G\"");
  }
  return *number * factor;
}

Json parse_config_file(std::string_view text) {
  Json config = Json::object();
  std::string description;
  bool in_section = false;
  for (const std::string_view line : text::lines(text)) {
    if (line.starts_with('[')) {
      in_section = true;
      if (!line.starts_with("[special:")) config[std::string(text::trimmed(line))] = "a section";
    }
    if (in_section) continue;
    if (line.starts_with('#')) {
      description += decoded(line.substr(1)) + "\n";
      continue;
    }
    const std::size_t end = line.find_first_of(":=");  // some write lxc.… keys with "="
    if (end == 0 || end == std::string_view::npos) {
      throw text::unexpected("a guest's configuration", line, "\"key: value\"");
    }
    const std::string key(text::trimmed(line.substr(0, end)));
    const std::string value(text::trimmed(line.substr(end + 1)));
    if (key.starts_with("lxc.")) {
      config[kRawSettings].push_back({key, value});
    } else {
      config[key] = value;
    }
  }
  if (!description.empty()) config["description"] = description;
  return config;
}

std::vector<std::pair<std::string, std::string>> raw_settings(const Json& config) {
  const auto raw = config.find(kRawSettings);
  if (raw == config.end()) return {};
  return text::read_list(*raw, "raw keys of the container", [](const JsonCursor& entry) {
    const auto pair = entry.elements();
    if (pair.size() != 2) entry.fail("expected a key and a value");
    return std::pair(pair[0].string(), pair[1].string());
  });
}

std::string config_text(const Json& config, const std::string& key) {
  const auto found = config.find(key);
  if (found == config.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

ConfigValue config_value(const Json& config, const std::string& key) {
  return parse_config_value(config_text(config, key));
}

std::vector<std::string> storages_in(const Json& config) {
  std::set<std::string> storages;
  for (const auto& [key, value] : config.items()) {
    const ConfigValue disk = names_volume(key) ? config_value(config, key) : ConfigValue{};
    const bool medium = disk.part("media") == "cdrom" && !text::contains(disk.head, "cloudinit");
    const std::string head = medium ? "" : disk.head;
    if (const auto colon = head.find(':'); colon != std::string::npos) {
      storages.insert(head.substr(0, colon));
    }
  }
  return {storages.begin(), storages.end()};
}

NetworkCard network_card(const Json& config) {
  // LXC: "name=eth0,...,hwaddr=BC:24:..."; VM: "virtio=BC:24:...,bridge=vmbr0".
  for (const auto& [key, value] : config_value(config, "net0").parts) {
    if (value.size() != 17 || std::ranges::count(value, ':') != 5) continue;
    return {key, text::lower_case(value)};
  }
  return {};
}

}  // namespace pve_accept
