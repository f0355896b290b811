#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/base/fact.h"
#include "support/base/figure.h"
#include "support/base/guest_kind.h"
#include "support/record/claim_catalogue.h"
#include "support/record/claim_result.h"
#include "support/record/thresholds.h"
#include "support/record/value.h"

namespace pve_accept {

// Everything that a run observed and judged. record.json is written from it and read into it; its
// schema is the field lists of record_fields.cpp. While a run goes on its parts stand in files of
// their own (run_directory.h). Times are RFC 3339; "none" where something was not seen.

struct RunInfo {
  std::string id = {};
  std::string started = {};
  std::optional<std::string> finished = {};
  std::string suite_version = {};
};

// What of a node must be the same after a run as before it, by name.
struct NodeState {
  using Properties = std::map<std::string, Value>;
  struct Guest {
    std::string status = {};
    std::string config = {};  // the text of its configuration file
  };

  std::map<std::string, Guest> guests = {};  // those that are not ours, by VMID
  std::map<std::string, Properties> storages = {};
  std::map<std::string, Properties> bridges = {};
  std::map<std::string, Properties> volumes = {};  // disks that are not ours
  std::map<std::string, Value> settings = {};      // that figures depend on: governor, KSM
  std::string unread = {};  // why this is not all; empty: it is. Nothing can be compared then
};

// The packages of a node, and its kernel, that can shift a result.
const std::vector<std::string>& provenance_packages();

struct NodeRecord {
  struct Cpu {
    std::optional<std::string> model = {};
    std::optional<int> cpus = {};
    Fact<std::string> governor = {};  // none where the kernel has no frequency scaling
  };
  struct Storage {
    std::string name = {};
    std::string type = {};
  };

  std::string kind = "pve";  // "pve", or "sim": its figures come from a model
  std::string name = {};     // what test names and reports call it
  // A unit of systemd's: "active", and the id of its last start.
  struct Service {
    std::string active = {};
    std::string invocation = {};
  };

  // From here on as preflight found it.
  std::optional<std::string> host = {};
  // Its public SSH host key, "ssh-ed25519 AAAA…": the same node under whatever name.
  std::optional<std::string> host_key = {};
  std::optional<std::string> release = {};
  std::map<std::string, Fact<std::string>> packages = {};
  std::optional<std::string> kernel = {};
  std::optional<Cpu> cpu = {};
  std::optional<std::int64_t> memory_mib = {};
  std::optional<std::string> hypervisor = {};  // under which the node itself runs
  Fact<std::string> ksm = {};                  // "running", "off"
  std::optional<Storage> storage = {};
  std::optional<std::string> template_volume = {};
  std::optional<std::string> cloud_image = {};
  std::optional<std::int64_t> epoch_at_start = {};
  std::optional<double> clock_ahead_s = {};
  Fact<std::map<std::string, Service>> services = {};  // as preflight found them
  // Of the boot that the run was made in: runs of one boot share its luck.
  std::optional<std::string> boot_id = {};
  // The kernel that the next boot would start, where it is not the one that runs.
  Fact<std::string> pending_kernel = {};
  std::optional<int> restore_vmid = {};  // where backups are restored to
  // What else can shift a result, by kind and name: "sysctl:vm.swappiness", "module:zfs".
  std::map<std::string, Fact<std::string>> facts = {};
  std::optional<NodeState> before = {};
  std::vector<std::string> unknown_commands = {};  // of a simulated node

  bool simulated() const { return kind == "sim"; }
};

struct GuestRecord {
  struct Stack {
    int exit_status = 0;
    std::string error = {};
  };

  // What it was asked to be.
  struct Spec {
    int cores = 0;
    int memory_mib = 0;
    int disk_gib = 0;
  };

  int vmid = 0;
  std::optional<Spec> spec = {};
  std::optional<std::string> address = {};
  std::vector<std::string> host_keys = {};
  std::optional<double> ready_s = {};
  std::vector<std::string> oom_killed = {};  // IDs of containers that a claim let exceed a limit
  Fact<std::string> debian = {};
  std::map<std::string, Fact<std::string>> components = {};  // "docker": "29.5.3"
  // What else can shift a result: "package:libc6", "image:postgres:17", "machine".
  std::map<std::string, Fact<std::string>> facts = {};
  std::optional<Stack> stack = {};
};

// How the node's RAM came to rest before a window.
struct SettleRecord {
  bool settled = false;
  double took_s = 0;
  double drift_mib = 0;
  double ram_used_mib = 0;
};

struct WindowRecord {
  std::string started = {};
  std::map<std::string, Figure> figures = {};
  std::vector<std::string> problems = {};  // why it is not usable: no figure of it is judged
  bool broke_off = false;                  // nobody could watch it to its end
  std::vector<std::string> notes = {};
  std::optional<SettleRecord> settle = {};
  // The sampler's lines as it printed them, each with "at_s", "counts", "ram_used_mib" and but for
  // the first "cpu_used_percent", "cpu_busy_percent". Only in record.json: nobody judges by them.
  std::vector<Json> samples = {};

  // Throws HarnessError when the window is not usable or does not have the figure.
  const Figure& figure(const std::string& name) const;
  // Throws HarnessError, with its problems, when it was not watched to its end.
  void require_whole() const;
};

// Throws HarnessError where more is in the swap in the second window than in the first: what was
// swapped out in between costs no RAM any more, and looks as if it had never cost any.
void require_no_swapping(const WindowRecord& first, const WindowRecord& second);

struct IdleRecord : WindowRecord {
  Fact<double> guest_mem_total_mib = {};
  Fact<double> pve_memory_mib = {};  // PVE's own figure, asked for right after the window
};

// What pgbench reported of itself; without a report, the problem.
struct PgbenchRecord {
  std::optional<int> exit_status = {};
  std::optional<std::int64_t> transactions = {};
  std::optional<std::int64_t> failed = {};
  std::optional<bool> aborted = {};
  std::optional<bool> ran_full_time = {};
  std::optional<double> duration_s = {};
  std::optional<double> latency_ms = {};
  std::optional<double> tps = {};
  std::optional<int> clients = {};
  std::optional<int> scale = {};
  std::optional<std::string> problem = {};

  // Throws HarnessError when there is no report, or of another load than was asked for.
  const PgbenchRecord& usable() const;
  // The same also for a run that broke off: it has no rate and no latency.
  const PgbenchRecord& whole() const;
};

struct DiskRecord {
  Fact<double> allocated_gib = {};
  Fact<double> host_used_gib = {};
  Fact<double> guest_used_gib = {};
  std::string how = {};
};

struct LoadRecord : WindowRecord {
  struct Progress {
    double from_s = 0;
    double to_s = 0;
    double at_s = 0;
    double tps = 0;
  };
  struct End {
    int exit_status = 0;
    double elapsed_s = 0;
  };

  // Times are seconds since the load's start command. The window opens the lead-in after the load
  // began by its own clock (its first progress report less the time that this one speaks of), and
  // closes one second before the load's planned end by that clock.
  double opens_s = 0;
  double closes_s = 0;
  bool late = false;  // the load did not begin within timeouts.load_start_s
  std::optional<int> samples_inside = {};
  std::optional<int> samples_outside = {};
  std::optional<int> zero_tps_intervals = {};
  std::vector<Progress> progress = {};
  std::optional<End> load = {};
  PgbenchRecord pgbench = {};
  DiskRecord disk = {};
  Fact<std::vector<std::string>> anomalies = {};

  // Throws HarnessError when the load was late: what ran is not what was to be measured.
  void require_in_time() const;
};

// A guest that was made before an upgrade of the node, to be looked at after it.
struct SurvivorRecord {
  // What of it an upgrade must not change, and what explains it where it did.
  struct View {
    Fact<std::vector<std::string>> failed_units = {};
    Fact<std::int64_t> memory_total_kib = {};                  // as the guest sees it
    Fact<int> cpus = {};                                       // likewise
    std::map<std::string, Fact<std::string>> components = {};  // "docker": "29.5.3"
    std::map<std::string, Fact<std::string>> facts = {};       // as GuestRecord's
  };
  // The same after the upgrade, with what works in it.
  struct Look : View {
    Fact<std::vector<std::string>> stack = {};  // what of it had not come back by itself
    double stack_s = 0;                         // and how long the rest took
    Fact<std::int64_t> rows = {};               // of those that were left in the volume
    std::vector<std::string> unreadable = {};   // of /proc: what reading it complains of
    Fact<int> socket_status = {};               // of psql over the unix socket, and what it says
    std::string socket_error = {};
    Fact<int> http_inside = {}, http_from_node = {};
    Fact<std::string> new_container = {};  // what hello-world says, or why it does not
  };

  std::string run = {};   // that made it
  std::string left = {};  // when that run left it
  View before = {};
  std::optional<std::string> gone = {};    // nothing of the following: why it is not there
  std::vector<std::string> problems = {};  // why it did not come up; empty: it did
  double ready_s = 0;                      // from its start until it answered, or was given up
  Fact<std::vector<std::string>> differences = {};  // of its configuration and limits
  std::optional<Look> after = {};                   // the upgrade of the node
  std::optional<Look> refreshed = {};               // the upgrade of its own packages
  std::optional<std::string> removed = {};          // by which run, which had looked at it
};

// What the node was when its guests were left for the upgrade.
struct UpgradeRecord {
  std::string run = {};  // that left them
  std::string started = {};
  std::optional<std::string> release = {};
  std::optional<std::string> kernel = {};
  std::map<std::string, Fact<std::string>> packages = {};
  std::map<std::string, Fact<std::string>> facts = {};  // as NodeRecord's
  std::optional<std::string> boot_id = {};
};

struct Measurements {
  std::optional<IdleRecord> idle = {};
  std::optional<LoadRecord> load = {};
};

// What the machine itself does, with no guest running: a change of both points at the hardware or
// the storage, and not at a guest.
struct CanaryRecord {
  std::string path = {};  // of the file system on which it flushed files
  Fact<double> fsyncs_per_s = {};
  Fact<double> regex_per_s = {};
};

// One repetition of the measurements within a run. The first stands in Record::measurements.
struct RoundRecord {
  int number = 1;
  std::map<GuestKind, Measurements> measurements = {};
  std::optional<CanaryRecord> canary = {};
};

// How a stage of the run ended. A stage has no verdict: it passes, or it could not be done.
struct StageResult {
  Outcome outcome = Outcome::kError;  // kPass or kError
  std::string message = {};
  bool reported = true;  // false: it did not come to its end, and the message says what ended it
  std::optional<std::string> hint = {};
  std::string started = {};
  double duration_s = 0;
};

struct TeardownRecord {
  std::vector<std::string> left = {};
  std::optional<std::string> cannot_tell = {};  // why that is not known to be all
  Fact<std::vector<std::string>> changes = {};
  bool kept = false;
  Fact<double> settled_ram_mib = {};
};

struct Record {
  int schema = 1;
  RunInfo run = {};
  NodeRecord node = {};
  std::map<GuestKind, GuestRecord> guests = {};
  std::optional<WindowRecord> baseline = {};
  std::map<GuestKind, Measurements> measurements = {};  // of the first round
  std::optional<CanaryRecord> canary = {};              // likewise
  std::vector<RoundRecord> rounds = {};                 // those after the first, in their order
  std::optional<UpgradeRecord> upgrade = {};            // that the run came after
  std::map<GuestKind, SurvivorRecord> survivors = {};   // left for an upgrade, or of one
  std::map<std::string, StageResult> stages = {};       // by name: "provision/lxc"
  std::vector<ClaimResult> claims = {};
  std::optional<TeardownRecord> teardown = {};

  // Null when it has none.
  const ClaimResult* claim(std::string_view id, std::optional<GuestKind> guest) const;
  const GuestRecord* guest(GuestKind kind) const;
  const IdleRecord* idle(GuestKind kind) const;
  const LoadRecord* load(GuestKind kind) const;
  // The first round and those after it, alike.
  std::vector<RoundRecord> all_rounds() const;

  // exit_status() of the claims, and 2 instead of 0 when a stage failed.
  int exit_status() const;
};

// `source` names the document in errors. Throws InputError when it is damaged or no record.
Record parse_record(const Json& document, const std::string& source);
Record load_record(const std::filesystem::path& file);
// The spike as a recorded run: its figures stand in fixtures/assets/reference_run.json only.
const Record& reference_run();

std::string to_json_text(const Record& record);

// 1 when a claim is false; else 2 when something could not be told, which is also so when nothing
// was judged at all; else 0. Claims in preview do not count.
int exit_status(const std::vector<ClaimResult>& claims);

// Adds an ERROR for every selected case that has no entry: "not run", with the first of the stages
// that `stages_of` names which did not pass. Where it is not known which were selected, only those
// of the `phase` that such a stage explains are added.
void complete(Record& record, const Thresholds& thresholds,
              const std::optional<std::vector<std::string>>& selected, const StagesOf& stages_of,
              std::optional<UpgradePhase> phase = std::nullopt);

// What is on record of a stage until it reports.
inline constexpr const char* kDidNotReport = "did not report how it ended";

}  // namespace pve_accept
