#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/base/json.h"
#include "support/pve/node_facts.h"
#include "support/shell/shell.h"

namespace pve_accept {

// The newest template of that name ("debian-13-standard") among a storage's volumes; empty when
// there is none.
std::optional<Volume> newest_template(const std::vector<Volume>& volumes, std::string_view name);

// "debian-13-standard_13.6-1_amd64.tar.zst" of "local:vztmpl/debian-13-standard_...".
std::string file_name_of(std::string_view volid_or_path);

// The appliance index: published SHA-512 by template file name. A template that is published
// without one is left out.
std::map<std::string, std::string> parse_appliance_index(std::string_view text);

// The digest of `sha512sum FILE`.
std::string parse_sha512sum(std::string_view text);

// The index that the node has; empty when it has none (`pveam update` was never run).
std::optional<std::map<std::string, std::string>> appliance_index(Shell& node);

// The SHA-512 of a file of the node; empty when there is none.
std::optional<std::string> find_sha512(Shell& node, const std::string& path);

struct QemuImage {
  std::string format;  // what the file really is; "raw" for anything that QEMU does not know
  std::int64_t virtual_size_bytes = 0;
  bool corrupt = false;  // the image's own flag
  // What `qemu-img check` counted; empty for a format that cannot be checked.
  struct Check {
    std::int64_t errors = 0;
    std::int64_t corruptions = 0;
  };
  std::optional<Check> check = {};
};

QemuImage parse_qemu_info(const Json& reply);
QemuImage::Check parse_qemu_check(const Json& reply);

// `qemu-img info`, and `check` where the format is qcow2. Throws HarnessError when the file cannot
// be opened.
QemuImage inspect_image(Shell& node, const std::string& path);

// As inspect_image(); empty when there is no such file.
std::optional<QemuImage> image_at(Shell& node, const std::string& path);

}  // namespace pve_accept
