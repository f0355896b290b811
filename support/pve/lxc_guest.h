#pragma once

#include "support/pve/guest.h"

namespace pve_accept {

// An unprivileged container.
class LxcGuest final : public Guest {
 public:
  using Guest::Guest;

  GuestKind kind() const override { return GuestKind::kLxc; }
  void create(const GuestSpec& spec) override;
  std::vector<std::string> differences_from(const GuestSpec& spec) override;
  std::vector<std::string> gaps_in_confinement(Shell& inside) override;
  std::optional<std::string> address() override;
  HostKeys host_keys() override;
  std::string disk_volume() override;

  // Gives the container, which has to be stopped, a new volume as mp0.
  void add_mount_point(const std::string& storage, int size_gib, const std::string& path);
  // Takes it away again, with its volume; a container that has none is fine.
  void remove_mount_point();

 private:
  std::optional<std::int64_t> find_process() override;
  std::vector<std::string> shutdown_arguments() const override;
  std::vector<std::string> restore_command(const std::string& archive) const override;
};

}  // namespace pve_accept
