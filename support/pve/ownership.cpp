#include "support/pve/ownership.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/base/contains.h"
#include "support/base/text.h"
#include "support/pve/config_values.h"
#include "support/pve/node_facts.h"

namespace pve_accept {
namespace {

constexpr std::string_view kPrefix = "pve-accept run ";
constexpr std::string_view kKeyPrefix = "pve-accept-";
constexpr std::string_view kKeySuffix = ".pub";

}  // namespace

std::string description_for(std::string_view run_id) {
  return fmt::format("{}{}", kPrefix, run_id);
}

std::optional<std::string> run_in_description(std::string_view description) {
  std::string_view line = text::trimmed(description);
  if (line.ends_with("%0A")) line.remove_suffix(3);
  if (!line.starts_with(kPrefix)) return std::nullopt;
  const std::string_view run_id = line.substr(kPrefix.size());
  // A longer text is somebody's own note that happens to begin like ours.
  if (run_id.empty() || run_id.find_first_of(" \t\n") != std::string_view::npos) {
    return std::nullopt;
  }
  return std::string(run_id);
}

Ownership ownership_of(const Json& config) {
  const auto tags = parse_tags(config_text(config, "tags"));
  return {.tagged = contains(tags, kOwnershipTag),
          .run_id = run_in_description(config_text(config, "description"))};
}

bool is_unfinished(const Json& config) {
  return std::ranges::all_of(config.items(), [&](const auto& option) {
    // While a VM is restored (restore_vma_archive), and where that fails: in place of the lock.
    if (option.key() == "memory") return config.size() == 1 && option.value() == "128";
    // create_and_lock_config of guest-common writes the first, destroy_vm and
    // destroy_lxc_container the second.
    return option.key() == "lock" && (option.value() == "create" || option.value() == "destroyed");
  });
}

std::string public_key_file(std::string_view run_id) {
  return fmt::format("/run/{}{}{}", kKeyPrefix, run_id, kKeySuffix);
}

std::optional<std::string> run_of_public_key(std::string_view file_name) {
  const bool ours = file_name.starts_with(kKeyPrefix) && file_name.ends_with(kKeySuffix);
  if (!ours || file_name.size() <= kKeyPrefix.size() + kKeySuffix.size()) return std::nullopt;
  file_name.remove_prefix(kKeyPrefix.size());
  file_name.remove_suffix(kKeySuffix.size());
  return std::string(file_name);
}

}  // namespace pve_accept
