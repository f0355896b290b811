#pragma once

#include <string>
#include <string_view>

namespace pve_accept {

// The text for an XML 1.0 attribute or element. What XML can not hold at all is shown instead:
// control characters as "\x1b", bytes that are no UTF-8 as U+FFFD.
std::string xml_escaped(std::string_view text);

}  // namespace pve_accept
