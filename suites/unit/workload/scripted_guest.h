#pragma once

#include <string>

#include "suites/unit/mock_host.h"
#include "suites/unit/recorded.h"

namespace pve_accept {

// A record of a command that ran inside a container of a real node.
inline CommandResult in_guest(const std::string& command, int occurrence = 0) {
  return recorded("docker-in-lxc.txt", "in-guest '" + command + "'", occurrence);
}

struct MockGuest : MockHost {
  MockGuest() : MockHost("lxc") {}
};

}  // namespace pve_accept
