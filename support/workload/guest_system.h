#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "support/base/json.h"
#include "support/base/units.h"
#include "support/shell/shell.h"

namespace pve_accept {

struct OsRelease {
  std::string id;                // "debian"
  std::string version_id;        // "13"
  std::string version_codename;  // "trixie"

  // "13" of Debian, "fedora 13" of another distribution.
  std::string debian_release() const { return id == "debian" ? version_id : id + " " + version_id; }
};

struct GuestMemory {
  std::int64_t total_kib = 0;

  std::int64_t total_mib() const { return total_kib / 1024; }
};

struct FileSystemUsage {
  std::string source = {};  // "/dev/sda1", "rpool/data/subvol-9001-disk-0"
  std::int64_t size_bytes = 0;
  std::int64_t used_bytes = 0;

  double used_gib() const { return gib(used_bytes); }

  // Why this is not the file system on a disk of that size, the volume that the node knows by that
  // id ("tank:subvol-9001-disk-0"); empty when it may be.
  std::string misfit(double disk_gib, std::string_view volid) const;
};

// How cloud-init ended. Errors that it recovered from (exit 2) are none.
struct CloudInit {
  std::string status;  // "done", "error", "disabled", ...
  bool failed = false;
  std::vector<std::string> errors;
};

// False for an address that is nobody's or one's own: 0.0.0.0, 127.0.0.1, ::1. Throws HarnessError
// for what is no address.
bool is_of_another_host(const std::string& address);

OsRelease parse_os_release(std::string_view text);

// Throws HarnessError where /etc/debian_version, "13.1", is not of that release: both are files of
// one package.
void require_agreement(const OsRelease& release, const std::string& debian_version);
std::vector<std::string> parse_failed_units(std::string_view text);  // names
GuestMemory parse_guest_memory(std::string_view meminfo);
int parse_cpus(std::string_view cpuinfo);
std::int64_t parse_oom_kills(std::string_view memory_events);
FileSystemUsage parse_df(std::string_view text);  // of `df -B1 --output=... /`
// Of `cat /proc/sys/kernel/random/boot_id /proc/1/stat`.
std::string parse_boot_mark(std::string_view text);
std::string parse_systemd_version(std::string_view text);  // "257.9-1~deb13u1"
// Of `dpkg-query -W -f '${db:Status-Status} ${Package} ${Version}\n'`, those that are installed.
std::map<std::string, std::string> parse_package_versions(std::string_view text);
CloudInit parse_cloud_init(const Json& reply, int exit_status);

// The system inside a guest, asked over its own shell. Every member throws HarnessError when the
// tool fails or its reply cannot be used.
class GuestSystem {
 public:
  explicit GuestSystem(Shell& guest) : guest_(guest) {}

  OsRelease os_release();
  std::string debian_version();  // "13.1"
  std::string systemd_version();
  std::string kernel_release();  // "6.12.90+deb13-cloud-amd64"
  // Of those of the packages that are installed.
  std::map<std::string, std::string> package_versions(const std::vector<std::string>& packages);

  // Waits until the guest has booted and returns what systemd calls its state: "running",
  // "degraded", ... Which units failed is for failed_units.
  std::string wait_until_booted();
  std::string state();  // the same, without waiting
  // Throws HarnessError too when the list contradicts that state.
  std::vector<std::string> failed_units();

  // Another text after each boot: the kernel's boot id and when init was started. A container has
  // the first from its node, a VM's init starts at the same moment of each boot.
  std::string boot_mark();
  // What systemd calls the state of a unit: "active", "activating", "failed", "inactive".
  std::string unit_state(const std::string& unit);
  // Whether it comes up again is for unit_state to say; what systemctl said of it is returned.
  // Throws HarnessError when nothing happened.
  CommandResult restart_unit(const std::string& unit);

  CloudInit wait_for_cloud_init();

  bool has_default_route();                // that leads somewhere
  bool resolves(const std::string& name);  // to an address that another host can have
  GuestMemory memory();
  int cpus();  // that /proc/cpuinfo shows it
  // Processes of services and containers that were killed for a memory limit, since the boot. A
  // slice counts for what was in it, also when that is gone.
  std::int64_t oom_kills();
  FileSystemUsage root_file_system();
  // Reads all that is installed once, as installing it had done: what a guest has not touched since
  // it booted, a VM has not taken from the node yet.
  void read_what_is_installed();

 private:
  std::string state_by(const Command& command, std::string_view attempted);
  // Which of the unit's starts the present one is.
  std::string invocation_of(const std::string& unit);

  Shell& guest_;
};

}  // namespace pve_accept
