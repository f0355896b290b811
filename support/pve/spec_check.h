#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/base/json.h"
#include "support/pve/guest_spec.h"

namespace pve_accept {

// Compares a guest's configuration with what was asked for and collects the differences:
// "cores: 1 instead of 2".
class SpecCheck {
 public:
  explicit SpecCheck(const Json& config) : config_(config) {}

  void equal(std::string_view what, const std::string& found, const std::string& wanted);
  void key(const std::string& key, const std::string& wanted) { equal(key, text(key), wanted); }
  void disk(const std::string& key, const GuestSpec& spec);  // storage and size
  void bridge(const GuestSpec& spec);

  std::string text(const std::string& key) const;
  const std::vector<std::string>& differences() const { return differences_; }

 private:
  const Json& config_;
  std::vector<std::string> differences_;
};

// True when the configuration bears the description of the specification, so that the guest is the
// one that was just made.
bool bears_description(const Json& config, const GuestSpec& spec);

// The volume id under a key: "local-lvm:vm-9001-disk-0". Throws HarnessError when there is none.
std::string volume_at(const Json& config, const std::string& key);

}  // namespace pve_accept
