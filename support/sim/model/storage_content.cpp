#include "support/sim/model/storage_content.h"

#include <algorithm>

#include "support/sim/engine/replies.h"

namespace pve_accept::sim {
namespace {

constexpr Millis kTemplatesCreated = Millis{-30} * 24 * 3600 * 1000;

std::string published_sum(const std::string& file) { return hex(0, "sha512 " + file, 0, 128); }

std::string format_of(const std::string& file) {
  if (file.ends_with(".zst")) return "tzst";
  return file.ends_with(".xz") ? "txz" : "tgz";
}

}  // namespace

StorageUse storage_use(const Call& call, const Model::Storage& storage) {
  StorageUse use;
  use.total = storage.total_kib * 1024;
  use.used = call.world.figures.storage_used_kib(storage) * 1024;
  // A file system keeps a part for root: what the spike's `local` showed.
  const std::int64_t reserved = storage.type == "dir" ? use.total / 1000 * 51 : 0;
  use.available = std::max<std::int64_t>(use.total - use.used - reserved, 0);
  return use;
}

Json storage_content(const Call& call, const Model::Storage& storage) {
  Json content = Json::array();
  for (const Model::Template& file : call.model().templates) {
    if (file.storage != storage.storage) continue;
    content.push_back({{"content", "vztmpl"},
                       {"ctime", call.state().epoch_s(kTemplatesCreated)},
                       {"format", format_of(file.file)},
                       {"size", file.size},
                       {"volid", fmt::format("{}:vztmpl/{}", storage.storage, file.file)}});
  }
  for (const Volume& volume : call.state().volumes) {
    if (volume.storage != storage.storage) continue;
    const std::int64_t created = call.state().epoch_s(volume.created);
    // Of LVM it is the text that `lvs` printed.
    const bool lvm = storage.type.starts_with("lvm");
    content.push_back({{"content", volume.content},
                       {"ctime", lvm ? Json(std::to_string(created)) : Json(created)},
                       {"format", volume.format},
                       {"size", volume.size},
                       {"vmid", volume.vmid},
                       {"volid", volume.volid()}});
    if (volume.content == "backup") {
      content.back()["subtype"] = volume.name.starts_with("backup/vzdump-lxc") ? "lxc" : "qemu";
      if (!volume.notes.empty()) content.back()["notes"] = volume.notes;
      continue;
    }
    if (storage.type != "dir") continue;
    content.back()["parent"] = nullptr;
    content.back()["used"] =
        static_cast<std::int64_t>(call.world.figures.volume_used_mib(volume) * kMib);
  }
  sort_list(content, "volid");
  return content;
}

std::vector<PublishedTemplate> published_templates(const Call& call) {
  std::vector<PublishedTemplate> list = {
      {"alpine-3.23-default", "20260116", "alpine-3.23-default_20260116_amd64.tar.xz", ""},
      {"debian-12-standard", "12.12-1", "debian-12-standard_12.12-1_amd64.tar.zst", ""},
  };
  for (const Model::Template& file : call.model().templates) {
    const auto parts = split(file.file, '_');
    if (parts.size() == 3) list.push_back({parts[0], parts[1], file.file, ""});
  }
  list.push_back(
      {"ubuntu-26.04-standard", "26.04-1", "ubuntu-26.04-standard_26.04-1_amd64.tar.zst", ""});
  for (PublishedTemplate& entry : list) entry.sha512sum = published_sum(entry.file);
  return list;
}

std::string template_index(const Call& call) {
  std::string text(reply_text("template_news.txt"));
  for (const PublishedTemplate& entry : published_templates(call)) {
    const std::string os = entry.package.substr(0, entry.package.rfind('-'));
    text += filled_text("template_index.txt", entry.package, entry.version, os, entry.file,
                        hex(0, "md5 " + entry.file, 0, 32), entry.sha512sum);
  }
  return text;
}

std::string sha512sum_of(const Call& call, const std::string& path) {
  for (const Model::Template& file : call.model().templates) {
    if (path != "/var/lib/vz/template/cache/" + file.file) continue;
    return file.sha512sum.empty() ? published_sum(file.file) : file.sha512sum;
  }
  if (path == call.model().cloud_image.path && call.model().cloud_image_present) {
    return published_sum(path);
  }
  const auto file = call.state().files.find(path);
  return file == call.state().files.end() ? "" : hex(1, file->second, 0, 128);
}

}  // namespace pve_accept::sim
