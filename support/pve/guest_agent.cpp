#include "support/pve/guest_agent.h"

#include <fmt/format.h>

#include "support/base/reply.h"

namespace pve_accept {
namespace {

// The agent's silence takes qm four seconds to notice, a lost thaw three minutes.
constexpr std::chrono::seconds kAgentDeadline{60};

// True when qm could not even ask: then a silent agent is not the cause.
bool cannot_be_asked(const CommandResult& result, Vmid vmid) {
  return text::contains(result.err, fmt::format("VM {} is not running", vmid)) ||
         text::contains(result.err, "onfiguration file");
}

}  // namespace

CommandResult GuestAgent::ask(const std::string& command) {
  return send(reading({"qm", "guest", "cmd", to_string(vmid_), command}, kAgentDeadline));
}

CommandResult GuestAgent::change(const std::string& command) {
  return send(
      {.argv = {"qm", "guest", "cmd", to_string(vmid_), command}, .deadline = kAgentDeadline});
}

CommandResult GuestAgent::send(const Command& command) {
  const std::string attempted = fmt::format("ask the guest agent of VM {}", vmid_);
  CommandResult result = probe(node_, command, attempted);
  if (cannot_be_asked(result, vmid_)) throw unusable(node_, command, result, attempted);
  return result;
}

bool GuestAgent::ping() { return ask("ping").exit_status == 0; }

bool GuestAgent::answers(Clock& clock) {
  constexpr std::chrono::seconds kPatience{15}, kPause{3};
  const Clock::Instant deadline = clock.now() + node_.patience(kPatience);
  while (!ping()) {
    if (clock.now() >= deadline) return false;
    clock.sleep_for(kPause);
  }
  return true;
}

std::string GuestAgent::fsfreeze_status() {
  const CommandResult result = ask("fsfreeze-status");
  std::string_view answer = text::trimmed(result.exit_status == 0 ? result.out : result.err);
  if (answer.size() >= 2 && answer.front() == '"' && answer.back() == '"') {
    answer = answer.substr(1, answer.size() - 2);
  }
  if (answer.empty()) throw text::unexpected("fsfreeze-status", result.out, "\"thawed\"");
  return std::string(answer);
}

// The agent's own errors come with exit status 0, as JSON on standard output.
std::string GuestAgent::freeze() {
  const CommandResult result = change("fsfreeze-freeze");
  const auto frozen = text::to_whole(text::trimmed(result.out));
  if (result.exit_status == 0 && frozen && *frozen > 0) return {};
  if (result.exit_status == 0 && frozen) return "no file system was frozen";
  const std::string said = text::one_line(text::trimmed(result.out + result.err));
  return said.empty() ? fmt::format("fsfreeze-freeze exits {} and says nothing", result.exit_status)
                      : said;
}

void GuestAgent::thaw() { change("fsfreeze-thaw"); }

std::optional<Json> GuestAgent::network_interfaces() {
  const CommandResult result = ask("network-get-interfaces");
  if (result.exit_status != 0) return std::nullopt;
  Json reply = text::parse_json(result.out);
  if (!reply.is_array()) {
    throw text::unexpected("network-get-interfaces", result.out, "a JSON array");
  }
  return reply;
}

std::optional<std::string> GuestAgent::read_file(const std::string& path) {
  const CommandResult result = node_.run(
      reading({"qm", "guest", "exec", to_string(vmid_), "--", "cat", path}, kAgentDeadline));
  // qm exits 0 whatever the command in the VM did; that one's own exit status is in the reply.
  const Json reply = text::parse_json(result.out);
  if (result.exit_status != 0 || !reply.is_object()) return std::nullopt;
  return text::read_reply(reply, "qm guest exec", [](const JsonCursor& root) {
    const auto exit_status = root.find("exitcode");
    const bool read = exit_status && text::whole(*exit_status) == 0;
    return read ? std::optional(text::text_or_empty(root.find("out-data"))) : std::nullopt;
  });
}

}  // namespace pve_accept
