#pragma once

#include <optional>

#include "support/pve/guest.h"
#include "support/pve/serial_console.h"

namespace pve_accept {

// When a VM's agent is asked while it boots: each question is a program of PVE's that loads for a
// second, on a node that is busy with the boot, and a cloud image carries no agent. So not before
// other ways had their time, and then seldom.
class AgentTimes {
 public:
  void boots(Clock::Instant now) { next_ = now + std::chrono::seconds(60); }
  bool is_due(Clock::Instant now) {
    if (now < next_) return false;
    next_ = now + std::chrono::seconds(30);
    return true;
  }

 private:
  Clock::Instant next_ = Clock::Instant::min();  // at once where nobody saw it boot
};

// A KVM virtual machine from a cloud image.
class VmGuest final : public Guest {
 public:
  using Guest::Guest;

  GuestKind kind() const override { return GuestKind::kVm; }
  void create(const GuestSpec& spec) override;
  std::vector<std::string> differences_from(const GuestSpec& spec) override;
  std::vector<std::string> gaps_in_confinement(Shell& inside) override;
  std::optional<std::string> address() override;
  HostKeys host_keys() override;
  std::string disk_volume() override;

 private:
  std::optional<std::int64_t> find_process() override;
  void watch_boot() override;
  void open_console();
  std::vector<std::string> keys_on_console();
  std::vector<std::string> shutdown_arguments() const override;
  std::vector<std::string> restore_command(const std::string& archive) const override;

  std::optional<SerialConsole> console_;  // of the boot that start() began
  AgentTimes agent_for_keys_, agent_for_address_;
};

}  // namespace pve_accept
