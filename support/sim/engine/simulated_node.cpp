#include "support/sim/engine/simulated_node.h"

#include <system_error>
#include <utility>

#include "support/shell/command_input.h"
#include "support/sim/engine/engine.h"
#include "support/sim/engine/process.h"

namespace pve_accept {
namespace {

class SimShell final : public Shell {
 public:
  SimShell(sim::Engine& engine, std::string name, std::string host, std::int64_t boots)
      : engine_(engine), name_(std::move(name)), host_(std::move(host)), boots_(boots) {}

  const std::string& name() const override { return name_; }

  CommandResult run(const Command& command) override { return engine_.run(request(command)); }

  std::unique_ptr<Process> start(const Command& command) override {
    return engine_.start(request(command));
  }

  std::unique_ptr<Shell> hop(const Endpoint& endpoint) override {
    const auto [vmid, boots] = engine_.reach(endpoint);
    return std::make_unique<SimShell>(engine_, endpoint.name, std::to_string(vmid), boots);
  }

 private:
  sim::Engine::Request request(const Command& command) const {
    const CommandInput readable(command);  // or throws, as the SSH transport does
    return {.host = host_,
            .name = name_,
            .argv = command.argv,
            .input = command.input,
            .input_file = command.input_file,
            .deadline = command.deadline,
            .boots = boots_};
  }

  sim::Engine& engine_;
  std::string name_, host_;
  std::int64_t boots_;
};

}  // namespace

SimulatedNode::SimulatedNode(std::filesystem::path state_dir, Scenario scenario)
    : engine_(std::make_unique<sim::Engine>(std::move(state_dir), std::move(scenario))) {}

SimulatedNode::~SimulatedNode() = default;

Clock& SimulatedNode::clock() { return engine_->clock(); }

std::unique_ptr<Shell> SimulatedNode::connect() {
  engine_->sleep_until(engine_->node_up_at());
  return std::make_unique<SimShell>(*engine_, "node", "node", engine_->node_boots());
}

std::vector<std::string> SimulatedNode::unknown_commands() const {
  return engine_->state().unknown_commands;
}

void SimulatedNode::forget(const std::filesystem::path& state_dir) {
  std::error_code ignored;  // nothing to forget is as good
  std::filesystem::remove(state_dir / "sim-state.json", ignored);
}

}  // namespace pve_accept
