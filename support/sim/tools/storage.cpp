#include <algorithm>

#include "support/sim/model/guest_config.h"
#include "support/sim/model/storage_content.h"
#include "support/sim/model/volumes.h"
#include "support/sim/tools/pve_options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

const Model::Storage& known_storage(const Call& call, const std::string& name) {
  const Model::Storage* storage = call.model().find_storage(name);
  if (storage == nullptr) {
    throw Refusal{255, fmt::format("storage '{}' does not exist\n", name)};
  }
  return *storage;
}

struct VolumeId {
  const Model::Storage& storage;
  std::string name;
};

VolumeId known_volume_id(const Call& call, const std::string& volid) {
  const auto colon = volid.find(':');
  if (colon == std::string::npos) {
    throw Refusal{255, fmt::format("unable to parse volume ID '{}'\n", volid)};
  }
  return {known_storage(call, volid.substr(0, colon)), volid.substr(colon + 1)};
}

// Refuses what is no name of a volume there.
std::string required_path(const Model::Storage& storage, const std::string& name) {
  std::string path = volume_path(storage, name);
  if (!path.empty()) return path;
  throw Refusal{255, fmt::format("unable to parse directory volume name '{}'\n", name)};
}

int pvesm_status(Call& call) {
  const Arguments arguments = pve_arguments(call, "pvesm status");
  const std::string only = arguments.get("storage");
  if (!only.empty() && call.model().find_storage(only) == nullptr) {
    throw verification_failed("pvesm status", "storage", "No such storage.", 25);
  }
  if (arguments.has("content") || arguments.has("target")) throw Unsupported{};
  std::size_t width = 10;
  for (const Model::Storage& storage : call.model().storages) {
    width = std::max(width, storage.storage.size());
  }
  call.out(fmt::format("{:<{}} {:>10} {:>10} {:>15} {:>15} {:>15} {:>8}\n", "Name", width, "Type",
                       "Status", "Total (KiB)", "Used (KiB)", "Available (KiB)", "%"));
  for (const Model::Storage& storage : call.model().storages) {
    if (!only.empty() && storage.storage != only) continue;
    const StorageUse use = storage_use(call, storage);
    const double share = 100.0 * static_cast<double>(use.used) / static_cast<double>(use.total);
    call.out(fmt::format("{:<{}} {:>10} {:>10} {:>15} {:>15} {:>15} {:>7.2f}%\n", storage.storage,
                         width, storage.type, "active", use.total / 1024, use.used / 1024,
                         use.available / 1024, share));
  }
  return 0;
}

int pvesm_list(Call& call) {
  const Arguments arguments = pve_arguments(call, "pvesm list");
  const Json content =
      storage_content(call, known_storage(call, arguments.positional.at("storage")));
  std::size_t width = 5, size_width = 4;
  for (const Json& entry : content) {
    width = std::max(width, entry.at("volid").get<std::string>().size());
    size_width = std::max(size_width, entry.at("size").dump().size());
  }
  call.out(fmt::format("{:<{}} {:<7} {:<9} {:>{}} {}\n", "Volid", width, "Format", "Type", "Size",
                       size_width, "VMID"));
  for (const Json& entry : content) {
    call.out(fmt::format("{:<{}} {:<7} {:<9} {:>{}}{}\n", entry.at("volid").get<std::string>(),
                         width, entry.at("format").get<std::string>(),
                         entry.at("content").get<std::string>(), entry.at("size").dump(),
                         size_width, entry.contains("vmid") ? " " + entry.at("vmid").dump() : ""));
  }
  return 0;
}

int path(Call& call) {
  const Arguments arguments = pve_arguments(call, "pvesm path");
  const std::string volid = arguments.positional.at("volume");
  const auto& [storage, name] = known_volume_id(call, volid);
  call.out(required_path(storage, name) + "\n");
  return 0;
}

int free_volume(Call& call) {
  const Arguments arguments = pve_arguments(call, "pvesm free");
  const std::string volid = arguments.positional.at("volume");
  const auto& [storage, name] = known_volume_id(call, volid);
  required_path(storage, name);
  call.spend(0.4);
  remove_volume(call, volid);
  if (name.starts_with("backup/")) {  // its log and its notes go with it
    const std::string file = volume_path(storage, name);
    call.state().files.erase(file + ".notes");
    call.state().files.erase(file.substr(0, file.find('.', file.rfind('/'))) + ".log");
  }
  call.out(fmt::format("Removed volume '{}'\n", volid));  // also one that was not there
  return 0;
}

int list_templates(Call& call) {
  const Arguments arguments = pve_arguments(call, "pveam list");
  const Model::Storage& storage = known_storage(call, arguments.positional.at("storage"));
  if (!contains(storage.content, "vztmpl")) {
    throw Refusal{255, "Storage does not support templates!\n"};
  }
  call.out(fmt::format("{:<60} {:<6}\n", "NAME", "SIZE"));
  for (const Model::Template& file : call.model().templates) {
    if (file.storage != storage.storage) continue;
    call.out(fmt::format("{:<60} {:.2f}MB\n", fmt::format("{}:vztmpl/{}", file.storage, file.file),
                         static_cast<double>(file.size) / kMib));
  }
  return 0;
}

int available(Call& call) {
  const Arguments arguments = pve_arguments(call, "pveam available");
  const std::string section = arguments.get("section", "system");
  if (!call.model().template_index) {
    call.err(
        "unable to open file '/var/lib/pve-manager/apl-info/download.proxmox.com' - No such "
        "file or directory\nunable to open file "
        "'/var/lib/pve-manager/apl-info/releases.turnkeylinux.org' - No such file or "
        "directory\n");
    return 0;
  }
  for (const PublishedTemplate& entry : published_templates(call)) {
    if (section == "system") {
      call.out(fmt::format("{:<15} {:<60} {}\n", "system", entry.file, "amd64"));
    }
  }
  return 0;
}

int download(Call& call) {
  const Arguments arguments = pve_arguments(call, "pveam download");
  const Model::Storage& storage = known_storage(call, arguments.positional.at("storage"));
  const std::string file = arguments.positional.at("template");
  const auto published = published_templates(call);
  const bool known =
      call.model().template_index && contains(published, file, &PublishedTemplate::file);
  if (!known) throw verification_failed("pveam download", "template", "no such template", 255);
  for (const Json& entry : storage_content(call, storage)) {
    if (entry.at("volid") != fmt::format("{}:vztmpl/{}", storage.storage, file)) continue;
    call.out(fmt::format("OK, got correct file already, no need to re-download '{}'\n", file));
    return 0;
  }
  throw Unsupported{};  // the simulated node has no way out to fetch one
}

}  // namespace

int pvesm(Call& call) {
  static const std::map<std::string, Tool, std::less<>> commands = {
      {"free", free_volume}, {"list", pvesm_list}, {"path", path}, {"status", pvesm_status}};
  call.spend(0.5);
  return run_command(call, commands);
}

int pveam(Call& call) {
  static const std::map<std::string, Tool, std::less<>> commands = {
      {"available", available}, {"download", download}, {"list", list_templates}};
  call.spend(0.6);
  return run_command(call, commands);
}

}  // namespace pve_accept::sim
