#include "support/pve/config_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "support/base/reply.h"

namespace pve_accept {

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

std::string config_text(const Json& config, const std::string& key) {
  const auto found = config.find(key);
  if (found == config.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

ConfigValue config_value(const Json& config, const std::string& key) {
  return parse_config_value(config_text(config, key));
}

std::string mac_address(const Json& config) {
  const ConfigValue net0 = config_value(config, "net0");
  // LXC: "name=eth0,...,hwaddr=BC:24:..."; VM: "virtio=BC:24:...,bridge=vmbr0".
  std::string mac = net0.part("hwaddr");
  if (mac.empty()) mac = net0.part(net0.head.substr(0, net0.head.find('=')));
  if (std::ranges::count(mac, ':') != 5) return {};
  for (char& c : mac) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return mac;
}

}  // namespace pve_accept
