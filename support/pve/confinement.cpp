#include "support/pve/confinement.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "support/base/reply.h"
#include "support/pve/config_values.h"

namespace pve_accept {
namespace {

constexpr std::array kWeakeningKeys = {"lxc.apparmor.",  "lxc.seccomp.",         "lxc.cap.",
                                       "lxc.mount.auto", "lxc.cgroup2.devices.", "lxc.idmap"};

bool weakens(std::string_view key, std::string_view value) {
  if (key == "lxc.mount.entry") return text::contains(value, "apparmor");
  return std::ranges::any_of(kWeakeningKeys,
                             [key](const char* known) { return key.starts_with(known); });
}

}  // namespace

AppArmorLabel parse_apparmor_label(std::string_view text) {
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) text = text.substr(0, nul);
  std::string_view label = text::trimmed(text);
  if (label.empty()) throw text::unexpected("an AppArmor label", text, "the name of a profile");
  AppArmorLabel result;
  if (const auto open = label.rfind(" ("); label.ends_with(')') && open != std::string_view::npos) {
    result.mode = label.substr(open + 2, label.size() - open - 3);
    label = label.substr(0, open);
  }
  // Stacked profiles are joined by "//&". One that begins with a colon belongs to the container's
  // own policy namespace, which the container itself may change.
  while (label.starts_with(':') && text::contains(label, "//&")) {
    label.remove_prefix(label.find("//&") + 3);
  }
  result.profile = label.substr(0, label.find("//&"));
  if (result.profile.empty() || result.profile.starts_with(':')) result.profile = "unconfined";
  return result;
}

long root_uid(std::string_view uid_map) {
  for (const std::string_view line : text::lines(uid_map)) {
    std::vector<long> fields;
    for (const std::string_view field : text::words(line)) {
      const auto number = text::to_whole(field);
      if (!number) throw text::unexpected("a uid_map", line, "three numbers");
      fields.push_back(*number);
    }
    if (fields.size() != 3) throw text::unexpected("a uid_map", line, "three numbers");
    if (fields[0] == 0 && fields[2] > 0) return fields[1];
  }
  throw text::unexpected("a uid_map", uid_map, "a line that maps uid 0");
}

std::vector<std::string> weakening_settings(const Json& config) {
  std::vector<std::string> gaps;
  if (config_text(config, "unprivileged") != "1") gaps.push_back("the container is privileged");
  const ConfigValue features = config_value(config, "features");
  if (features.part("mknod") == "1") gaps.push_back("features: mknod=1");
  const auto raw = config.find("lxc");
  if (raw == config.end()) return gaps;
  text::read_reply(*raw, "raw keys of the container", [&gaps](const JsonCursor& root) {
    for (const JsonCursor& entry : root.elements()) {
      const auto pair = entry.elements();
      if (pair.size() != 2) entry.fail("expected a key and a value");
      if (weakens(pair[0].string(), pair[1].string())) {
        gaps.push_back(fmt::format("{}: {}", pair[0].string(), pair[1].string()));
      }
    }
    return 0;
  });
  return gaps;
}

}  // namespace pve_accept
