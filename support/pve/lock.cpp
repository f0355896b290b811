#include "support/pve/lock.h"

#include <fmt/format.h>

#include "support/base/reply.h"

namespace pve_accept {
namespace {

constexpr const char* kLockFile = "/run/pve-accept.lock";
constexpr const char* kRead = "read the lock on the node";

}  // namespace

LockHolder parse_lock(const std::string& text) {
  const Json parsed = text::parse_json(text);
  try {
    const JsonCursor root(parsed, kLockFile);
    LockHolder holder{.run = root.at("run").string(),
                      .owner = root.at("owner").string(),
                      .since = root.at("since").string()};
    // Locks of earlier versions have none.
    if (const auto vmids = root.find("vmids")) {
      for (const JsonCursor& vmid : vmids->elements()) {
        holder.vmids.emplace_back(
            static_cast<int>(vmid.integer_between(Vmid::kLowest, Vmid::kHighest)));
      }
    }
    return holder;
  } catch (const InputError&) {
    throw HarnessError(HarnessError::Details{
        .attempted = kRead,
        .problem = fmt::format("{} is not one of ours: '{}'", kLockFile, text::trimmed(text)),
        .hint = fmt::format("when no run is at work on the node, remove it: rm {}", kLockFile)});
  }
}

void NodeLock::take(const LockHolder& holder) {
  Json line = {{"run", holder.run},
               {"owner", holder.owner},
               {"since", holder.since},
               {"vmids", Json::array()}};
  for (const Vmid vmid : holder.vmids) line["vmids"].push_back(vmid.value());
  const Command command = {
      .argv = {"dd", fmt::format("of={}", kLockFile), "conv=excl", "status=none"},
      .input = line.dump() + "\n"};
  const CommandResult result = node_.run(command);
  const bool taken = text::contains(result.err, "File exists");
  if (result.exit_status != 0 && !taken) {
    throw unusable(node_, command, result, "take the lock on the node");
  }
  const std::optional<LockHolder> found = read();
  if (!found) throw unusable(node_, command, result, "take the lock on the node", "it is gone");
  if (found->run == holder.run) return;
  throw HarnessError(HarnessError::Details{
      .attempted = "take the lock on the node",
      .problem =
          fmt::format("run {} of {} has held it since {}", found->run, found->owner, found->since),
      .hint = "wait until that run has ended; if it died, `pve-accept sweep --yes` removes what it "
              "left"});
}

std::optional<LockHolder> NodeLock::read() {
  const std::optional<std::string> found = text();
  return found ? std::optional(parse_lock(*found)) : std::nullopt;
}

std::optional<std::string> NodeLock::text() {
  const Command command = reading({"cat", kLockFile});
  const CommandResult result = node_.run(command);
  if (result.exit_status != 0 && text::contains(result.err, "No such file or directory"))
    return std::nullopt;
  if (result.exit_status != 0) throw unusable(node_, command, result, kRead);
  return result.out;
}

bool NodeLock::release(const std::string& run_id) {
  const std::optional<LockHolder> holder = read();
  if (!holder) return true;
  if (holder->run != run_id) return false;
  break_open();
  return true;
}

void NodeLock::break_open() {
  const Command command = {.argv = {"rm", "-f", kLockFile}};
  const CommandResult result = run_checked(node_, command, "release the lock on the node");
  const CommandResult left = node_.run(reading({"cat", kLockFile}));
  if (left.exit_status == 0) {
    throw unusable(node_, command, result, "release the lock on the node", "it is still there");
  }
}

}  // namespace pve_accept
