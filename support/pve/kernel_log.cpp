#include "support/pve/kernel_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/base/contains.h"
#include "support/base/embedded.h"
#include "support/base/pattern.h"
#include "support/base/reply.h"

namespace pve_accept {

// With a capital letter in it, journalctl's search is case-sensitive. Of the kernel's lines each
// names its source; where that prints a name of the device or the task, it stands as .* here.
const char* const kAnomalyPattern =
    // security/apparmor/audit.c
    "apparmor=\"DENIED\"|"
    // mm/oom_kill.c, mm/page_alloc.c; systemd's src/core/unit.c
    "Out of memory|[Mm]emory cgroup out of memory|oom-kill:|page allocation failure|"
    "killed by the OOM killer|Failed with result '(core-dump|oom-kill|watchdog)'|"
    // systemd-coredump; net/netfilter/nf_conntrack_core.c
    "dumped core\\.|nf_conntrack: .*table full|"
    // kernel/hung_task.c, kernel/watchdog.c, kernel/workqueue.c
    "hung task|blocked (in I/O wait )?for more than [0-9]+ seconds|soft lockup|hard LOCKUP|"
    // lib/bug.c, mm/page_alloc.c, arch/x86/mm/fault.c, arch/x86/kernel/{dumpstack,traps}.c,
    // kernel/panic.c
    "Kernel panic|kernel BUG at|BUG: |Oops: |Call Trace:|"
    "segfault at|general protection fault|invalid opcode: |divide error: |"
    // lib/{list_debug,refcount,ubsan}.c
    "list_(add|del) corruption|refcount_t: |UBSAN: |"
    // arch/x86/kernel/cpu/mce, drivers/acpi/apei/ghes.c
    "Hardware Error\\]: |"
    // kernel/rcu/tree_stall.h, tree_exp.h
    "rcu.*[ -]detected (expedited )?stall|kthread starved for|"
    // block/blk-core.c, fs/buffer.c, drivers/scsi, drivers/ata, drivers/nvme
    "I/O error|critical (medium|target|nexus|space allocation) error|device offline error|"
    "Sense Key : (Medium|Hardware) Error|rejecting I/O to offline device|ata[0-9.]+: exception "
    "Emask|"
    "nvme[0-9a-z ]+: (I/O .*timeout|controller is down)|"
    // fs/ext4/super.c, fs/jbd2/journal.c
    "EXT4-fs error|EXT4-fs .*([Rr]emounting filesystem read-only|Delayed block allocation failed)|"
    "Aborting journal on device|JBD2: Detected IO errors|"
    // fs/xfs, fs/btrfs
    "XFS .*([Cc]orruption|Shutting down filesystem)|BTRFS (error|critical)|"
    // drivers/md/dm-thin.c, drivers/md/persistent-data
    "device-mapper: thin: .*(switching pool to (out-of|read-only|fail)|metadata operation .* "
    "failed|"
    "aborting current metadata transaction)|"
    "device-mapper: (space map|btree|block manager).*(failed|unable to)|"
    // OpenZFS: module/os/linux/spl/spl-err.c, include/os/linux/spl/sys/debug.h, zfs/vdev_disk.c
    "PANIC( at|:) |VERIFY[A-Z0-9]*\\(.* failed|zio pool=.* error=";

namespace {

constexpr std::chrono::seconds kSearchDeadline{60};
constexpr double kBootS = 120;  // of a virtual machine; from there on its kernel is to be quiet

std::string message_text(const JsonCursor& message) {
  const Json& value = message.value();
  // journald leaves out what is too long for a field of its JSON.
  if (value.is_null()) return "(a message that is too long for the journal's JSON)";
  if (value.is_string()) return value.get<std::string>();
  // A message with bytes that are not text comes as an array of them.
  std::string text;
  for (const JsonCursor& byte : message.elements()) {
    text += static_cast<char>(static_cast<unsigned char>(byte.integer_between(0, 255)));
  }
  // Invalid UTF-8 would break every report that quotes it.
  const std::string clean = json_text(Json(text));
  return Json::parse(clean).get<std::string>();
}

// fixtures/assets/harmless_log_lines.txt
std::vector<Pattern> harmless_lines() {
  std::vector<Pattern> lines;
  for (const std::string_view line :
       text::lines(embedded("fixtures/assets/harmless_log_lines.txt"))) {
    if (line.front() == '#') continue;
    lines.emplace_back(line.substr(0, line.find(" # ")));
  }
  return lines;
}

LogEntry parse_entry(std::string_view line) {
  const Json entry = text::parse_json(line);
  if (!entry.is_object()) throw text::unexpected("`journalctl -o json`", line, "a JSON object");
  return text::read_reply(entry, "journalctl", [](const JsonCursor& root) {
    LogEntry read{.message = message_text(root.at("MESSAGE"))};
    if (const auto since = root.find("__MONOTONIC_TIMESTAMP")) {  // in microseconds, as text
      read.booted_for_s = text::to_number(since->string()).value_or(0) / 1e6;
    }
    return read;
  });
}

// What `journalctl` finds; like grep, it exits 1 when it looked for a pattern and nothing matches.
// With a complaint it has failed.
std::vector<LogEntry> search(Shell& shell, std::vector<std::string> argv,
                             const std::vector<std::string>& wanted) {
  const bool by_pattern = wanted.front() == "-g";
  argv.insert(argv.end(), wanted.begin(), wanted.end());
  const Command command = reading(std::move(argv), kSearchDeadline);
  const CommandResult result = shell.run(command);
  const int none = by_pattern ? 1 : 0;
  if (result.exit_status == none && result.out.empty() && result.err.empty()) return {};
  if (result.exit_status != 0) throw unusable(shell, command, result, "search the journal");
  if (result.out.empty()) {
    throw unusable(shell, command, result, "search the journal", "found something, showed nothing");
  }
  return parse_journal_json(result.out);
}

std::vector<LogEntry> without_harmless(std::vector<LogEntry> found) {
  static const std::vector<Pattern> kHarmless = harmless_lines();
  std::erase_if(found, [](const LogEntry& entry) {
    return std::ranges::any_of(kHarmless,
                               [&](const Pattern& line) { return line.is_in(entry.message); });
  });
  return found;
}

void add_new(std::vector<LogEntry>& found, std::vector<LogEntry> more) {
  for (LogEntry& entry : more) {
    const bool there = contains(found, entry.message, &LogEntry::message);
    if (!there) found.push_back(std::move(entry));
  }
}

}  // namespace

// By pattern and by priority: of what is an error to the kernel, not all has a pattern.
std::vector<LogEntry> node_anomalies(Shell& node, std::int64_t since_epoch_seconds) {
  const std::vector<std::string> since = {
      "journalctl", "-k",         "-o",      "json",
      "--quiet",    "--no-pager", "--since", fmt::format("@{}", since_epoch_seconds)};
  std::vector<LogEntry> found = search(node, since, {"-g", kAnomalyPattern});
  add_new(found, search(node, since, {"-p", "err"}));
  return without_harmless(std::move(found));
}

std::vector<LogEntry> guest_anomalies(Shell& guest, GuestKind kind) {
  std::vector<LogEntry> found =
      search(guest, {"journalctl", "-o", "json", "--quiet", "--no-pager"}, {"-g", kAnomalyPattern});
  if (kind == GuestKind::kVm) {
    std::vector<LogEntry> errors =
        search(guest, {"journalctl", "-k", "-o", "json", "--quiet", "--no-pager"}, {"-p", "err"});
    std::erase_if(errors, [](const LogEntry& entry) {
      return entry.booted_for_s && *entry.booted_for_s < kBootS;
    });
    add_new(found, std::move(errors));
  }
  return without_harmless(std::move(found));
}

std::vector<LogEntry> without_oom_kill(std::vector<LogEntry> entries,
                                       const std::string& container) {
  const auto kill = std::ranges::find_if(entries, [&](const LogEntry& entry) {
    return entry.message.starts_with("oom-kill:") &&
           text::contains(entry.message, fmt::format("/docker-{}.scope,", container));
  });
  if (kill == entries.end()) return entries;
  static const Pattern pid_field(",pid=([0-9]+)");
  const auto pid = pid_field.search(kill->message);
  const auto at = kill - entries.begin();
  const bool traced = at > 0 && entries[static_cast<std::size_t>(at) - 1].message == "Call Trace:";
  entries.erase(kill - (traced ? 1 : 0), kill + 1);
  if (!pid) return entries;
  const std::string process =
      fmt::format("Memory cgroup out of memory: Killed process {} (", pid[1]);
  std::erase_if(entries, [&](const LogEntry& entry) { return entry.message.starts_with(process); });
  return entries;
}

std::vector<LogEntry> parse_journal_json(std::string_view text) {
  std::vector<LogEntry> entries;
  for (const std::string_view line : text::lines(text)) entries.push_back(parse_entry(line));
  return entries;
}

}  // namespace pve_accept
