#pragma once

#include <string>
#include <string_view>

#include "suites/unit/parse_json.h"
#include "support/base/json.h"
#include "support/shell/shell.h"

namespace pve_accept {

// What a real tool printed: the record of `command` in a file under suites/unit/recorded/. A record
// is the command after "$ ", its exit status, standard output and standard error, verbatim; the
// `occurrence`th one (from 0) when the command was recorded more than once.
// Throws std::runtime_error when there is no such record: a test never passes for want of one.
CommandResult recorded(const std::string& file, std::string_view command, int occurrence = 0);

// Its standard output as JSON.
inline Json recorded_json(const std::string& file, std::string_view command, int occurrence = 0) {
  return parse_json(recorded(file, command, occurrence).out);
}

}  // namespace pve_accept
