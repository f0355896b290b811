#include "support/sim/engine/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "support/base/file.h"
#include "support/sim/engine/call.h"
#include "support/sim/engine/process.h"
#include "support/sim/model/addresses.h"
#include "support/sim/model/foreign_guests.h"
#include "support/sim/model/initial_state.h"
#include "support/sim/model/lifecycle.h"

namespace pve_accept::sim {
namespace {

constexpr double kNodeRoundTripS = 0.002;
constexpr const char* kOtherHostKey = "the host key is not the expected one";

[[noreturn]] void refuse(const std::string& name, const std::string& address,
                         const std::string& problem, const std::string& hint = {}) {
  throw ConnectionError(HarnessError::Details{
      .attempted = "connect to " + address, .where = name, .problem = problem, .hint = hint});
}

// The state file that this process read or wrote last. A claim after the other opens the same node,
// and finds in the file what the one before has left: that need not be parsed again.
struct LastState {
  std::string text;
  std::shared_ptr<const State> state;
};

LastState& last_state() {
  thread_local LastState last;
  return last;
}

// None where there is no file yet.
std::shared_ptr<const State> read_state(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return nullptr;
  try {
    std::string text = read_file(file);
    LastState& last = last_state();
    if (text != last.text) {
      const auto state = std::make_shared<const State>(state_from_json(Json::parse(text)));
      last = {std::move(text), state};
    }
    return last.state;
  } catch (const std::exception& error) {
    throw HarnessError(fmt::format("read the simulated node's state {}", file.string()),
                       fmt::format("{}; remove the file to begin afresh", error.what()));
  }
}

// What an upgrade of its own changes of a guest.
Model with_old_packages(const Scenario& scenario) {
  if (!scenario.upgraded) return scenario.model;
  Model model = scenario.upgraded->model;
  for (auto guest : {&Model::lxc, &Model::vm}) {
    const Model::Guest& before = scenario.model.*guest;
    (model.*guest).docker = before.docker;
    (model.*guest).debian_version = before.debian_version;
    (model.*guest).systemd_version = before.systemd_version;
    (model.*guest).failed_units = before.failed_units;
  }
  return model;
}

}  // namespace

Clock::WallTime VirtualClock::wall() const {
  return WallTime(std::chrono::seconds(kEpoch)) + Duration(now_);
}

void VirtualClock::sleep_for(Duration duration) {
  if (duration.count() > 0) now_ += duration.count();
}

Engine::Engine(std::filesystem::path state_dir, Scenario scenario, Clock* clock,
               HostKeyMaker new_host_key)
    : state_file_((std::filesystem::create_directories(state_dir), state_dir / "sim-state.json")),
      scenario_(std::move(scenario)),
      saved_(read_state(state_file_)),
      state_(saved_ ? *saved_ : initial_state(scenario_)),
      old_packages_(with_old_packages(scenario_)),
      new_host_key_(std::move(new_host_key)),
      clock_(clock) {
  opened_at_ = state_.time;
  if (clock_ == nullptr) {
    virtual_clock_ = std::make_unique<VirtualClock>(opened_at_);
    clock_ = virtual_clock_.get();
  } else {
    state_.epoch_ms = clock_->wall().time_since_epoch().count() - opened_at_;
    state_.epoch_ms += scenario_.model.node.clock_ahead_s * 1000;
  }
  opened_ = clock_->now();
  const auto rules = scenario_.upgraded ? scenario_.upgraded->rules.size() : scenario_.rules.size();
  state_.rule_matches.resize(std::max(state_.rule_matches.size(), rules));
  state_.rules_begun.resize(state_.rule_matches.size());
  state_.rules_over.resize(state_.rule_matches.size());
  save();
}

Engine::~Engine() {
  try {
    state_.time = now();
    if (*saved_ != state_) store();
  } catch (const std::exception&) {  // the directory is gone: nobody will ask for the state
    saved_.reset();
  }
}

const Scenario& Engine::scenario() const {
  return state_.upgraded && scenario_.upgraded ? *scenario_.upgraded : scenario_;
}

Figures& Engine::figures() {
  if (figures_of_ != &scenario()) {
    figures_of_ = &scenario();
    figures_.emplace(*figures_of_, state_);
  }
  return *figures_;
}

Millis Engine::now() const { return opened_at_ + (clock_->now() - opened_).count(); }

Clock::Instant Engine::instant(Millis time) const {
  return opened_ + Clock::Duration(time - opened_at_);
}

void Engine::sleep_until(Millis time) {
  const Millis wait = time - now();
  if (wait > 0) clock_->sleep_for(Clock::Duration(wait));
}

void Engine::store() {
  state_.time = now();
  std::string text = json_text(to_json(state_));
  write_file_atomically(state_file_, text);
  saved_ = std::make_shared<const State>(state_);
  last_state() = {std::move(text), saved_};
}

void Engine::save() {
  if (saved_) {
    state_.time = saved_->time;
    const auto next_process = std::exchange(state_.next_process, saved_->next_process);
    const bool same = state_ == *saved_;
    state_.next_process = next_process;
    if (same) return;
  }
  store();
}

// Back to what was before a command, except for what it has shown about the scenario.
void Engine::roll_back(const State& before) {
  State state = before;
  state.rule_matches = state_.rule_matches;
  state.rules_begun = state_.rules_begun;
  state.rules_over = state_.rules_over;
  state.unknown_commands = state_.unknown_commands;
  state.next_process = state_.next_process;
  state_ = std::move(state);
  store();
}

void Engine::end_process(std::int64_t process, Millis at) {
  for (Activity& activity : state_.activities) {
    if (activity.owner == process && activity.to > at) {
      activity.to = std::max(at, activity.from);
      end_of_load(state_, scenario(), activity);
    }
  }
  save();
}

void Engine::reboot() {
  Output output(now(), scenario().model.node.pace);
  World world{scenario(), old_packages_, state_, figures(), new_host_key_};
  Call call{.world = world, .output = output, .argv = {"reboot"}};
  run_tool(call);
  save();
}

void Engine::require_node(const Request& request) const {
  if (now() < node_up_at()) {
    refuse(request.name, "the node", "connection refused", "the node is booting");
  }
  if (request.boots != 0 && request.boots != node_boots()) {
    refuse(request.name, "the node", "the connection was lost", "the node was started anew");
  }
}

Guest& Engine::live_guest(const Request& request) {
  const std::int64_t vmid = std::stoll(request.host);
  Guest* guest = state_.find_guest(vmid);
  if (guest == nullptr || !guest->running || now() < guest->reachable) {
    refuse(request.name, fmt::format("guest {}", vmid), "the connection was lost",
           "the guest does not run any more");
  }
  if (request.boots != 0 && guest->boots != request.boots) {
    refuse(request.name, fmt::format("guest {}", vmid), "the connection was lost",
           "the guest was started anew");
  }
  return *guest;
}

std::pair<std::int64_t, std::int64_t> Engine::guest_behind(const std::string& address,
                                                           const std::string& name) {
  const Guest* guest = guest_at(state_, scenario(), address, now());
  if (guest == nullptr) refuse(name, address, "no route to host");
  if (now() < guest->reachable) refuse(name, address, "connection refused");
  return {guest->vmid, guest->boots};
}

std::pair<std::int64_t, std::int64_t> Engine::reach(const Endpoint& endpoint) {
  if (endpoint.host_keys.empty()) {
    refuse(endpoint.name, endpoint.address, "none of its host keys is known");
  }
  sleep_until(now() + 20);
  if (guest_at(state_, scenario(), endpoint.address, now()) == nullptr) sleep_until(now() + 3000);
  const auto reached = guest_behind(endpoint.address, endpoint.name);
  const Guest* guest = state_.find_guest(reached.first);
  if (scenario().model.guest(guest->kind).address_taken) {
    refuse(endpoint.name, endpoint.address, kOtherHostKey);
  }
  const auto keys = guest->files.find("/root/.ssh/authorized_keys");
  if (keys == guest->files.end() || trimmed(keys->second).empty() || endpoint.user != "root") {
    refuse(endpoint.name, endpoint.address,
           fmt::format("permission denied (publickey) for user '{}'", endpoint.user));
  }
  const std::string_view shown = trimmed(guest->files.at("/etc/ssh/ssh_host_ed25519_key.pub"));
  const bool known = std::ranges::any_of(endpoint.host_keys, [&](const std::string& key) {
    return shown.starts_with(trimmed(key)) || key == shown;
  });
  if (!known) refuse(endpoint.name, endpoint.address, kOtherHostKey);
  return reached;
}

// Whether its time has come and is not over; a command that it waits for lets it begin with the
// next one.
bool Engine::is_due(const CommandRule& rule, std::size_t index, const std::string& line) {
  const bool begun = !rule.after || state_.rules_begun[index] > 0;
  if (rule.after && rule.after->regex.is_in(line)) ++state_.rules_begun[index];
  if (rule.until && rule.until->regex.is_in(line)) ++state_.rules_over[index];
  return begun && state_.rules_over[index] == 0 && now() >= rule.from_s.millis;
}

RuleEffect Engine::apply_rules(std::string_view target, const std::string& line) {
  RuleEffect effect;
  const auto& rules = scenario().rules;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const CommandRule& rule = rules[i];
    if (!is_due(rule, i, line)) continue;
    if (rule.target != "any" && rule.target != target) continue;
    if (!rule.command.regex.is_in(line)) continue;
    const std::int64_t match = state_.rule_matches[i]++;
    if (match < rule.skip || (rule.times && match >= rule.skip + *rule.times)) continue;
    if (rule.out) effect.out = rule.out;
    if (rule.err) effect.err = rule.err;
    effect.append_out += rule.append_out.value_or("");
    effect.append_err += rule.append_err.value_or("");
    if (rule.exit_status) effect.exit_status = rule.exit_status;
    if (rule.replace) effect.replacements.push_back(&*rule.replace);
    effect.delay += rule.delay_s.millis;
    if (rule.drop_after_s) effect.drop_after = rule.drop_after_s->millis;
    if (rule.ends_after_s) effect.ends_after = rule.ends_after_s->millis;
    effect.hangs = effect.hangs || rule.hang;
    effect.drops = effect.drops || rule.drop_connection || rule.reboots;
    effect.reboots = effect.reboots || rule.reboots;
    effect.clock_back = std::max(effect.clock_back, rule.sets_clock_back_s.millis);
    if (rule.logs) effect.logs.push_back(*rule.logs);
    if (rule.kills) effect.kills.push_back(*rule.kills);
    effect.executes = effect.executes && !rule.replaces_command() && !rule.hang;
  }
  return effect;
}

// What befalls the node, or the guest that the command is for, as it arrives.
void Engine::happen(const RuleEffect& effect, Guest* guest) {
  if (effect.clock_back > 0) {
    state_.clock_set_at = now();
    state_.clock_set_back = effect.clock_back;
  }
  auto& log = guest == nullptr ? state_.kernel_log : guest->kernel_log;
  for (const std::string& text : effect.logs) log.push_back({.at = now(), .text = text});
  if (guest == nullptr) return;
  for (const std::string& name : effect.kills) kill_container(*guest, name, now());
}

std::unique_ptr<SimProcess> Engine::start(const Request& request) {
  attend_foreign_guests(state_, scenario(), now());
  if (request.host == "node") require_node(request);
  Guest* guest = request.host == "node" ? nullptr : &live_guest(request);
  const std::string line = command_line(request.argv);
  const RuleEffect effect = apply_rules(guest == nullptr ? "node" : to_string(guest->kind), line);
  happen(effect, guest);
  if (effect.reboots) reboot();
  if (effect.drops) {
    throw ConnectionError(HarnessError::Details{.attempted = "run a command",
                                                .where = request.name,
                                                .command = line,
                                                .problem = "the connection was lost"});
  }
  SimProcess::Plan plan{.name = request.name,
                        .command = line,
                        .id = state_.next_process++,
                        .start = now(),
                        .deadline = now() + request.deadline.count(),
                        .hangs = effect.hangs};
  Output output(plan.start + effect.delay, scenario().model.node.pace);
  output.spend(guest == nullptr ? kNodeRoundTripS : 2 * kNodeRoundTripS);
  if (effect.executes) {
    World world{scenario(), old_packages_, state_, figures(), new_host_key_};
    Call call{.world = world,
              .output = output,
              .argv = request.argv,
              .input = request.input,
              .input_file = request.input_file,
              .process = plan.id,
              .place = guest == nullptr ? Place::kNode : Place::kGuest,
              .guest = guest};
    plan.exit_status = run_tool(call);
  }
  if (effect.out) output.set(OutputLine::Stream::kOut, *effect.out);
  if (effect.err) output.set(OutputLine::Stream::kErr, *effect.err);
  output.out(effect.append_out);
  output.err(effect.append_err);
  const bool killed = effect.ends_after && plan.start + *effect.ends_after < output.now();
  if (killed) {
    output.end_at(plan.start + *effect.ends_after);
    end_process(plan.id, output.now());
    plan.exit_status = kKilled;
  }
  if (effect.exit_status && (killed || !effect.ends_after)) {
    plan.exit_status = *effect.exit_status;
  }
  if (request.streamed) {
    plan.replacements = effect.replacements;
  } else {
    output.replace(effect.replacements);
  }
  if (effect.drop_after && (plan.start + *effect.drop_after < output.now() || plan.hangs)) {
    plan.drop_at = plan.start + *effect.drop_after;
  }
  if (request.streamed) save();
  return std::make_unique<SimProcess>(*this, std::move(plan), std::move(output));
}

CommandResult Engine::run(const Request& request) {
  const std::shared_ptr<const State> before = saved_;
  Request whole = request;
  whole.streamed = false;
  const auto process = start(whole);
  try {
    return process->finish();
  } catch (const ConnectionError&) {
    roll_back(*before);
    throw;
  } catch (const DeadlineError&) {
    roll_back(*before);
    throw;
  }
}

}  // namespace pve_accept::sim
