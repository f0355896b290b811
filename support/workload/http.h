#pragma once

#include <string>

#include "support/shell/shell.h"

namespace pve_accept {

// Status of a GET from that host; 0 when nothing answered. Throws HarnessError when curl could not
// even try.
int http_status(Shell& shell, const std::string& url);

}  // namespace pve_accept
