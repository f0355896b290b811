#pragma once

#include <string>
#include <vector>

#include "support/base/temporary_directory.h"
#include "support/sim/engine/simulated_node.h"

namespace pve_accept::sim_testing {

// A simulated node of a test's own, and what a run would do with it, in one word each.
class Lab {
 public:
  explicit Lab(Scenario scenario = {});
  // A scenario as its JSON text.
  explicit Lab(const std::string& scenario);

  SimulatedNode& node() { return *node_; }
  Shell& shell() { return *shell_; }
  Clock& clock() { return node_->clock(); }
  const std::filesystem::path& directory() const { return directory_.path(); }

  // What happens when a process ends and the next one begins.
  void reopen();
  void reopen(Scenario scenario);

  // Runs a command line on the node, or in a guest.
  CommandResult run(const std::string& line, const std::string& input = {});
  static CommandResult run_in(Shell& shell, const std::string& line, const std::string& input = {});
  void pass(int seconds) { clock().sleep_for(std::chrono::seconds(seconds)); }

  // Guests as the spike made them; nothing runs in them yet.
  void create_lxc();
  void create_vm();
  std::unique_ptr<Shell> start_lxc();
  std::unique_ptr<Shell> start_vm();
  std::unique_ptr<Shell> hop(const std::string& name, int vmid);
  // The public host key of a guest, as only the simulation itself can know it.
  std::string host_key(int vmid) const;
  // Docker, and the three services.
  static void install_docker(Shell& guest);
  static void start_stack(Shell& guest);
  // A guest with all that, and pgbench's tables.
  std::unique_ptr<Shell> start_all(GuestKind kind = GuestKind::kLxc);

 private:
  TemporaryDirectory directory_;
  Scenario scenario_;
  std::unique_ptr<SimulatedNode> node_;
  std::unique_ptr<Shell> shell_;
};

inline constexpr const char* kCompose = "docker compose -f /root/pve-accept/compose.yaml ";
inline constexpr const char* kInit = "docker exec spike-db-1 pgbench -U postgres -i -s 10 postgres";
inline constexpr const char* kPsql =
    "docker exec spike-db-1 psql -h /var/run/postgresql -U postgres -Atc ";

// The model's figures as they stand there, but for the noise within a window.
Scenario without_chance();

// The scenario with the recorded node's name and some figures of it, so that texts can be compared.
Scenario recorded_node();

// The text with everything that differs from run to run made equal: UUIDs, keys, times, MACs.
std::string masked(const std::string& text);

// Runs a recorded command and compares all that it said, and its exit status.
inline constexpr const char* kEmptyNode = "node-quick/10-empty-node.txt";
inline constexpr const char* kErrors = "node-quick/11-parse-errors.txt";
void expect_as_recorded(Lab& lab, const std::string& file, const std::string& command,
                        int occurrence = 0);
void expect_as_recorded(Lab& lab, const std::string& file,
                        std::initializer_list<const char*> commands);

// A sample of the sampler: RAM used in MiB, and the ticks of /proc/stat.
struct Sample {
  double used_mib = 0;
  std::vector<double> ticks;
  Json line;
};
std::vector<Sample> sample(Lab& lab, int lines, const std::string& options = {});
// The share of a column of /proc/stat between the first and the last sample, in percent.
double percent(const std::vector<Sample>& samples, std::size_t column);
double median_used_mib(const std::vector<Sample>& samples);

}  // namespace pve_accept::sim_testing
