#include <algorithm>

#include "support/sim/model/figures.h"
#include "support/sim/tools/options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

const Model::Storage* group(const Call& call, const std::string& name) {
  for (const Model::Storage& storage : call.model().storages) {
    if (storage.type == "lvmthin" && storage.vgname == name) return &storage;
  }
  return nullptr;
}

struct LogicalVolume {
  std::string name, pool;
  double size = 0, used = 0;  // bytes
};

std::vector<LogicalVolume> logical_volumes(const Call& call, const Model::Storage& storage) {
  std::vector<LogicalVolume> volumes = {
      {storage.thinpool, "", static_cast<double>(storage.total_kib) * 1024.0,
       static_cast<double>(call.world.figures.storage_used_kib(storage)) * 1024.0}};
  for (const Volume& volume : call.state().volumes) {
    if (volume.storage != storage.storage) continue;
    volumes.push_back({volume.name, storage.thinpool, static_cast<double>(volume.size),
                       call.world.figures.volume_used_mib(volume) * kMib});
  }
  std::ranges::sort(volumes.begin() + 1, volumes.end(), {}, &LogicalVolume::name);
  return volumes;
}

std::string field(const LogicalVolume& volume, const std::string& name) {
  if (name == "lv_name") return volume.name;
  if (name == "lv_size") return fmt::format("{:.0f}", volume.size);
  if (name == "data_percent") return fmt::format("{:.2f}", 100.0 * volume.used / volume.size);
  if (name == "pool_lv") return volume.pool;
  throw Unsupported{};
}

}  // namespace

// lvs --reportformat json --units b --nosuffix -o lv_name,lv_size,data_percent,pool_lv VG
int lvs(Call& call) {
  const Arguments arguments =
      read_options(call.words(), {"--reportformat=json", "--units=b", "--nosuffix", "-o="});
  arguments.require({"--reportformat", "--units", "--nosuffix", "-o"});
  if (arguments.rest.size() != 1) throw Unsupported{};
  const std::string& vg = arguments.rest[0];
  const Words columns = split(arguments.get("-o"), ',');
  call.spend(0.05);
  const Model::Storage* storage = group(call, vg);
  if (storage == nullptr) {
    call.err(
        fmt::format("  Volume group \"{0}\" not found\n  Cannot process volume group {0}\n", vg));
    call.out("  {\n      \"report\": [\n      ]\n      ,\n      \"log\": [\n      ]\n  }\n");
    return 5;
  }
  call.out("  {\n      \"report\": [\n          {\n              \"lv\": [\n");
  std::string lines;
  for (const LogicalVolume& volume : logical_volumes(call, *storage)) {
    std::string fields;
    for (const std::string& column : columns) {
      fields +=
          fmt::format("{}\"{}\":\"{}\"", fields.empty() ? "" : ", ", column, field(volume, column));
    }
    lines += fmt::format("{}                  {{{}}}", lines.empty() ? "" : ",\n", fields);
  }
  call.out(lines +
           "\n              ]\n          }\n      ]\n      ,\n      \"log\": [\n      ]\n"
           "  }\n");
  return 0;
}

// zfs get -Hp -o property,value used,volsize,refquota POOL/VOLUME
int zfs(Call& call) {
  const Arguments arguments = read_options(call.words(), {"-Hp", "-o=property,value"});
  arguments.require({"-Hp", "-o"});
  const Words& words = arguments.rest;
  if (words.size() != 3 || words[0] != "get") throw Unsupported{};
  call.spend(0.02);
  for (const Volume& volume : call.state().volumes) {
    const Model::Storage* storage = call.model().find_storage(volume.storage);
    if (storage == nullptr || storage->type != "zfspool") continue;
    if (words[2] != storage->pool + "/" + volume.name) continue;
    for (const std::string& property : split(words[1], ',')) {
      const bool subvolume = volume.format == "subvol";
      const double used = call.world.figures.volume_used_mib(volume) * kMib;
      std::string value = "-";
      if (property == "used") value = fmt::format("{:.0f}", used);
      if (property == "volsize" && !subvolume) value = std::to_string(volume.size);
      if (property == "refquota" && subvolume) value = std::to_string(volume.size);
      call.out(fmt::format("{}\t{}\n", property, value));
    }
    return 0;
  }
  return call.fail(1, fmt::format("cannot open '{}': dataset does not exist", words[2]));
}

}  // namespace pve_accept::sim
