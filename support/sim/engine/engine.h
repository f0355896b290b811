#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "support/shell/shell.h"
#include "support/sim/engine/output.h"
#include "support/sim/model/figures.h"
#include "support/sim/model/scenario.h"
#include "support/sim/model/state.h"

namespace pve_accept::sim {

// Virtual time: sleeping moves it on and takes none.
class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(Millis start) : now_(start) {}

  Instant now() const override { return Instant(Duration(now_)); }
  WallTime wall() const override;
  void sleep_for(Duration duration) override;

 private:
  Millis now_;
};

// What becomes of one command when the scenario's rules have been heard.
struct RuleEffect {
  std::optional<std::string> out, err;
  std::string append_out, append_err;
  std::optional<int> exit_status;
  std::vector<const Replacement*> replacements;
  std::vector<std::string> logs, kills;
  Millis delay = 0, clock_back = 0;
  std::optional<Millis> drop_after, ends_after;
  bool executes = true, hangs = false, drops = false, reboots = false;
};

class SimProcess;

// The simulated node: its state, its time, and the running of commands.
class Engine {
 public:
  // `clock` may be null: then time is virtual. Otherwise it must outlive the engine, and the node's
  // time of day is that of the clock. `new_host_key` makes the key that a guest gets at its first
  // boot; without it guests get something that looks like one.
  explicit Engine(std::filesystem::path state_dir, Scenario scenario, Clock* clock = nullptr,
                  HostKeyMaker new_host_key = {});
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  struct Request {
    std::string host;  // "node", or the vmid of a guest
    std::string name;  // what errors call it
    std::vector<std::string> argv;
    std::string input = {};
    std::filesystem::path input_file = {};
    Clock::Duration deadline = {};
    std::int64_t boots = 0;  // of the host when the connection was made; 0: not checked
    bool streamed = true;    // its lines are read as they come
  };

  // Throws ConnectionError when the host does not answer.
  std::unique_ptr<SimProcess> start(const Request& request);
  // Throws DeadlineError too. A command that was cut short has changed nothing.
  CommandResult run(const Request& request);

  // The guest that listens at an address, and how often it has booted; `name` is what errors call
  // it. Throws ConnectionError.
  std::pair<std::int64_t, std::int64_t> guest_behind(const std::string& address,
                                                     const std::string& name);
  // The same for a connection that logs in; takes its time.
  std::pair<std::int64_t, std::int64_t> reach(const Endpoint& endpoint);

  // How often the node has booted so far; a connection does not outlive that.
  std::int64_t node_boots() const { return 1 + state_.reboots_until(now()); }
  // When it answers again, or has for long.
  Millis node_up_at() const { return state_.reboots.empty() ? 0 : state_.reboots.back(); }

  Clock& clock() { return *clock_; }
  Millis now() const;
  void sleep_until(Millis time);
  Clock::Instant instant(Millis time) const;
  const State& state() const { return state_; }
  // In force: that of after its upgrade where there was one.
  const Scenario& scenario() const;

  void end_process(std::int64_t process, Millis at);  // what it ran ends with it
  // Puts into its file what has changed. That time has passed is not worth a file: who is killed
  // leaves the time of the last change.
  void save();

 private:
  void store();
  void reboot();
  void require_node(const Request& request) const;
  Guest& live_guest(const Request& request);
  Figures& figures();
  bool is_due(const CommandRule& rule, std::size_t index, const std::string& line);
  RuleEffect apply_rules(std::string_view target, const std::string& line);
  void happen(const RuleEffect& effect, Guest* guest);
  void roll_back(const State& before);

  std::filesystem::path state_file_;
  Scenario scenario_;
  std::shared_ptr<const State> saved_;  // what is in the file; null: nothing yet
  State state_;
  Model old_packages_;  // of the scenario after its upgrade, its guests with those of before
  const Scenario* figures_of_ = nullptr;
  std::optional<Figures> figures_;
  HostKeyMaker new_host_key_;
  std::unique_ptr<VirtualClock> virtual_clock_;
  Clock* clock_;
  Clock::Instant opened_;
  Millis opened_at_ = 0;
};

}  // namespace pve_accept::sim
