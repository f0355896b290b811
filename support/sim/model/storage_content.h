#pragma once

#include <string>
#include <vector>

#include "support/sim/engine/call.h"

namespace pve_accept::sim {

struct StorageUse {  // in bytes
  std::int64_t total = 0, used = 0, available = 0;
};
StorageUse storage_use(const Call& call, const Model::Storage& storage);

// Volumes and templates on a storage, as …/storage/S/content lists them, by volid.
Json storage_content(const Call& call, const Model::Storage& storage);

// A template as Proxmox publishes it.
struct PublishedTemplate {
  std::string package, version, file, sha512sum;
};
std::vector<PublishedTemplate> published_templates(const Call& call);

// The list of published templates as a node keeps it, in stanzas of Debian's format.
std::string template_index(const Call& call);

// The SHA-512 sum of a file on the node, empty when there is no such file.
std::string sha512sum_of(const Call& call, const std::string& path);

}  // namespace pve_accept::sim
