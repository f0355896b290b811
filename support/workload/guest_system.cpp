#include "support/workload/guest_system.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "support/base/contains.h"
#include "support/base/reply.h"

namespace pve_accept {
namespace {

using text::unexpected;

// A DHCPv6 client without a server to answer it holds the boot up for five minutes.
constexpr std::chrono::seconds kBootDeadline{420};
// Docker gives each of its containers ten seconds to end.
constexpr std::chrono::seconds kRestartDeadline{180};

std::string unquoted(std::string_view text) {
  const bool quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
                      text.front() == text.back();
  return std::string(quoted ? text.substr(1, text.size() - 2) : text);
}

}  // namespace

bool is_of_another_host(const std::string& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) {
    const unsigned first = ntohl(v4.s_addr) >> 24U;  // 0: this network; 224 and above: no host
    return first != 0 && first != 127 && first < 224;
  }
  in6_addr v6{};
  if (inet_pton(AF_INET6, address.c_str(), &v6) != 1) {
    throw unexpected("`getent hosts`", address, "an address");
  }
  return !IN6_IS_ADDR_UNSPECIFIED(&v6) && !IN6_IS_ADDR_LOOPBACK(&v6) && !IN6_IS_ADDR_MULTICAST(&v6);
}

OsRelease parse_os_release(std::string_view text) {
  OsRelease release;
  for (const std::string_view line : text::lines(text)) {
    if (line.front() == '#') continue;
    const std::size_t equals = line.find('=');
    if (equals == 0 || equals == std::string_view::npos) {
      throw unexpected("/etc/os-release", line, "KEY=value");
    }
    const std::string_view key = line.substr(0, equals);
    const std::string value = unquoted(line.substr(equals + 1));
    if (key == "ID") release.id = value;
    if (key == "VERSION_ID") release.version_id = value;
    if (key == "VERSION_CODENAME") release.version_codename = value;
  }
  if (release.id.empty() || release.version_id.empty() || release.version_codename.empty()) {
    throw unexpected("/etc/os-release", text, "ID, VERSION_ID and VERSION_CODENAME");
  }
  return release;
}

void require_agreement(const OsRelease& release, const std::string& debian_version) {
  const std::string major = debian_version.substr(0, debian_version.find('.'));
  if (release.id != "debian" || major == release.version_id) return;
  throw HarnessError("tell the guest's release",
                     fmt::format("/etc/os-release says {}, /etc/debian_version {}",
                                 release.version_id, debian_version));
}

std::vector<std::string> parse_failed_units(std::string_view text) {
  std::vector<std::string> units;
  for (const std::string_view line : text::lines(text)) {
    const auto words = text::words(line);
    // UNIT LOAD ACTIVE SUB DESCRIPTION
    if (words.size() < 4 || !text::contains(words[0], ".") || words[2] != "failed") {
      throw unexpected("`systemctl --failed`", line, "a unit and its state");
    }
    units.emplace_back(words[0]);
  }
  return units;
}

GuestMemory parse_guest_memory(std::string_view meminfo) {
  for (const std::string_view line : text::lines(meminfo)) {
    const auto words = text::words(line);
    if (words.size() < 2) throw unexpected("/proc/meminfo", line, "a name and a size");
    if (words[0] != "MemTotal:") continue;
    const auto total = text::to_whole(words[1]);
    if (total && *total > 0 && words.back() == "kB") return {.total_kib = *total};
  }
  throw unexpected("/proc/meminfo", meminfo.substr(0, 200), "MemTotal");
}

int parse_cpus(std::string_view cpuinfo) {
  int cpus = 0;
  for (const std::string_view line : text::lines(cpuinfo)) {
    const auto words = text::words(line);
    if (!words.empty() && words[0] == "processor") ++cpus;
  }
  if (cpus > 0) return cpus;
  throw unexpected("/proc/cpuinfo", cpuinfo.substr(0, 200), "processors");
}

std::int64_t parse_oom_kills(std::string_view memory_events) {
  for (const std::string_view line : text::lines(memory_events)) {
    const auto words = text::words(line);
    if (words.size() != 2 || words[0] != "oom_kill") continue;
    if (const auto count = text::to_whole(words[1]); count && *count >= 0) return *count;
  }
  throw unexpected("memory.events", memory_events, "a line with oom_kill");
}

FileSystemUsage parse_df(std::string_view text) {
  const auto lines = text::lines(text);
  const auto words = lines.size() == 2 ? text::words(lines[1]) : std::vector<std::string_view>{};
  if (words.size() != 6) throw unexpected("`df`", text, "a header and one line of six columns");
  if (!text::contains(lines[0], " 1B-")) throw unexpected("`df`", lines[0], "sizes in bytes");
  const auto size = text::to_whole(words[1]);
  const auto used = text::to_whole(words[2]);
  if (!size || !used || *used < 0 || *size <= 0 || *used > *size) {
    throw unexpected("`df`", lines[1], "a size, and not more than that used");
  }
  if (words[5] != "/") throw unexpected("`df`", lines[1], "the file system that / is on");
  return {.source = std::string(words[0]), .size_bytes = *size, .used_bytes = *used};
}

// The file system's own tables, a boot partition, and ext4's share for them take some of a disk.
std::string FileSystemUsage::misfit(double disk_gib, std::string_view volid) const {
  constexpr double kLeastShare = 0.9;
  const double size_gib = gib(size_bytes);
  if (!source.starts_with("/dev/") && !source.ends_with(volid.substr(volid.find(':') + 1))) {
    return fmt::format("/ is on {}, which is no disk", source);
  }
  if (size_gib <= disk_gib && size_gib >= kLeastShare * disk_gib) return {};
  return fmt::format("/ on {} is a file system of {:.2f} GiB, its disk has {:.2f} GiB", source,
                     size_gib, disk_gib);
}

std::string parse_boot_mark(std::string_view text) {
  // PID (command) state ppid ...; field 22 is the time at which the process was started. A command
  // may hold blanks and brackets.
  constexpr std::size_t kStartTime = 22 - 3;
  const auto lines = text::lines(text);
  const std::size_t bracket = lines.size() == 2 ? lines[1].rfind(')') : std::string_view::npos;
  const auto fields = bracket == std::string_view::npos ? std::vector<std::string_view>{}
                                                        : text::words(lines[1].substr(bracket + 1));
  constexpr std::size_t kUuid = 36;
  if (fields.size() <= kStartTime || lines[0].size() != kUuid || !lines[1].starts_with("1 (") ||
      !text::to_whole(fields[kStartTime])) {
    throw unexpected("boot_id and /proc/1/stat", text, "an id, and the status of process 1");
  }
  return fmt::format("{} {}", lines[0], fields[kStartTime]);
}

std::string parse_systemd_version(std::string_view text) {
  const auto words = text::words(text.substr(0, text.find('\n')));
  if (words.size() < 2 || words[0] != "systemd") {
    throw unexpected("`systemctl --version`", text, "\"systemd 257 (257.9-1)\"");
  }
  if (words.size() < 3) return std::string(words[1]);
  std::string_view package = words[2];
  if (package.starts_with('(')) package.remove_prefix(1);
  if (package.ends_with(')')) package.remove_suffix(1);
  return std::string(package);
}

CloudInit parse_cloud_init(const Json& reply, int exit_status) {
  return text::read_reply(reply, "cloud-init status", [exit_status](const JsonCursor& root) {
    CloudInit result;
    result.status = root.at("status").string();
    // 0: fine, 1: broken, 2: it recovered from errors and went on.
    result.failed = exit_status == 1 || (exit_status != 2 && result.status == "error");
    if (const auto errors = root.find("errors")) {
      for (const JsonCursor& error : errors->elements()) result.errors.push_back(error.string());
    }
    return result;
  });
}

OsRelease GuestSystem::os_release() {
  const Command command = reading({"cat", "/etc/os-release"});
  return parse_os_release(run_checked(guest_, command, "ask the guest what it runs").out);
}

std::string GuestSystem::debian_version() {
  const Command command = reading({"cat", "/etc/debian_version"});
  const CommandResult result = run_checked(guest_, command, "ask the guest for its release");
  const std::string_view version = text::trimmed(result.out);
  if (version.empty()) throw unexpected("/etc/debian_version", result.out, "a version");
  return std::string(version);
}

std::map<std::string, std::string> parse_package_versions(std::string_view text) {
  std::map<std::string, std::string> versions;
  for (const std::string_view line : text::lines(text)) {
    const auto words = text::words(line);
    // One that is not installed has no version.
    if (words.size() != 3 && (words.size() != 2 || words[0] == "installed")) {
      throw text::unexpected("`dpkg-query`", line, "\"installed PACKAGE VERSION\"");
    }
    if (words[0] == "installed") versions.emplace(words[1], words[2]);
  }
  return versions;
}

std::string GuestSystem::kernel_release() {
  const Command command = reading({"uname", "-r"});
  const std::string attempted = "ask for the running kernel";
  const CommandResult result = run_checked(guest_, command, attempted);
  const auto words = text::words(result.out);
  if (words.size() != 1) throw unusable(guest_, command, result, attempted, "expected a release");
  return std::string(words[0]);
}

std::map<std::string, std::string> GuestSystem::package_versions(
    const std::vector<std::string>& packages) {
  Command command =
      reading({"dpkg-query", "-W", "-f", "${db:Status-Status} ${Package} ${Version}\\n"});
  std::ranges::copy(packages, std::back_inserter(command.argv));
  const std::string attempted = "ask for the versions of packages";
  const CommandResult result = guest_.run(command);
  // 1: some of them it does not know.
  const bool answered =
      result.exit_status == 0 ||
      (result.exit_status == 1 && text::contains(result.err, "no packages found matching"));
  if (!answered) throw unusable(guest_, command, result, attempted);
  return parse_package_versions(result.out);
}

std::string GuestSystem::systemd_version() {
  const Command command = reading({"systemctl", "--version"});
  return parse_systemd_version(run_checked(guest_, command, "ask for systemd's version").out);
}

std::string GuestSystem::wait_until_booted() {
  return state_by(
      reading({"systemctl", "is-system-running", "--wait"}, guest_.patience(kBootDeadline)),
      "wait until the guest has booted");
}

std::string GuestSystem::state() {
  return state_by(reading({"systemctl", "is-system-running"}), "ask systemd for its state");
}

std::string GuestSystem::state_by(const Command& command, std::string_view attempted) {
  static constexpr std::array<std::string_view, 6> kStates = {
      "initializing", "starting", "running", "degraded", "maintenance", "stopping"};
  const CommandResult result = guest_.run(command);
  // Exits 1 for "degraded", which a container may well be.
  const std::string_view state = text::trimmed(result.out);
  if (!contains(kStates, state)) throw unusable(guest_, command, result, attempted);
  return std::string(state);
}

// An empty list is also what a systemctl prints that could not ask.
std::vector<std::string> GuestSystem::failed_units() {
  const Command command = reading({"systemctl", "--failed", "--no-legend", "--plain"});
  const CommandResult result = run_checked(guest_, command, "list the failed units");
  auto units = parse_failed_units(result.out);
  const std::string now = state();
  if ((now == "degraded" && units.empty()) || (now == "running" && !units.empty())) {
    throw unusable(guest_, command, result, "list the failed units",
                   fmt::format("lists {} while systemd is '{}'", units.size(), now));
  }
  return units;
}

std::string GuestSystem::boot_mark() {
  const Command command = reading({"cat", "/proc/sys/kernel/random/boot_id", "/proc/1/stat"});
  return parse_boot_mark(run_checked(guest_, command, "ask the guest for its last boot").out);
}

std::string GuestSystem::unit_state(const std::string& unit) {
  const Command command = reading({"systemctl", "is-active", unit});
  const CommandResult result = guest_.run(command);
  const std::string_view state = text::trimmed(result.out);
  if (state.empty()) throw unusable(guest_, command, result, "ask for the state of " + unit);
  return std::string(state);
}

std::string GuestSystem::invocation_of(const std::string& unit) {
  const Command command =
      reading({"systemctl", "show", "--property=InvocationID", "--value", unit});
  const std::string attempted = "ask when " + unit + " was started";
  const CommandResult result = run_checked(guest_, command, attempted);
  const std::string_view id = text::trimmed(result.out);
  if (id.empty()) throw unusable(guest_, command, result, attempted, "it never was");
  return std::string(id);
}

CommandResult GuestSystem::restart_unit(const std::string& unit) {
  const std::string before = invocation_of(unit);
  const Command command = {.argv = {"systemctl", "restart", unit}, .deadline = kRestartDeadline};
  const CommandResult result = probe(guest_, command, "restart " + unit);
  if (invocation_of(unit) != before) return result;
  throw unusable(guest_, command, result, "restart " + unit, "it was not started anew");
}

CloudInit GuestSystem::wait_for_cloud_init() {
  const Command command = reading({"cloud-init", "status", "--wait", "--format", "json"},
                                  guest_.patience(kBootDeadline));
  const CommandResult result = guest_.run(command);
  const Json reply = text::parse_json(result.out);
  if (!reply.is_object() || result.exit_status > 2) {
    throw unusable(guest_, command, result, "wait for cloud-init");
  }
  return parse_cloud_init(reply, result.exit_status);
}

bool GuestSystem::has_default_route() {
  const Json routes = run_json(guest_, reading({"ip", "-j", "route", "show", "default"}),
                               "read the guest's default route");
  // One that is "unreachable" or the like has a type; one whose card has no link says so in flags.
  const auto leads_somewhere = [](const JsonCursor& route) {
    const auto flags = route.find("flags");
    const bool dead = flags && text::contains(flags->value().dump(), "linkdown");
    return route.at("dst").string() == "default" && !route.find("type") && !dead &&
           !route.at("dev").string().empty();
  };
  return contains(text::read_list(routes, "ip route", leads_somewhere), true);
}

bool GuestSystem::resolves(const std::string& name) {
  const Command command = reading({"getent", "hosts", name});
  const CommandResult result = guest_.run(command);
  constexpr int kNotFound = 2;
  if (result.exit_status == kNotFound) return false;
  const auto words = text::words(result.out);
  if (result.exit_status != 0 || words.size() < 2) {
    throw unusable(guest_, command, result, fmt::format("resolve {} in the guest", name));
  }
  return is_of_another_host(std::string(words.front()));
}

GuestMemory GuestSystem::memory() {
  const Command command = reading({"cat", "/proc/meminfo"});
  return parse_guest_memory(run_checked(guest_, command, "read the guest's memory").out);
}

int GuestSystem::cpus() {
  const Command command = reading({"cat", "/proc/cpuinfo"});
  return parse_cpus(run_checked(guest_, command, "count the guest's CPUs").out);
}

std::int64_t GuestSystem::oom_kills() {
  const Command command = reading({"cat", "/sys/fs/cgroup/system.slice/memory.events"});
  return parse_oom_kills(run_checked(guest_, command, "count the guest's OOM kills").out);
}

FileSystemUsage GuestSystem::root_file_system() {
  const Command command =
      reading({"df", "-B1", "--output=source,size,used,avail,pcent,target", "/"});
  return parse_df(run_checked(guest_, command, "measure the guest's file system").out);
}

void GuestSystem::read_what_is_installed() {
  constexpr int kNoMatch = 1, kSomeUnread = 2;  // a file that went away meanwhile
  // An expression that nothing matches: a file is read to its end.
  const Command command =
      reading({"grep", "-r", "-q", "-s", "-E", "x^", "/usr", "/var"}, std::chrono::seconds(600));
  const CommandResult result = guest_.run(command);
  if (result.exit_status == kNoMatch || result.exit_status == kSomeUnread) return;
  throw unusable(guest_, command, result, "read what is installed");
}

}  // namespace pve_accept
