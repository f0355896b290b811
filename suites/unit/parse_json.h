#pragma once

#include <string_view>

#include "support/base/json.h"

namespace pve_accept {

// JSON that a test wrote, or that it saw written. Throws Json::parse_error.
Json parse_json(std::string_view text);

}  // namespace pve_accept
