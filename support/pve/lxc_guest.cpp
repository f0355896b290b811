#include "support/pve/lxc_guest.h"

#include <fmt/format.h>

#include "support/base/reply.h"
#include "support/pve/addresses.h"
#include "support/pve/config_values.h"
#include "support/pve/confinement.h"
#include "support/pve/spec_check.h"

namespace pve_accept {
namespace {

void require_mapped_root(Shell& shell, const std::string& file, std::string_view seen_by,
                         std::vector<std::string>& gaps) {
  const CommandResult map = run_checked(shell, reading({"cat", file}), "read the uid map");
  const long uid = root_uid(map.out);
  if (uid == 0) gaps.push_back(fmt::format("root is root outside too, as {} sees it", seen_by));
}

}  // namespace

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
  const Json found = config();
  SpecCheck check(found);
  const ConfigValue features = config_value(found, "features");
  check.key("cores", std::to_string(spec.cores));
  check.key("memory", std::to_string(spec.memory_mib));
  check.key("hostname", spec.name);
  check.disk("rootfs", spec);
  check.bridge(spec);
  check.key("unprivileged", "1");
  check.equal("nesting", features.part("nesting"), "1");
  check.equal("keyctl", features.part("keyctl"), "1");
  return check.differences();
}

std::vector<std::string> LxcGuest::gaps_in_confinement(Shell& inside) {
  std::vector<std::string> gaps = weakening_settings(config());
  const std::string process = fmt::format("/proc/{}", host_pid());
  require_mapped_root(node_.shell(), process + "/uid_map", "the node", gaps);
  require_mapped_root(inside, "/proc/self/uid_map", "the container", gaps);
  const CommandResult label =
      run_checked(node_.shell(), reading({"cat", process + "/attr/current"}),
                  "read the AppArmor label of the container");
  const AppArmorLabel apparmor = parse_apparmor_label(label.out);
  if (!apparmor.confines()) {
    gaps.push_back(fmt::format("AppArmor does not confine it: {}", text::trimmed(label.out)));
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

std::string LxcGuest::cgroup_dir() const { return fmt::format("/sys/fs/cgroup/lxc/{}", vmid()); }

std::string LxcGuest::disk_volume() { return volume_at(config(), "rootfs"); }

std::vector<std::string> LxcGuest::shutdown_arguments() const {
  return {"--timeout", "60", "--forceStop", "1"};
}

}  // namespace pve_accept
