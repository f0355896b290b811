#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/base/json.h"

namespace pve_accept {

// A value of a guest's configuration that has parts: "local-lvm:vm-9001-disk-0,size=10G" or
// "virtio=BC:24:11:2D:66:9D,bridge=vmbr0".
struct ConfigValue {
  std::string head;                               // the part before the first comma
  std::map<std::string, std::string> parts = {};  // the key=value parts, a leading one included

  std::string part(const std::string& key) const;  // empty when missing
};

ConfigValue parse_config_value(std::string_view text);

// "10G", "4M", "528K", "10737418240" in bytes. Throws HarnessError.
std::int64_t parse_disk_size(std::string_view text);

// A guest's configuration file, as a JSON object like the one that PVE's API replies. Of a section
// (a snapshot, changes that wait for a restart) only its head is kept, as a key; PVE's own notes on
// cloud-init and backups, "[special:…]", are left out. Throws HarnessError for a line that is no
// setting.
Json parse_config_file(std::string_view text);

// A container's raw "lxc.…" settings, key and value, in their order.
inline constexpr const char* kRawSettings = "lxc";
std::vector<std::pair<std::string, std::string>> raw_settings(const Json& config);

// A value of a configuration as text, whether PVE prints it as a number or as a string; empty when
// it is missing.
std::string config_text(const Json& config, const std::string& key);
ConfigValue config_value(const Json& config, const std::string& key);

// The storages that its disks are on.
std::vector<std::string> storages_in(const Json& config);

// The network card net0: "virtio" and the like in a VM, "hwaddr" in a container, with its MAC
// address in lower case. Both are empty when it has none.
struct NetworkCard {
  std::string model, mac;
};
NetworkCard network_card(const Json& config);
inline std::string mac_address(const Json& config) { return network_card(config).mac; }

}  // namespace pve_accept
