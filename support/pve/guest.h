#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/base/guest_kind.h"
#include "support/base/json.h"
#include "support/pve/guest_spec.h"
#include "support/pve/node.h"
#include "support/pve/ownership.h"
#include "support/pve/vmid.h"
#include "support/shell/clock.h"

namespace pve_accept {

// What a guest has told about its public SSH host keys, past the network.
struct HostKeys {
  std::vector<std::string> keys = {};  // one line each; empty while none is known
  std::string trouble = {};            // then: why not,
  std::string hint = {};               // and what to do about it
};

// A guest of a node. Everything that differs between a container and a VM is in LxcGuest and
// VmGuest. PVE's tools exit 0 on failure and differently for the same error, so every change is
// followed by a look at the state; when that is not as wanted, HarnessError carries the tool's own
// text. A configuration lock that another task holds is waited for, with a bound.
class Guest {
 public:
  Guest(Node& node, Clock& clock, Vmid vmid) : node_(node), clock_(clock), vmid_(vmid) {}
  virtual ~Guest() = default;
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;

  virtual GuestKind kind() const = 0;
  Vmid vmid() const { return vmid_; }

  // Makes the guest, stopped. Throws when the VMID is taken: what exists is never adopted.
  virtual void create(const GuestSpec& spec) = 0;

  // Makes the guest from a backup, stopped, its disks on the storage. It is what the backup says,
  // so also whose. Empty when it is there; else PVE's own words. Throws where the VMID is taken.
  std::string restore(const Volume& archive, const std::string& storage, Clock::Duration deadline);

  void start();  // a running guest is fine

  // These act for a run. Tag and run id are read again right before each of them touches the guest,
  // and one that another run or somebody else made is refused.
  void shutdown(std::string_view run_id);  // by force after a minute; a stopped guest is fine
  void stop(std::string_view run_id);      // at once; a stopped guest is fine
  // Stops the guest and removes it with its volumes; a guest that is not there is fine.
  void destroy(std::string_view run_id);

  // Takes away the lock of a backup that died: PVE's tools refuse everything else until then. One
  // that is not locked by a backup is fine. Refused as by destroy(), and while a backup is at work.
  void release_from_backup(std::string_view run_id);

  // Removes what PVE leaves when it dies while it makes or removes a guest. Refuses anything that
  // is more (is_unfinished). Whose it is, the caller has to know: it bears no mark yet, or no more.
  void destroy_unfinished();

  bool exists();
  // Asked of what costs nothing, so that it may be asked every second; false when it does not
  // exist.
  bool running() { return find_process().has_value(); }
  std::int64_t host_pid();  // of the container's init or of the KVM process; throws when stopped
  Json config();            // throws when it does not exist
  std::optional<Json> find_config();  // empty when it does not exist
  Ownership ownership();              // throws when it does not exist
  double memory_by_pve_mib();         // as parse_guest_memory_mib; throws when it does not run
  std::string running_machine();      // of a VM, as parse_running_machine

  // What the configuration, and the limits in force on the running guest, say otherwise than the
  // specification: "cores: 1 instead of 2".
  virtual std::vector<std::string> differences_from(const GuestSpec& spec) = 0;

  // Why the guest is less isolated than it should be; empty when it is confined. The guest has to
  // run; `inside` is a shell in it.
  virtual std::vector<std::string> gaps_in_confinement(Shell& inside) = 0;

  // Where the guest is reached from the node: IPv4 if it has one, else IPv6 (a link-local address
  // with its zone, "fe80::1%vmbr0"). Empty while there is none.
  virtual std::optional<std::string> address() = 0;

  // Read past the network, so that the first connection can be told from one to another machine.
  virtual HostKeys host_keys() = 0;

  std::string cgroup_dir() const;         // on the node
  virtual std::string disk_volume() = 0;  // volume id of the root disk

 protected:
  // A change of the node's state and how it ended.
  struct Change {
    Command command;
    CommandResult result = {};
    std::string attempted = {};
  };

  // Runs a command that changes something. Waits for a configuration lock and tries again; throws
  // when it stays locked. Any other outcome is the caller's to judge.
  Change change(std::vector<std::string> argv, std::string attempted,
                Clock::Duration deadline = std::chrono::seconds(120));

  // Runs a change and reads the configuration back. Throws when the command failed or when the
  // configuration is not `as_wanted`; `wanted` says what that is.
  Json change_config(std::vector<std::string> argv, std::string attempted,
                     const std::function<bool(const Json&)>& as_wanted, std::string wanted,
                     Clock::Duration deadline = std::chrono::seconds(120));

  // The process on the node, empty when the guest does not run; 0 while it comes or goes.
  virtual std::optional<std::int64_t> find_process() = 0;

  // The limits of the guest's cgroup on the node, where they are not as wanted: none on the CPU.
  void add_limits_in_force(const std::string& memory_max, std::vector<std::string>& differences);

  // A file of the node, empty when there is none.
  std::optional<std::string> find_file(const std::string& path);

  // Looks until the guest runs, or does not, at most `patience` long.
  bool reaches(bool wanted, Clock::Duration patience);

  // Throws HarnessError with what the tool said and, where that is known, what to do about it.
  [[noreturn]] void fail(const Change& change, std::string_view problem);

  Node& node_;
  Clock& clock_;

 private:
  std::string tool() const { return std::string(facts_of(kind()).tool); }
  virtual void watch_boot() {}  // called right after a start
  virtual std::vector<std::string> shutdown_arguments() const = 0;
  Json current_status();
  virtual std::vector<std::string> restore_command(const std::string& archive) const = 0;
  // The configuration afterwards, as find_config(); throws when it is still locked.
  std::optional<Json> unlock(const std::string& attempted);
  void require_made_by(std::string_view run_id, const Json& config, const std::string& attempted);
  void wait_until_gone(const Change& destroyed, const std::vector<std::string>& storages);
  std::vector<Volume> volumes_left(const std::vector<std::string>& storages);
  std::string label() const;  // "container 9001"

  Vmid vmid_;
};

// A command with its options: {"--name", "spike-vm"}.
std::vector<std::string> with_options(
    std::vector<std::string> argv,
    std::initializer_list<std::pair<const char*, std::string>> options);

// The guests of the cluster, those on this node in the state that they are in now. What Proxmox VE
// lists is pvestatd's last look, up to 10 s old, and "unknown" before the first one.
std::vector<GuestEntry> guests_now(Node& node, Clock& clock);

// The first of them that runs on this node, and would be measured along; empty when none does.
std::optional<GuestEntry> running_guest(Node& node, Clock& clock);

std::unique_ptr<Guest> make_guest(GuestKind kind, Node& node, Clock& clock, Vmid vmid);

}  // namespace pve_accept
