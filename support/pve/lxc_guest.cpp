#include "support/pve/lxc_guest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "support/base/reply.h"
#include "support/base/units.h"
#include "support/pve/addresses.h"
#include "support/pve/config_values.h"
#include "support/pve/confinement.h"
#include "support/pve/spec_check.h"

namespace pve_accept {
void LxcGuest::create(const GuestSpec& spec) {
  change_config(
      with_options({"pct", "create", to_string(vmid()), spec.image},
                   {{"--hostname", spec.name},
                    {"--cores", std::to_string(spec.cores)},
                    {"--memory", std::to_string(spec.memory_mib)},
                    {"--rootfs", fmt::format("{}:{}", spec.storage, spec.disk_gib)},
                    {"--net0", fmt::format("name=eth0,bridge={},ip=dhcp", spec.bridge)},
                    {"--features", "nesting=1,keyctl=1"},
                    {"--unprivileged", "1"},
                    {"--ssh-public-keys", spec.public_key_file},
                    {"--tags", spec.tag},
                    {"--description", spec.description}}),
      fmt::format("create container {}", vmid()),
      [&spec](const Json& config) { return bears_description(config, spec); },
      fmt::format("the description '{}'", spec.description), spec.create_deadline);
}

std::vector<std::string> LxcGuest::differences_from(const GuestSpec& spec) {
  auto differences = config_differences(
      config(), {{"arch", "*"},
                 {"cores", std::to_string(spec.cores)},
                 {"description", "*"},
                 {"features", "keyctl=1,nesting=1"},
                 {"hostname", spec.name},
                 {"memory", std::to_string(spec.memory_mib)},
                 {"net0", fmt::format("name=eth0,bridge={},firewall=?0,hwaddr=*,ip=dhcp,type=veth",
                                      spec.bridge)},
                 {"ostype", "?debian"},
                 {"rootfs", fmt::format("volume={}:*,size={}G", spec.storage, spec.disk_gib)},
                 {"swap", "512"},  // PVE's default
                 {"tags", "*"},
                 {"unprivileged", "1"}});
  add_limits_in_force(std::to_string(std::int64_t{spec.memory_mib} * kMib), differences);
  return differences;
}

// PVE's configuration is what it was asked; what holds is what the kernel says of the container's
// init.
std::vector<std::string> LxcGuest::gaps_in_confinement(Shell& inside) {
  std::vector<std::string> gaps = weakening_settings(config());
  const std::int64_t pid = host_pid();
  const std::string process = fmt::format("/proc/{}", pid);
  const auto read = [](Shell& shell, const std::string& file) {
    return run_checked(shell, reading({"cat", file}), "see how the container is confined").out;
  };
  const auto add_map = [&](Shell& shell, const std::string& file, std::string_view seen_by) {
    const std::string map = id_map(read(shell, file));
    if (map == kUnprivilegedMap) return;
    gaps.push_back(fmt::format("{}: {} instead of {}, as {} sees it",
                               file.substr(file.rfind('/') + 1), map, kUnprivilegedMap, seen_by));
  };
  add_map(node_.shell(), process + "/uid_map", "the node");
  add_map(node_.shell(), process + "/gid_map", "the node");
  add_map(inside, "/proc/self/uid_map", "the container");
  const Command look = reading(namespace_links(process));
  for (const std::string& shared : shared_namespaces(
           run_checked(node_.shell(), look, "see the namespaces of the container").out)) {
    gaps.push_back(fmt::format("it is in the node's own {} namespace", shared));
  }
  const auto status = parse_process_status(read(node_.shell(), process + "/status"), pid);
  if (std::ranges::count(status.users, kMappedRoot) != std::ssize(status.users)) {
    gaps.push_back(fmt::format("its init runs as {} of the node", fmt::join(status.users, ", ")));
  }
  if (!status.seccomp_filter) gaps.emplace_back("no seccomp filter is in force");
  const std::string label = read(node_.shell(), process + "/attr/current");
  if (!parse_apparmor_label(label).confines(to_string(vmid()))) {
    gaps.push_back(fmt::format("AppArmor does not confine it: {}", text::trimmed(label)));
  }
  return gaps;
}

// As PVE does for its API, without its Perl.
std::optional<std::string> LxcGuest::address() {
  const std::string attempted = fmt::format("find the address of container {}", vmid());
  const auto pid = find_process();
  if (!pid) throw HarnessError(attempted, "it is not running");
  if (*pid == 0) return std::nullopt;
  const Command command =
      reading({"nsenter", "-t", std::to_string(*pid), "--net", "--", "ip", "--json", "a"});
  const CommandResult result = node_.shell().run(command);
  if (result.exit_status == 0) {
    return address_in_container(text::parse_json(result.out), mac_address(config()));
  }
  if (running()) return std::nullopt;  // too early to look into it
  throw unusable(node_.shell(), command, result, attempted, "it stopped");
}

// Read from outside: the node's own `cat` runs, and nothing of the container's.
HostKeys LxcGuest::host_keys() {
  constexpr const char* kFile = "/etc/ssh/ssh_host_ed25519_key.pub";
  const std::int64_t pid = find_process().value_or(0);  // of which there is no file
  const auto key = find_file(fmt::format("/proc/{}/root{}", pid, kFile));
  if (key && !text::trimmed(*key).empty()) return {.keys = {std::string(text::trimmed(*key))}};
  return {.trouble = fmt::format("there is none in {} of the container", kFile),
          .hint = "the template has to bring an SSH server that makes its keys at the first boot"};
}

// `lxc-info` is a C program that asks the container's monitor. Of a container that was never
// started it says, with exit status 1, that it does not exist.
std::optional<std::int64_t> LxcGuest::find_process() {
  const Command command = reading({"lxc-info", "-n", to_string(vmid()), "-s", "-p"});
  const CommandResult result = node_.shell().run(command);
  if (result.exit_status == 1 && text::contains(result.err, "doesn't exist")) return std::nullopt;
  std::string_view state;
  std::int64_t pid = 0;
  for (const std::string_view line : text::lines(result.out)) {
    const auto words = text::words(line);
    if (words.size() != 2) continue;
    if (words[0] == "State:") state = words[1];
    if (words[0] == "PID:") pid = text::to_whole(words[1]).value_or(0);
  }
  if (result.exit_status != 0 || state.empty()) {
    throw unusable(node_.shell(), command, result,
                   fmt::format("see whether container {} runs", vmid()));
  }
  if (state == "STOPPED") return std::nullopt;
  return state == "RUNNING" ? pid : 0;  // else its root may still be, or be again, the node's
}

std::string LxcGuest::disk_volume() { return volume_at(config(), "rootfs"); }

void LxcGuest::add_mount_point(const std::string& storage, int size_gib, const std::string& path) {
  change_config(
      {"pct", "set", to_string(vmid()), "--mp0",
       fmt::format("{}:{},mp={}", storage, size_gib, path)},
      fmt::format("give container {} a mount point", vmid()),
      [&](const Json& config) {
        const ConfigValue found = config_value(config, "mp0");
        return found.head.starts_with(storage + ":") && found.part("mp") == path;
      },
      fmt::format("a volume of {} at {}", storage, path));
}

// Once it is no mount point any more, PVE keeps the volume as an unused one.
void LxcGuest::remove_mount_point() {
  for (const char* key : {"mp0", "unused0"}) {
    if (!config().contains(key)) continue;
    change_config(
        {"pct", "set", to_string(vmid()), "--delete", key},
        fmt::format("take {} from container {}", key, vmid()),
        [key](const Json& config) { return !config.contains(key); }, fmt::format("no {}", key));
  }
}

std::vector<std::string> LxcGuest::shutdown_arguments() const {
  return {"--timeout", "60", "--forceStop", "1"};
}

std::vector<std::string> LxcGuest::restore_command(const std::string& archive) const {
  return {"pct", "restore", to_string(vmid()), archive};
}

}  // namespace pve_accept
