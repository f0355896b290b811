#pragma once

#include <string>

#include "support/shell/shell.h"

namespace pve_accept {

// Status of a GET from that host; 0 when nothing answered. Throws HarnessError when curl could not
// even try, and when it was not nginx that had the page.
int http_status(Shell& shell, const std::string& url);

}  // namespace pve_accept
