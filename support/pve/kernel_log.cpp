#include "support/pve/kernel_log.h"

#include <fmt/format.h>

#include "support/base/reply.h"

namespace pve_accept {

// With a capital letter in it, journalctl's search is case-sensitive. A line a source of the
// kernel: the AppArmor module, mm/oom_kill.c and page_alloc.c, kernel/hung_task.c, watchdog.c and
// panic.c, arch/x86/mm/fault.c, kernel/rcu/tree_stall.h; block/blk-core.c, ext4, XFS, Btrfs,
// dm-thin; OpenZFS.
const char* const kAnomalyPattern =
    "apparmor=\"DENIED\"|"
    "Out of memory|[Mm]emory cgroup out of memory|oom-kill:|page allocation failure|"
    "hung task|blocked for more than [0-9]+ seconds|soft lockup|hard LOCKUP|"
    "Kernel panic|kernel BUG at|BUG: unable to|BUG: kernel NULL|Oops: |Call Trace:|"
    "segfault at|general protection fault|"
    "rcu: INFO: .*stall|"
    "I/O error|critical (medium|space allocation) error|"
    "EXT4-fs error|EXT4-fs .*[Rr]emounting filesystem read-only|"
    "XFS .*[Cc]orruption|BTRFS (error|critical)|"
    "device-mapper: thin: .*switching pool to (out-of-data-space|read-only|fail)|"
    "PANIC at |VERIFY[A-Z0-9]*\\(.* failed";

namespace {

constexpr std::chrono::seconds kSearchDeadline{60};

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

LogEntry parse_entry(std::string_view line) {
  const Json entry = text::parse_json(line);
  if (!entry.is_object()) throw text::unexpected("`journalctl -o json`", line, "a JSON object");
  return text::read_reply(entry, "journalctl", [](const JsonCursor& root) {
    return LogEntry{.message = message_text(root.at("MESSAGE"))};
  });
}

std::vector<LogEntry> search(Shell& shell, std::vector<std::string> argv) {
  argv.insert(argv.end(), {"-g", kAnomalyPattern});
  const Command command = reading(std::move(argv), kSearchDeadline);
  const CommandResult result = shell.run(command);
  // Like grep, it exits 1 when nothing matches; with a complaint it has failed.
  if (result.exit_status == 1 && result.out.empty() && result.err.empty()) return {};
  if (result.exit_status != 0) throw unusable(shell, command, result, "search the journal");
  if (result.out.empty()) {
    throw unusable(shell, command, result, "search the journal", "found something, showed nothing");
  }
  return parse_journal_json(result.out);
}

}  // namespace

std::vector<LogEntry> node_anomalies(Shell& node, std::int64_t since_epoch_seconds) {
  return search(node, {"journalctl", "-k", "-o", "json", "--quiet", "--no-pager", "--since",
                       fmt::format("@{}", since_epoch_seconds)});
}

std::vector<LogEntry> guest_anomalies(Shell& guest) {
  return search(guest, {"journalctl", "-o", "json", "--quiet", "--no-pager"});
}

std::vector<LogEntry> parse_journal_json(std::string_view text) {
  std::vector<LogEntry> entries;
  for (const std::string_view line : text::lines(text)) entries.push_back(parse_entry(line));
  return entries;
}

}  // namespace pve_accept
