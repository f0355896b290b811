#include "support/pve/spec_check.h"

#include <fmt/format.h>

#include "support/base/error.h"
#include "support/base/reply.h"
#include "support/base/units.h"
#include "support/pve/config_values.h"

namespace pve_accept {
namespace {

std::string shown(const std::string& value) { return value.empty() ? "nothing" : value; }

std::string gib_text(const std::string& size) {
  if (size.empty()) return {};
  const std::int64_t bytes = parse_disk_size(size);
  return bytes % kGib == 0 ? fmt::format("{} GiB", bytes / kGib) : fmt::format("{} bytes", bytes);
}

}  // namespace

void SpecCheck::equal(std::string_view what, const std::string& found, const std::string& wanted) {
  if (found == wanted) return;
  differences_.push_back(fmt::format("{}: {} instead of {}", what, shown(found), shown(wanted)));
}

void SpecCheck::disk(const std::string& key, const GuestSpec& spec) {
  const ConfigValue value = config_value(config_, key);
  equal("storage", value.head.substr(0, value.head.find(':')), spec.storage);
  equal("disk", gib_text(value.part("size")), fmt::format("{} GiB", spec.disk_gib));
}

void SpecCheck::bridge(const GuestSpec& spec) {
  equal("bridge", config_value(config_, "net0").part("bridge"), spec.bridge);
}

std::string SpecCheck::text(const std::string& key) const { return config_text(config_, key); }

bool bears_description(const Json& config, const GuestSpec& spec) {
  const std::string description = config_text(config, "description");
  std::string_view found = text::trimmed(description);
  if (found.ends_with("%0A")) found.remove_suffix(3);
  return found == text::trimmed(spec.description);
}

std::string volume_at(const Json& config, const std::string& key) {
  std::string head = config_value(config, key).head;
  if (!text::contains(head, ":")) {
    throw HarnessError(fmt::format("find the guest's disk {}", key),
                       "its configuration names no volume");
  }
  return head;
}

}  // namespace pve_accept
