#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "support/base/json.h"
#include "support/pve/node.h"

namespace pve_accept {

// What a guest's disk takes on the storage of the node.
struct DiskUsage {
  double allocated_gib = 0;  // the size that was asked for
  double used_gib = 0;       // what it takes of the storage now
  std::string how;           // how it was measured
};

// The types of storage on which it can be told.
inline constexpr std::array kMeasuredStorageTypes = {"lvmthin", "zfspool", "dir"};

// The usage of a volume ("local-lvm:vm-9001-disk-0"), by the type of its storage. Throws
// HarnessError for a type that is not among the above, and for sizes that no guest's disk has.
DiskUsage disk_usage(Node& node, const std::string& volid);

struct LogicalVolume {
  std::int64_t size_bytes = 0;
  std::optional<double> data_percent;  // empty for a volume that is not thin
};

// `lvs --reportformat json --units b --nosuffix -o lv_name,lv_size,data_percent,pool_lv VG`, by
// name.
std::map<std::string, LogicalVolume> parse_lvs(const Json& reply);

// `zfs get -Hp -o property,value ...`, by property. A property that does not apply has no entry.
std::map<std::string, std::int64_t> parse_zfs_get(std::string_view text);

struct FileUsage {
  std::int64_t used_bytes = 0;      // allocated blocks
  std::int64_t apparent_bytes = 0;  // length of the file
};

// `stat -c '%b %B %s' PATH`.
FileUsage parse_stat(std::string_view text);

}  // namespace pve_accept
