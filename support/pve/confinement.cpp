#include "support/pve/confinement.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

#include "support/base/contains.h"
#include "support/base/reply.h"
#include "support/pve/config_values.h"

namespace pve_accept {
namespace {

constexpr std::array kNamespaces = {"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"};

// Raw settings that leave a container's isolation alone: what it may use, where it logs, how it
// starts and stops.
constexpr std::array kHarmlessKeys = {"lxc.arch",
                                      "lxc.cgroup2.cpu",
                                      "lxc.cgroup2.hugetlb.",
                                      "lxc.cgroup2.io.",
                                      "lxc.cgroup2.mem",
                                      "lxc.cgroup2.pids.",
                                      "lxc.environment",
                                      "lxc.group",
                                      "lxc.log.",
                                      "lxc.prlimit.",
                                      "lxc.pty.max",
                                      "lxc.signal.",
                                      "lxc.start.",
                                      "lxc.sysctl.fs.mqueue",
                                      "lxc.sysctl.kernel.msg",
                                      "lxc.sysctl.kernel.sem",
                                      "lxc.sysctl.kernel.shm",
                                      "lxc.tty.max",
                                      "lxc.uts.name"};

constexpr std::array kWays = {"args", "dev", "hostpci", "ivshmem", "usb", "virtiofs"};

bool is_harmless(const std::string& key) {
  return std::ranges::any_of(kHarmlessKeys, [&](const char* one) { return key.starts_with(one); });
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

std::string id_map(std::string_view text) {
  std::string map;
  for (const std::string_view line : text::lines(text)) {
    const auto fields = text::words(line);
    if (fields.size() != 3 || !std::ranges::all_of(fields, [](std::string_view field) {
          return text::to_whole(field).has_value();
        })) {
      throw text::unexpected("a uid_map", line, "three numbers");
    }
    map += fmt::format("{}{}", map.empty() ? "" : "; ", fmt::join(fields, " "));
  }
  if (map.empty()) throw text::unexpected("a uid_map", text, "a line of three numbers");
  return map;
}

std::vector<std::string> namespace_links(const std::string& process) {
  std::vector<std::string> argv = {"readlink"};
  for (const std::string& owner : {std::string("/proc/1"), process}) {
    for (const char* name : kNamespaces) argv.push_back(fmt::format("{}/ns/{}", owner, name));
  }
  return argv;
}

std::vector<std::string> shared_namespaces(std::string_view links) {
  const auto lines = text::lines(links);
  if (lines.size() != 2 * kNamespaces.size()) {
    throw text::unexpected("`readlink`", links, "the namespaces of two processes");
  }
  std::vector<std::string> shared;
  for (std::size_t i = 0; i < kNamespaces.size(); ++i) {
    const std::string name = kNamespaces[i];  // "net:[4026531840]"
    for (const std::string_view line : {lines[i], lines[i + kNamespaces.size()]}) {
      if (!line.starts_with(name + ":[")) throw text::unexpected("`readlink`", line, name + ":[…]");
    }
    if (lines[i] == lines[i + kNamespaces.size()]) shared.push_back(name);
  }
  return shared;
}

ProcessStatus parse_process_status(std::string_view text, std::int64_t pid) {
  std::map<std::string_view, std::vector<std::string_view>> lines;
  for (const std::string_view line : text::lines(text)) {
    auto words = text::words(line);
    if (words.empty()) continue;
    const std::string_view name = words.front();
    words.erase(words.begin());
    lines.emplace(name, std::move(words));
  }
  if (lines["Pid:"] != std::vector<std::string_view>{std::to_string(pid)}) {
    throw text::unexpected("/proc/PID/status", text::tail(text), fmt::format("Pid: {}", pid));
  }
  ProcessStatus status;
  for (const std::string_view user : lines["Uid:"]) {
    const auto number = text::to_whole(user);
    if (number) status.users.push_back(*number);
  }
  if (status.users.size() != 4 || lines["Seccomp:"].size() != 1) {
    throw text::unexpected("/proc/PID/status", text::tail(text), "four of Uid, one of Seccomp");
  }
  status.seccomp_filter = lines["Seccomp:"].front() == "2";
  return status;
}

std::vector<std::string> weakening_settings(const Json& config) {
  std::vector<std::string> gaps;
  if (config_text(config, "unprivileged") != "1") gaps.emplace_back("the container is privileged");
  for (const auto& [name, value] : config_value(config, "features").parts) {
    if (name == "nesting" || name == "keyctl" || value == "0") continue;
    gaps.push_back(fmt::format("features: {}={}", name, value));
  }
  std::ranges::copy(ways_to_the_node(config), std::back_inserter(gaps));
  for (const auto& [key, value] : raw_settings(config)) {
    if (!is_harmless(key)) gaps.push_back(fmt::format("{}: {}", key, value));
  }
  return gaps;
}

std::vector<std::string> ways_to_the_node(const Json& config) {
  std::vector<std::string> ways;
  for (const auto& [key, value] : config.items()) {
    if (key == kRawSettings || key == "description") continue;
    const std::string stem = key.substr(0, key.find_last_not_of("0123456789") + 1);
    const std::string text = config_text(config, key);
    // A volume has its storage before it; a path of the node begins with a slash.
    const std::string head = config_value(config, key).head;
    const bool is_path = head.substr(head.find('=') + 1).starts_with('/');
    if (is_path || contains(kWays, stem)) ways.push_back(fmt::format("{}: {}", key, text));
  }
  return ways;
}

}  // namespace pve_accept
