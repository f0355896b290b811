#pragma once

#include <optional>

#include "support/pve/guest.h"
#include "support/pve/serial_console.h"

namespace pve_accept {

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
  std::string cgroup_dir() const override;
  std::string disk_volume() override;

 private:
  void watch_boot() override;
  std::vector<std::string> keys_on_console();
  std::vector<std::string> shutdown_arguments() const override;

  std::optional<SerialConsole> console_;  // of the boot that start() began
};

}  // namespace pve_accept
