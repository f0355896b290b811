#include <algorithm>
#include <cctype>
#include <iterator>

#include "support/base/pattern.h"
#include "support/sim/engine/replies.h"
#include "support/sim/model/lifecycle.h"
#include "support/sim/tools/options.h"
#include "support/sim/tools/tools.h"

namespace pve_accept::sim {
namespace {

std::string description(const std::string& unit) {
  static const std::map<std::string, std::string> known = {
      {"sys-kernel-config.mount", "Kernel Configuration File System"},
      {"sys-kernel-debug.mount", "Kernel Debug File System"},
      {"systemd-networkd-wait-online.service", "Wait for Network to be Configured"},
      {"docker.service", "Docker Application Container Engine"},
  };
  return value_or(known, unit, unit);
}

int start_service(Call& call, const std::string& name) {
  const std::string package = name.substr(0, name.find(".service"));
  const bool installed =
      call.guest->has_package(package) || (package == "docker" && call.guest->has_docker());
  if (!installed) {
    return call.fail(
        5, fmt::format("Failed to start {0}.service: Unit {0}.service not found.", package));
  }
  call.spend(0.3);
  if (package == "qemu-guest-agent") call.guest->agent_running = true;
  return 0;
}

bool is_docker(const std::string& unit) { return unit == "docker" || unit == "docker.service"; }

// systemctl restart docker: returns when it answers
int restart_service(Call& call, const std::string& name) {
  constexpr double kDockerStartS = 2.5;
  if (!is_docker(name)) throw Unsupported{};
  if (!call.guest->has_docker()) {
    return call.fail(5, "Failed to restart docker.service: Unit docker.service not found.");
  }
  restart_docker(call, *call.guest, kDockerStartS);
  call.spend(kDockerStartS);
  return 0;
}

std::string state_of(const Call& call, const std::string& unit) {
  const Guest& guest = *call.guest;
  if (unit == "qemu-guest-agent") return guest.agent_running ? "active" : "inactive";
  if (!is_docker(unit) || !guest.has_docker()) return "inactive";
  return call.now() < guest.daemon_started ? "activating" : "active";
}

// systemctl show --property=InvocationID --value docker: of its last start
int show_unit(Call& call, const Words& words) {
  if (words != Words{"show", "--property=InvocationID", "--value", "docker"}) throw Unsupported{};
  const Guest& guest = *call.guest;
  call.out((guest.has_docker() ? hex(call.world.scenario.seed, fmt::format("docker {}", guest.vmid),
                                     guest.daemon_started, 32)
                               : "") +
           "\n");
  return 0;
}

// The messages that the scenario gave, and those of the kernel on what was done. The former came,
// on the node when the first guest started, in a guest at its first boot.
std::vector<KernelMessage> messages(const Call& call) {
  const auto& given =
      call.is_node() ? call.model().node.kernel_messages : call.guest_model().journal;
  Millis first = kNever;
  for (const Activity& activity : call.state().activities) {
    if (activity.what == "running") first = std::min(first, activity.from);
  }
  if (first == kNever) first = call.now() + 1;
  std::vector<KernelMessage> all;
  all.reserve(given.size());
  for (const std::string& text : given) {
    all.push_back({.at = first + 1000 + 250 * std::ssize(all), .text = text});
  }
  std::ranges::copy(call.is_node() ? call.state().kernel_log : call.guest->kernel_log,
                    std::back_inserter(all));
  return all;
}

// systemctl show --property=Id,ActiveState,InvocationID UNIT...: a block for each, whatever is
// asked for in systemd's own order.
int show_services(Call& call, const Words& units) {
  call.spend(0.02);
  std::string text;
  for (const std::string& unit : units) {
    const auto& others = call.model().node.services;
    const auto other = others.find(unit);
    const std::string active = other == others.end() ? "active" : other->second;
    // Of one that was never started there is none.
    const std::string invocation = active == "inactive"
                                       ? ""
                                       : hex(call.world.scenario.seed, "invocation " + unit,
                                             call.state().reboots_until(call.now()), 32);
    text += fmt::format("{}Id={}\nActiveState={}\nInvocationID={}\n", text.empty() ? "" : "\n",
                        unit, active, invocation);
  }
  call.out(text);
  return 0;
}

// "@SECONDS"; 0 is the beginning.
std::int64_t parse_since(const std::string& text) {
  const auto seconds = text::to_whole(text.substr(std::min<std::size_t>(text.size(), 1)));
  if (!text.starts_with('@') || !seconds) throw Unsupported{};
  return *seconds;
}

}  // namespace

int systemctl(Call& call) {
  const Words words = call.words();
  if (call.is_node()) {
    if (words == Words{"reboot"}) return reboot(call);
    const bool shows = words.size() > 2 && words[0] == "show" &&
                       words[1] == "--property=Id,ActiveState,InvocationID";
    return shows ? show_services(call, call.words(3)) : throw Unsupported{};
  }
  const auto& failed = call.guest_model().failed_units;
  call.spend(0.02);
  if (words == Words{"--version"}) {
    call.out(filled_text("systemctl_version.txt", call.guest_model().systemd_version));
    return 0;
  }
  if (words == Words{"is-system-running"} || words == Words{"is-system-running", "--wait"}) {
    if (words.size() == 2) call.spend(1.5);
    call.out(failed.empty() ? "running\n" : "degraded\n");
    return failed.empty() ? 0 : 1;
  }
  if (words == Words{"--failed", "--no-legend", "--plain"}) {
    std::size_t width = 0;
    for (const std::string& unit : failed) width = std::max(width, unit.size());
    for (const std::string& unit : failed) {
      call.out(fmt::format("{:<{}} loaded failed failed {}\n", unit, width, description(unit)));
    }
    return 0;
  }
  if (words.size() == 2 && words[0] == "start") return start_service(call, words[1]);
  if (words.size() == 2 && words[0] == "restart") return restart_service(call, words[1]);
  if (!words.empty() && words[0] == "show") return show_unit(call, words);
  if (words.size() == 2 && words[0] == "is-active") {
    const std::string state = state_of(call, words[1]);
    call.out(state + "\n");
    return state == "active" ? 0 : 3;
  }
  throw Unsupported{};
}

// A message of the model may begin with its priority, as printk takes it: "<3>EXT4-fs error …".
struct Message {
  std::string text;
  int priority = 4;
};

Message message_of(const std::string& written) {
  const bool has_priority = written.size() > 3 && written[0] == '<' && written[2] == '>';
  if (!has_priority) return {.text = written};
  return {.text = written.substr(3), .priority = written[1] - '0'};
}

// "docker.service: Failed with result 'core-dump'.": systemd's, not the kernel's.
bool is_of_a_unit(const std::string& text) {
  const auto colon = text.find(": ");
  return colon != std::string::npos && text.substr(0, colon).ends_with(".service");
}

// journalctl [-k] -o json --quiet --no-pager [--since @SECONDS] [-p err] [-g PATTERN]
int journalctl(Call& call) {
  const Arguments arguments = read_options(
      call.words(), {"-k", "--no-pager", "--quiet", "-q", "-o=json", "-g=", "-p=err", "--since="});
  arguments.require({"-o"});
  const std::string pattern = arguments.get("-g");
  const std::int64_t since = parse_since(arguments.get("--since", "@0"));
  const bool quiet = arguments.has("-q") || arguments.has("--quiet");
  const bool of_kernel = arguments.has("-k");
  const bool has_kernel = call.is_node() || call.guest->is_vm();
  if (pattern.empty() && !(of_kernel && has_kernel)) throw Unsupported{};
  call.spend(0.2);
  // As journalctl does it: case counts when the pattern has a capital letter.
  const bool capital =
      std::ranges::any_of(pattern, [](unsigned char c) { return std::isupper(c) != 0; });
  const Pattern wanted(pattern,
                       capital ? Pattern::Letters::kAsWritten : Pattern::Letters::kInAnyCase);
  int printed = 0;
  const int least = arguments.has("-p") ? 3 : 7;
  for (const KernelMessage& written : messages(call)) {
    const Message message = message_of(written.text);
    const std::int64_t epoch_ms = call.state().wall_ms(written.at);
    const Millis booted = call.is_node() ? call.state().booted(call.now()) : call.guest->started;
    if (call.is_node() && written.at < booted) continue;
    if (written.at > call.now() || epoch_ms < since * 1000) continue;
    if (message.priority > least || (of_kernel && is_of_a_unit(message.text))) continue;
    if (!pattern.empty() && !wanted.is_in(message.text)) continue;
    call.out(line_of({{"MESSAGE", message.text},
                      {"PRIORITY", std::to_string(message.priority)},
                      {"SYSLOG_IDENTIFIER", "kernel"},
                      {"_HOSTNAME", call.is_node() ? call.model().node.name : call.guest->name()},
                      {"_TRANSPORT", "kernel"},
                      {"__REALTIME_TIMESTAMP", std::to_string(epoch_ms * 1000)},
                      {"__MONOTONIC_TIMESTAMP", std::to_string((written.at - booted) * 1000)}}));
    ++printed;
  }
  if (printed == 0 && !quiet) call.out("-- No entries --\n");
  return printed == 0 && !pattern.empty() ? 1 : 0;
}

}  // namespace pve_accept::sim
