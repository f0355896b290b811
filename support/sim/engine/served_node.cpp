#include "support/sim/engine/served_node.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/base/error.h"
#include "support/base/file.h"
#include "support/shell/ssh_key.h"
#include "support/sim/engine/call.h"
#include "support/sim/engine/command_words.h"
#include "support/sim/engine/engine.h"
#include "support/sim/engine/process.h"
#include "support/sim/tools/tools.h"

namespace pve_accept {
namespace {

constexpr const char* kNodeItself = "node";

// Nobody here knows the deadline that the client has given a command.
constexpr Clock::Duration kNoDeadline = std::chrono::hours(24);

// "9001/2" is the second boot of guest 9001: a connection does not outlive a boot.
std::string guest_id(std::pair<std::int64_t, std::int64_t> guest) {
  return fmt::format("{}/{}", guest.first, guest.second);
}

// "node" or a VMID.
std::string host_of(const std::string& id) { return id.substr(0, id.find('/')); }

std::int64_t boots_of(const std::string& id) {
  const auto slash = id.find('/');
  return slash == std::string::npos ? 0 : std::stoll(id.substr(slash + 1));
}

class SimServedProcess final : public ServedProcess {
 public:
  explicit SimServedProcess(std::unique_ptr<sim::SimProcess> process)
      : process_(std::move(process)) {}

  Output take() override {
    Output output;
    while (const auto piece = process_->take_due()) {
      (piece->stream == OutputLine::Stream::kOut ? output.out : output.err) += piece->text;
    }
    return output;
  }

  std::optional<int> exit_status() override {
    if (!process_->ended()) return std::nullopt;
    return process_->finish().exit_status;
  }

  Clock::Instant due() override { return process_->due(); }

 private:
  std::unique_ptr<sim::SimProcess> process_;
};

std::string make_key(const std::filesystem::path& file) {
  std::filesystem::remove(file);
  const std::string line = generate_ssh_key(file).public_line;
  write_file_atomically(file.string() + ".pub", line + "\n");
  return line;
}

}  // namespace

ServedNode::ServedNode(const std::filesystem::path& state_dir, Scenario scenario, Clock& clock)
    : state_dir_(state_dir),
      engine_(
          std::make_unique<sim::Engine>(state_dir, std::move(scenario), &clock,
                                        [this](std::int64_t vmid) { return new_host_key(vmid); })) {
  for (const auto& file : {key_file(kNodeItself), identity_file()}) {
    if (!std::filesystem::exists(file.string() + ".pub")) make_key(file);
  }
}

ServedNode::~ServedNode() = default;

std::filesystem::path ServedNode::key_file(std::string_view host) const {
  return state_dir_ / fmt::format("host_key_{}", host);
}

std::string ServedNode::new_host_key(std::int64_t vmid) {
  return make_key(key_file(std::to_string(vmid)));
}

std::filesystem::path ServedNode::identity_file() const { return state_dir_ / "id_ed25519"; }

std::string ServedNode::node_host_key() const {
  return std::string(text::trimmed(read_file(key_file(kNodeItself).string() + ".pub")));
}

std::string ServedNode::front() { return fmt::format("{}/{}", kNodeItself, engine_->node_boots()); }

std::string ServedNode::name_of(const std::string& id) {
  if (host_of(id) == kNodeItself) return engine_->scenario().model.node.name;
  const sim::Guest* guest = engine_->state().find_guest(std::stoll(host_of(id)));
  return guest == nullptr ? id : guest->name();
}

std::filesystem::path ServedNode::host_key_file(const std::string& id) {
  return key_file(host_of(id));
}

std::vector<std::string> ServedNode::authorized_keys(const std::string& id) {
  if (host_of(id) == kNodeItself) return {read_file(identity_file().string() + ".pub")};
  const sim::Guest* guest = engine_->state().find_guest(std::stoll(host_of(id)));
  if (guest == nullptr) return {};
  const auto keys = guest->files.find("/root/.ssh/authorized_keys");
  return keys == guest->files.end() ? std::vector<std::string>{} : sim::split(keys->second, '\n');
}

bool ServedNode::reads_input(const std::string& line) {
  const auto words = sim::command_words(line);
  return words && sim::reads_input(*words);
}

std::unique_ptr<ServedProcess> ServedNode::start(const std::string& id, const std::string& line,
                                                 std::string input) {
  auto words = sim::command_words(line);
  return std::make_unique<SimServedProcess>(
      engine_->start({.host = host_of(id),
                      .name = name_of(id),
                      .argv = words ? std::move(*words) : std::vector<std::string>{line},
                      .input = std::move(input),
                      .deadline = kNoDeadline,
                      .boots = boots_of(id)}));
}

std::string ServedNode::host_at(const std::string& address, int port) {
  if (port != 22) {
    throw ConnectionError(fmt::format("connect to {} port {}", address, port),
                          "connection refused");
  }
  return guest_id(engine_->guest_behind(address, "guest"));
}

std::vector<std::string> ServedNode::unknown_commands() const {
  return engine_->state().unknown_commands;
}

}  // namespace pve_accept
