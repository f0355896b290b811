#include "support/pve/guest.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/base/contains.h"
#include "support/base/reply.h"
#include "support/pve/backup.h"
#include "support/pve/config_values.h"
#include "support/pve/lxc_guest.h"
#include "support/pve/vm_guest.h"

namespace pve_accept {
namespace {

using std::chrono::seconds;

constexpr seconds kPollInterval{1};
// On a node of the usual speed.
constexpr seconds kStartPatience{60};
constexpr seconds kStopPatience{60};
constexpr seconds kDestroyPatience{60};  // qemu-server's own clean-up waits up to 30 s

// PVE's tools wait 10 s for a lock before they give up.
constexpr int kLockTries = 4;
constexpr seconds kLockPause{5};

bool says(const CommandResult& result, std::string_view text) {
  return text::contains(result.err, text) || text::contains(result.out, text);
}

bool lock_timed_out(const CommandResult& result) {
  return says(result, "can't lock file") && says(result, "got timeout");
}

std::string hint_for(const CommandResult& result) {
  if (says(result, "already exists")) {
    return "the VMID is taken and what exists is never adopted: choose another, or \"auto\"";
  }
  if (lock_timed_out(result)) return "another task works on the guest: wait until it has ended";
  if (says(result, " is locked (")) {
    return "an operation of PVE holds the guest or died: see its tasks, then `qm unlock` or "
           "`pct unlock`";
  }
  if (says(result, "protection mode")) return "the guest is protected: somebody wants to keep it";
  if (says(result, "KVM virtualisation configured, but not available")) {
    return "switch virtualisation on in the firmware, or nesting on in the hypervisor below";
  }
  if (says(result, "ipcc_send_rec")) return "the cluster file system is down: restart pve-cluster";
  return {};
}

// "max" or "2147483648" of memory.max; "max 100000" of cpu.max, which has two fields.
bool is_limit(std::string_view text, std::size_t fields) {
  const auto words = text::words(text);
  return words.size() == fields && std::ranges::all_of(words, [](std::string_view word) {
           return word == "max" || text::to_whole(word);
         });
}

}  // namespace

double Guest::memory_by_pve_mib() { return parse_guest_memory_mib(current_status(), kind()); }

std::string Guest::running_machine() { return parse_running_machine(current_status()); }

Json Guest::current_status() {
  Json status = node_.get(fmt::format("/nodes/{}/{}/{}/status/current", node_.name(),
                                      facts_of(kind()).api_path, vmid_));
  if (status.contains("vmid") && status.at("vmid") != vmid_.value()) {
    throw text::unexpected("/status/current", status.at("vmid").dump(), to_string(vmid_));
  }
  return status;
}

std::string Guest::restore(const Volume& archive, const std::string& storage,
                           Clock::Duration deadline) {
  const std::string attempted = fmt::format("restore {} from {}", label(), archive.volid);
  if (exists()) throw HarnessError(attempted, "refused: there is one already");
  std::vector<std::string> argv = restore_command(archive.volid);
  argv.insert(argv.end(), {"--storage", storage});
  const Change restored = change(std::move(argv), attempted, deadline);
  if (restored.result.exit_status == 0 && exists()) return {};
  // Somebody was faster, or it is of the other kind: that says nothing of the archive.
  if (says(restored.result, "already exists on node")) fail(restored, "its VMID is taken");
  // What is left then bears nobody's mark; that it is left of this very restore, PVE says.
  const bool left = says(restored.result, "state is NOT cleaned up");
  if (const auto found = left ? find_config() : std::nullopt; found && is_unfinished(*found)) {
    destroy_unfinished();
  }
  return complaint_of(restored.command, restored.result);
}

void Guest::start() {
  const Change started =
      change({tool(), "start", to_string(vmid_)}, fmt::format("start {}", label()));
  const bool failed = started.result.exit_status != 0;
  if (!reaches(true, failed ? seconds(0) : kStartPatience)) fail(started, "it is not running");
  watch_boot();
}

void Guest::shutdown(std::string_view run_id) {
  if (!running()) return;
  const std::string attempted = fmt::format("shut down {}", label());
  require_made_by(run_id, config(), attempted);
  std::vector<std::string> argv = {tool(), "shutdown", to_string(vmid_)};
  for (const std::string& argument : shutdown_arguments()) argv.push_back(argument);
  const Change asked = change(std::move(argv), attempted, seconds(180));
  const bool failed = asked.result.exit_status != 0;
  if (!reaches(false, failed ? seconds(0) : kStopPatience)) stop(run_id);
}

void Guest::stop(std::string_view run_id) {
  if (!running()) return;
  const std::string attempted = fmt::format("stop {}", label());
  require_made_by(run_id, config(), attempted);
  const Change stopped = change({tool(), "stop", to_string(vmid_)}, attempted);
  const bool failed = stopped.result.exit_status != 0;
  if (!reaches(false, failed ? seconds(0) : kStopPatience)) fail(stopped, "it is still running");
}

void Guest::destroy(std::string_view run_id) {
  if (!exists()) return;
  stop(run_id);
  const std::string attempted = fmt::format("destroy {}", label());
  const std::optional<Json> found = find_config();
  if (!found) return;
  require_made_by(run_id, *found, attempted);
  wait_until_gone(change({tool(), "destroy", to_string(vmid_), "--purge"}, attempted),
                  storages_in(*found));
}

void Guest::release_from_backup(std::string_view run_id) {
  const std::optional<Json> found = find_config();
  if (!found || config_text(*found, "lock") != "backup") return;
  const std::string attempted = fmt::format("unlock {}, whose backup died", label());
  require_made_by(run_id, *found, attempted);
  for (const Task& task : node_.active_tasks()) {
    const bool may_be_of_it = !task.vmid || *task.vmid == vmid_;  // a job of several names none
    if (task.type == "vzdump" && may_be_of_it) {
      throw HarnessError(attempted, "refused: a backup is at work");
    }
  }
  unlock(attempted);
}

void Guest::destroy_unfinished() {
  const std::string attempted = fmt::format("remove what is left of {}", label());
  const auto require_unfinished = [&](const Json& config) {
    if (is_unfinished(config)) return;
    throw HarnessError(attempted, "refused: its configuration holds more than PVE's own lock");
  };
  std::optional<Json> found = find_config();
  if (!found) return;
  require_unfinished(*found);
  if (found->contains("lock")) {
    found = unlock(attempted);
    if (!found) return;
    require_unfinished(*found);
  }
  wait_until_gone(change({tool(), "destroy", to_string(vmid_), "--purge"}, attempted), {});
}

std::optional<Json> Guest::unlock(const std::string& attempted) {
  const Change unlocked = change({tool(), "unlock", to_string(vmid_)}, attempted);
  std::optional<Json> found = find_config();
  if (found && found->contains("lock")) fail(unlocked, "it is still locked");
  return found;
}

bool Guest::exists() { return find_config().has_value(); }

std::string Guest::cgroup_dir() const {
  return fmt::format(fmt::runtime(facts_of(kind()).cgroup), vmid_);
}

std::int64_t Guest::host_pid() {
  const std::int64_t pid = find_process().value_or(0);
  if (pid <= 0) throw HarnessError(fmt::format("find the process of {}", label()), "not running");
  return pid;
}

Json Guest::config() { return parse_config_file(node_.raw_config({vmid_, kind(), node_.name()})); }

Ownership Guest::ownership() { return ownership_of(config()); }

Guest::Change Guest::change(std::vector<std::string> argv, std::string attempted,
                            Clock::Duration deadline) {
  Change change{.command = {.argv = std::move(argv), .deadline = deadline},
                .attempted = std::move(attempted)};
  for (int tries = 1;; ++tries) {
    change.result = node_.shell().run(change.command);
    if (!lock_timed_out(change.result)) return change;
    if (tries == kLockTries) {
      fail(change, fmt::format("another task held its configuration through {} tries", tries));
    }
    clock_.sleep_for(kLockPause);
  }
}

Json Guest::change_config(std::vector<std::string> argv, std::string attempted,
                          const std::function<bool(const Json&)>& as_wanted, std::string wanted,
                          Clock::Duration deadline) {
  const Change made = change(std::move(argv), std::move(attempted), deadline);
  if (made.result.exit_status != 0) fail(made, {});
  std::optional<Json> found = find_config();
  if (!found) fail(made, "it does not exist afterwards");
  if (!as_wanted(*found)) fail(made, fmt::format("its configuration does not show {}", wanted));
  return *std::move(found);
}

// PVE's own tools read this file too, and take a second to do it.
std::optional<Json> Guest::find_config() {
  const auto text = node_.find_raw_config({vmid_, kind(), node_.name()});
  return text ? std::optional(parse_config_file(*text)) : std::nullopt;
}

void Guest::add_limits_in_force(const std::string& memory_max,
                                std::vector<std::string>& differences) {
  const auto add = [&](const char* file, const std::string& wanted) {
    const auto there = find_file(fmt::format("{}/{}", cgroup_dir(), file));
    const std::string text = there.value_or("nothing");
    const std::string_view found = text::trimmed(text);
    if (there && !is_limit(found, text::words(wanted).size())) {
      throw text::unexpected(file, text, "a limit");
    }
    // Where the controller is not on, there is no file, and no limit.
    if (found == wanted || (!there && wanted.starts_with("max "))) return;
    if (!there && !running()) {
      throw HarnessError(fmt::format("read {} of {}", file, label()), "it does not run any more");
    }
    differences.push_back(fmt::format("{} in force: {} instead of {}", file, found, wanted));
  };
  add("memory.max", memory_max);
  add("cpu.max", "max 100000");
}

std::optional<std::string> Guest::find_file(const std::string& path) {
  const Command command = reading({"cat", path});
  CommandResult result = node_.shell().run(command);
  if (result.exit_status == 0) return std::move(result.out);
  // The directory of a process that ends while it is read: ESRCH.
  if (says(result, "No such file") || says(result, "No such process")) return std::nullopt;
  throw unusable(node_.shell(), command, result, fmt::format("read {} of {}", path, label()));
}

bool Guest::reaches(bool wanted, Clock::Duration patience) {
  const Clock::Instant deadline = clock_.now() + node_.shell().patience(patience);
  while (running() != wanted) {
    if (clock_.now() >= deadline) return false;
    clock_.sleep_for(kPollInterval);
  }
  return true;
}

void Guest::fail(const Change& change, std::string_view problem) {
  // Tasks print their errors to either stream; warnings may be all that standard error has.
  CommandResult all = change.result;
  all.err = all.out + all.err;
  HarnessError::Details details =
      unusable(node_.shell(), change.command, all, change.attempted, problem).details();
  details.hint = hint_for(change.result);
  throw HarnessError(std::move(details));
}

void Guest::require_made_by(std::string_view run_id, const Json& config,
                            const std::string& attempted) {
  const Ownership found = ownership_of(config);
  if (found.made_by(run_id)) return;
  throw HarnessError(
      attempted, fmt::format("refused: it bears {} tag '{}' and {}, and is not of run {}",
                             found.tagged ? "the" : "no", kOwnershipTag,
                             found.run_id ? fmt::format("the description of run {}", *found.run_id)
                                          : "no description of ours",
                             run_id));
}

void Guest::wait_until_gone(const Change& destroyed, const std::vector<std::string>& storages) {
  const Clock::Instant deadline = clock_.now() + node_.shell().patience(kDestroyPatience);
  for (;;) {
    const bool there = exists();
    if (there && destroyed.result.exit_status != 0) fail(destroyed, "it is still there");
    const std::vector<Volume> left = there ? std::vector<Volume>{} : volumes_left(storages);
    if (!there && left.empty()) return;
    if (clock_.now() >= deadline) {
      fail(destroyed, there ? "it is still there"
                            : fmt::format("its volume {} is still there", left.front().volid));
    }
    clock_.sleep_for(kPollInterval);
  }
}

std::vector<Volume> Guest::volumes_left(const std::vector<std::string>& storages) {
  std::vector<Volume> left;
  for (const std::string& storage : storages) {
    for (Volume& volume : node_.volumes(storage)) {
      if (volume.vmid == vmid_ && volume.content != "backup") left.push_back(std::move(volume));
    }
  }
  return left;
}

std::string Guest::label() const { return fmt::format("{} {}", facts_of(kind()).noun, vmid_); }

std::vector<std::string> with_options(
    std::vector<std::string> argv,
    std::initializer_list<std::pair<const char*, std::string>> options) {
  for (const auto& [name, value] : options) argv.insert(argv.end(), {name, value});
  return argv;
}

std::vector<GuestEntry> guests_now(Node& node, Clock& clock) {
  std::vector<GuestEntry> guests = node.guests();
  for (GuestEntry& guest : guests) {
    if (guest.node != node.name()) continue;
    const bool runs = make_guest(guest.kind, node, clock, guest.vmid)->running();
    guest.status = runs ? "running" : "stopped";
  }
  return guests;
}

std::optional<GuestEntry> running_guest(Node& node, Clock& clock) {
  for (const GuestEntry& guest : guests_now(node, clock)) {
    if (guest.node == node.name() && guest.status == "running") return guest;
  }
  return std::nullopt;
}

std::unique_ptr<Guest> make_guest(GuestKind kind, Node& node, Clock& clock, Vmid vmid) {
  if (kind == GuestKind::kLxc) return std::make_unique<LxcGuest>(node, clock, vmid);
  return std::make_unique<VmGuest>(node, clock, vmid);
}

}  // namespace pve_accept
