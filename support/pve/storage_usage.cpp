#include "support/pve/storage_usage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "support/base/reply.h"
#include "support/base/units.h"
#include "support/pve/images.h"

namespace pve_accept {
namespace {

// A storage's definition and the volume on it.
struct VolumePlace {
  Json storage;
  std::string storage_name;
  std::string volume;  // name on the storage: "vm-9001-disk-0"

  std::string setting(const char* key) const {
    return text::read_reply(storage, fmt::format("definition of storage {}", storage_name),
                            [key](const JsonCursor& root) { return root.at(key).string(); });
  }
};

VolumePlace place_of(Node& node, const std::string& volid) {
  const std::size_t colon = volid.find(':');
  if (colon == std::string::npos) {
    throw text::unexpected("a volume id", volid, "\"storage:volume\"");
  }
  const std::string name = volid.substr(0, colon);
  for (const Json& definition : node.storage_definitions()) {
    if (definition.at("storage") == name) return {definition, name, volid.substr(colon + 1)};
  }
  throw HarnessError(fmt::format("measure the disk {}", volid),
                     fmt::format("the node has no storage {}", name));
}

DiskUsage thin_volume_usage(Node& node, const VolumePlace& place) {
  const std::string group = place.setting("vgname");
  const Command command = reading({"lvs", "--reportformat", "json", "--units", "b", "--nosuffix",
                                   "-o", "lv_name,lv_size,data_percent,pool_lv", group});
  const std::string attempted = fmt::format("measure the disk {}", place.volume);
  const auto volumes = parse_lvs(run_json(node.shell(), command, attempted));
  const auto found = volumes.find(place.volume);
  if (found == volumes.end()) {
    throw HarnessError(attempted, fmt::format("volume group {} has no such volume", group));
  }
  if (!found->second.data_percent) throw HarnessError(attempted, "the volume is not thin");
  const double allocated = gib(found->second.size_bytes);
  return {.allocated_gib = allocated,
          .used_gib = allocated * *found->second.data_percent / 100,
          .how = "lvs data_percent"};
}

DiskUsage dataset_usage(Node& node, const VolumePlace& place) {
  const std::string dataset = fmt::format("{}/{}", place.setting("pool"), place.volume);
  const Command command =
      reading({"zfs", "get", "-Hp", "-o", "property,value", "used,volsize,refquota", dataset});
  const std::string attempted = fmt::format("measure the disk {}", place.volume);
  const auto properties = parse_zfs_get(run_checked(node.shell(), command, attempted).out);
  // A volume of a VM has a size; a container's file system has a quota.
  const auto size = properties.find(properties.contains("volsize") ? "volsize" : "refquota");
  const auto used = properties.find("used");
  if (size == properties.end() || used == properties.end() || size->second <= 0) {
    throw HarnessError(attempted, fmt::format("{} has neither volsize nor refquota", dataset));
  }
  return {.allocated_gib = gib(size->second), .used_gib = gib(used->second), .how = "zfs used"};
}

DiskUsage file_usage(Node& node, const VolumePlace& place) {
  const std::string volid = fmt::format("{}:{}", place.storage_name, place.volume);
  const std::string path = node.volume_path(volid);
  const Command command = reading({"stat", "-c", "%b %B %s", path});
  const FileUsage file =
      parse_stat(run_checked(node.shell(), command, fmt::format("measure the disk {}", volid)).out);
  // Only a raw image is as long as the disk that it holds.
  const bool raw = !path.ends_with(".qcow2");
  const std::int64_t size =
      raw ? file.apparent_bytes : inspect_image(node.shell(), path).virtual_size_bytes;
  return {.allocated_gib = gib(size), .used_gib = gib(file.used_bytes), .how = "stat"};
}

DiskUsage usage_on(Node& node, const VolumePlace& place, const std::string& volid) {
  const std::string type = place.setting("type");
  if (type == "lvmthin") return thin_volume_usage(node, place);
  if (type == "zfspool") return dataset_usage(node, place);
  if (type == "dir") return file_usage(node, place);
  throw HarnessError(HarnessError::Details{
      .attempted = fmt::format("measure the disk {}", volid),
      .problem = fmt::format("storage {} is of type {}, which cannot be measured",
                             place.storage_name, type),
      .hint = fmt::format("use a storage of type {}", fmt::join(kMeasuredStorageTypes, ", "))});
}

// Whatever was asked for in bytes and came in KiB, MiB or sectors is less than a guest can have.
DiskUsage plausible(DiskUsage usage, const std::string& volid) {
  constexpr double kLeastGib = 0.25;
  constexpr double kMostGib = 1 << 20;
  if (usage.allocated_gib >= kLeastGib && usage.allocated_gib <= kMostGib && usage.used_gib >= 0 &&
      usage.used_gib <= kMostGib) {
    return usage;
  }
  throw HarnessError(fmt::format("measure the disk {}", volid),
                     fmt::format("{}: {} GiB of {} GiB used is no disk of a guest", usage.how,
                                 usage.used_gib, usage.allocated_gib));
}

}  // namespace

DiskUsage disk_usage(Node& node, const std::string& volid) {
  return plausible(usage_on(node, place_of(node, volid), volid), volid);
}

std::map<std::string, LogicalVolume> parse_lvs(const Json& reply) {
  return text::read_reply(reply, "lvs", [](const JsonCursor& root) {
    std::map<std::string, LogicalVolume> volumes;
    for (const JsonCursor& report : root.at("report").elements()) {
      for (const JsonCursor& row : report.at("lv").elements()) {
        LogicalVolume volume{.size_bytes = text::whole(row.at("lv_size")), .data_percent = {}};
        const std::string percent = row.at("data_percent").string();
        volume.data_percent = text::to_number(percent);
        const double share = volume.data_percent.value_or(percent.empty() ? 0 : -1);
        if (share < 0 || share > 100) {
          row.at("data_percent").fail(fmt::format("expected 0 to 100, found '{}'", percent));
        }
        if (!volumes.emplace(row.at("lv_name").string(), volume).second) {
          row.at("lv_name").fail("named twice");
        }
      }
    }
    return volumes;
  });
}

std::map<std::string, std::int64_t> parse_zfs_get(std::string_view text) {
  std::map<std::string, std::int64_t> properties;
  for (const std::string_view line : text::lines(text)) {
    const auto fields = text::split(line, '\t');
    if (fields.size() != 2) throw text::unexpected("`zfs get`", line, "a property and a value");
    if (fields[1] == "-") continue;
    const auto value = text::to_whole(fields[1]);
    if (!value) throw text::unexpected("`zfs get`", line, "a number of bytes");
    properties.emplace(fields[0], *value);
  }
  if (properties.empty()) throw text::unexpected("`zfs get`", text, "properties");
  return properties;
}

FileUsage parse_stat(std::string_view text) {
  const auto fields = text::words(text);
  std::vector<std::int64_t> numbers;
  for (const std::string_view field : fields) {
    const auto number = text::to_whole(field);
    if (!number || *number < 0) break;
    numbers.push_back(*number);
  }
  if (fields.size() != 3 || numbers.size() != 3) {
    throw text::unexpected("`stat`", text, "blocks, block size and length");
  }
  return {.used_bytes = numbers[0] * numbers[1], .apparent_bytes = numbers[2]};
}

}  // namespace pve_accept
