#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "support/shell/shell.h"

namespace pve_accept {

// What the node saw of a transfer to one of its guests, and of the one back.
struct BulkTransfer {
  struct Way {
    std::int64_t bytes = 0;
    double seconds = 0;
    double longest_gap_s = 0;  // in which not a byte moved

    double mib_per_s() const;
  };

  Way to_guest, from_guest;

  double longest_gap_s() const {
    return std::max(to_guest.longest_gap_s, from_guest.longest_gap_s);
  }
};

inline constexpr std::int64_t kBulkBytes = std::int64_t{256} << 20;

// The line that the script prints on the node. Throws HarnessError for what is none, and for what
// cannot be: more than was to be sent, a gap longer than the transfer, faster than memory.
BulkTransfer parse_bulk_transfer(std::string_view line);

// Sends kBulkBytes from the node to the guest and back, `script` (fixtures/assets/bulk.pl) on both
// sides: past Docker, to the address at which the node reaches the guest. Where nothing moves for
// 20 s, what was seen until then. Throws HarnessError when a side could not be started, does not
// reach the other, or has lost it.
BulkTransfer transfer_bulk(Shell& node, Shell& guest, const std::string& address,
                           const std::string& script);

}  // namespace pve_accept
