#include "support/pve/node.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "support/base/contains.h"
#include "support/base/reply.h"
#include "support/base/simulation_mark.h"

namespace pve_accept {
namespace {

// PVE's tools are Perl programs that load much of PVE first: a second or two when all is well.
constexpr std::chrono::seconds kApiDeadline{60};
constexpr const char* kHostKeyFile = "/etc/ssh/ssh_host_ed25519_key.pub";

bool no_such_file(const CommandResult& result) {
  return text::contains(result.err, "No such file or directory");
}

std::string first_line(Shell& shell, const Command& command, std::string_view attempted) {
  const CommandResult result = run_checked(shell, command, attempted);
  const std::string_view text = text::trimmed(result.out);
  if (text.empty()) throw unusable(shell, command, result, attempted, "printed nothing");
  return std::string(text.substr(0, text.find('\n')));
}

std::int64_t number_from(Shell& shell, const Command& command, std::string_view attempted) {
  const std::string line = first_line(shell, command, attempted);
  // pvesh quotes a number or not, by version.
  const bool quoted = line.size() > 2 && line.front() == '"' && line.back() == '"';
  const auto number = text::to_whole(quoted ? line.substr(1, line.size() - 2) : line);
  if (!number) throw text::unexpected(command_line(command.argv), line, "a number");
  return *number;
}

// A question to PVE's API. Where it gets no answer at all, says what is to be done about it.
Json ask(Shell& shell, const Command& command, std::string_view attempted) {
  constexpr int kNoSuchCommand = 127;
  try {
    return run_json(shell, command, attempted);
  } catch (const HarnessError& error) {
    HarnessError::Details details = error.details();
    if (text::contains(details.output_tail, "ipcc_send_rec")) {
      details.hint = "the cluster file system is down: systemctl restart pve-cluster";
    } else if (details.exit_status == kNoSuchCommand) {
      details.hint = "is this host a Proxmox VE node?";
    } else {
      throw;
    }
    throw HarnessError(std::move(details));
  }
}

}  // namespace

Command api_get(const std::string& path) {
  return reading({"pvesh", "get", path, "--output-format", "json"}, kApiDeadline);
}

Node Node::connect(Shell& shell) {
  const std::string host = first_line(shell, reading({"hostname"}), "ask the node for its name");
  return Node(shell, host.substr(0, host.find('.')));  // as PVE names it
}

Json Node::get(const std::string& path) {
  return ask(*shell_, api_get(path), fmt::format("read {}", path));
}

bool Node::simulated() {
  const Command command = reading({"cat", kSimulationMark});
  const CommandResult result = shell_->run(command);
  if (result.exit_status == 0) return true;
  if (no_such_file(result)) return false;
  throw unusable(*shell_, command, result, "see whether the node is a simulated one");
}

PveVersion Node::version() { return parse_version(get("/version")); }

std::map<std::string, std::string> Node::packages() {
  const Command command = reading({"pveversion", "-v"}, kApiDeadline);
  return parse_pveversion(run_checked(*shell_, command, "read the node's packages").out);
}

NodeStatus Node::status() { return parse_node_status(get(fmt::format("/nodes/{}/status", name_))); }

NodeBoot Node::boot() {
  const Command command = reading({"cat", "/proc/sys/kernel/random/boot_id",
                                   "/etc/kernel/next-boot-pin", "/etc/kernel/proxmox-boot-pin"});
  const CommandResult result = shell_->run(command);
  // Most nodes have no pin.
  const bool read = result.exit_status == 0 || (result.exit_status == 1 && no_such_file(result));
  if (!read) throw unusable(*shell_, command, result, "read which boot the node is in");
  return parse_boot(result.out);
}

std::vector<std::string> Node::kernels() {
  return parse_kernels(
      run_checked(*shell_, reading({"ls", "/boot"}), "list the installed kernels").out);
}

std::optional<std::string> Node::cpu_governor() {
  const Command command = reading({"cat", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"});
  const CommandResult result = shell_->run(command);
  if (result.exit_status != 0 && no_such_file(result)) return std::nullopt;
  const std::string_view governor = text::trimmed(result.out);
  if (result.exit_status != 0 || governor.empty()) {
    throw unusable(*shell_, command, result, "read the CPU governor");
  }
  return std::string(governor);
}

std::string Node::ksm() {
  static constexpr std::array kStates = {"off", "running", "off, its pages unmerged"};
  const Command command = reading({"cat", "/sys/kernel/mm/ksm/run"});
  const std::int64_t state = number_from(*shell_, command, "read the state of KSM");
  if (state >= 0 && state < std::ssize(kStates)) return kStates.at(static_cast<std::size_t>(state));
  throw text::unexpected("/sys/kernel/mm/ksm/run", std::to_string(state), "0, 1 or 2");
}

std::optional<std::string> Node::host_key() {
  const Command command = reading({"cat", kHostKeyFile});
  const CommandResult result = shell_->run(command);
  if (result.exit_status != 0 && no_such_file(result)) return std::nullopt;
  const auto words = text::words(result.out);  // the third one is a comment
  if (result.exit_status != 0 || words.size() < 2 || !words[0].starts_with("ssh-")) {
    throw unusable(*shell_, command, result, "read the node's host key");
  }
  return fmt::format("{} {}", words[0], words[1]);
}

std::int64_t Node::epoch_seconds() {
  return number_from(*shell_, reading({"date", "+%s"}), "read the node's clock");
}

std::int64_t Node::user_id() {
  return number_from(*shell_, reading({"id", "-u"}), "ask who the user is");
}

bool Node::has_kvm() {
  const Command command = reading({"ls", "/dev/kvm"});
  const CommandResult result = shell_->run(command);
  if (result.exit_status != 0 && !no_such_file(result)) {
    throw unusable(*shell_, command, result, "look for KVM");
  }
  return result.exit_status == 0;
}

std::optional<std::string> Node::hypervisor() {
  const Command command = reading({"systemd-detect-virt"});
  const CommandResult result = shell_->run(command);
  const std::string_view found = text::trimmed(result.out);
  if (found == "none") return std::nullopt;  // exit status 1
  if (result.exit_status != 0 || found.empty()) {
    throw unusable(*shell_, command, result, "ask what the node runs on");
  }
  return std::string(found);
}

std::map<std::string, std::string> Node::first_lines(const std::vector<std::string>& files) {
  Command command = reading({"grep", "-sH", ""});
  std::ranges::copy(files, std::back_inserter(command.argv));
  const std::string attempted = "read what can shift a result";
  constexpr int kSomeMissing = 2;  // the rest is there all the same
  const CommandResult result = shell_->run(command);
  const bool read = result.exit_status == 0 || result.exit_status == kSomeMissing;
  if (!read || result.out.empty()) throw unusable(*shell_, command, result, attempted);
  return parse_first_lines(result.out, files);
}

std::map<std::string, ServiceState> Node::services() {
  Command command = reading({"systemctl", "show", "--property=Id,ActiveState,InvocationID"});
  std::ranges::copy(kNodeServices, std::back_inserter(command.argv));
  const std::string attempted = "ask for the node's services";
  const CommandResult result = run_checked(*shell_, command, attempted);
  auto services = parse_services(result.out);
  for (const char* name : kNodeServices) {
    if (services.contains(name)) continue;
    throw unusable(*shell_, command, result, attempted, fmt::format("it does not show {}", name));
  }
  return services;
}

std::vector<ClusterNode> Node::cluster_nodes() { return parse_cluster_nodes(get("/nodes")); }

std::vector<StorageStatus> Node::storages() {
  return parse_storages(get(fmt::format("/nodes/{}/storage", name_)));
}

Json Node::storage_definitions() {
  Json definitions = get("/storage");
  const auto name = [](const JsonCursor& entry) { return entry.at("storage").string(); };
  text::read_list(definitions, "/storage", name);  // so that every one has a name
  sort_list(definitions, "storage");
  return definitions;
}

Json Node::networks() { return get(fmt::format("/nodes/{}/network", name_)); }

// PVE prints an empty list, and exits 0, when it cannot ask its cluster file system which guests
// there are; so the files themselves have to say the same.
std::vector<GuestEntry> Node::guests() {
  constexpr int kTries = 3;  // a guest may come or go between the two looks
  const Command command =
      reading({"pvesh", "get", "/cluster/resources", "--type", "vm", "--output-format", "json"},
              kApiDeadline);
  std::set<std::string> listed, there;
  for (int tries = 0; tries < kTries; ++tries) {
    std::vector<GuestEntry> guests = parse_guests(ask(*shell_, command, "list the guests"));
    listed.clear();
    there.clear();
    for (const GuestEntry& guest : guests) listed.insert(guest.file().path());
    for (const GuestFile& file : guest_files()) there.insert(file.path());
    if (listed == there) return guests;
  }
  throw HarnessError(HarnessError::Details{
      .attempted = "list the guests",
      .problem = fmt::format("Proxmox VE lists [{}], and its cluster file system has [{}]",
                             fmt::join(listed, ", "), fmt::join(there, ", ")),
      .hint = "systemctl status pve-cluster pvedaemon"});
}

std::vector<GuestFile> Node::guest_files() {
  const Command command = reading({"find", "/etc/pve/nodes", "-maxdepth", "3"});
  const std::string attempted = "look into the cluster file system";
  const CommandResult found = run_checked(*shell_, command, attempted);
  if (!contains(text::lines(found.out), fmt::format("/etc/pve/nodes/{}", name_))) {
    throw unusable(*shell_, command, found, attempted,
                   fmt::format("it does not show the node {}", name_));
  }
  return parse_guest_files(found.out);
}

std::vector<Volume> Node::volumes(const std::string& storage) {
  return parse_volumes(get(fmt::format("/nodes/{}/storage/{}/content", name_, storage)));
}

std::vector<Volume> Node::disks(const std::vector<StorageStatus>& storages) {
  std::vector<Volume> all;
  for (const StorageStatus& storage : storages) {
    if (!holds_disks(storage)) continue;
    std::ranges::copy_if(volumes(storage.name), std::back_inserter(all), is_disk);
  }
  return all;
}

std::vector<Task> Node::active_tasks() {
  const Command command = reading({"pvesh", "get", fmt::format("/nodes/{}/tasks", name_),
                                   "--source", "active", "--output-format", "json"},
                                  kApiDeadline);
  return parse_tasks(run_json(*shell_, command, "list the tasks that are at work"));
}

Vmid Node::next_free_vmid() {
  const Command command = reading({"pvesh", "get", "/cluster/nextid"}, kApiDeadline);
  const std::int64_t number = number_from(*shell_, command, "ask for a free VMID");
  if (number < Vmid::kLowest || number > Vmid::kHighest) {
    throw text::unexpected("/cluster/nextid", std::to_string(number), "the number of a guest");
  }
  return Vmid(static_cast<int>(number));
}

std::string Node::raw_config(const GuestFile& guest) {
  const std::string attempted = fmt::format("read the configuration of {}", guest.vmid);
  auto found = find_raw_config(guest);
  if (!found) throw HarnessError(attempted, "it does not exist");
  // Only a guest that PVE has not finished, and whose lock was taken away, has an empty one.
  if (!text::trimmed(*found).empty()) return *std::move(found);
  throw HarnessError({.attempted = attempted,
                      .problem = fmt::format("{} is empty", guest.path()),
                      .hint = "a guest whose creation broke off? see what it has, and remove it"});
}

std::optional<std::string> Node::find_raw_config(const GuestFile& guest) {
  const Command command = reading({"cat", guest.path()});
  CommandResult result = shell_->run(command);
  if (result.exit_status == 0) return std::move(result.out);
  if (no_such_file(result) && !contains(guest_files(), guest)) return std::nullopt;
  throw unusable(*shell_, command, result, fmt::format("read the configuration of {}", guest.vmid));
}

std::string Node::volume_path(const std::string& volid) {
  const Command command = reading({"pvesm", "path", volid}, kApiDeadline);
  return first_line(*shell_, command, fmt::format("find volume {}", volid));
}

}  // namespace pve_accept
