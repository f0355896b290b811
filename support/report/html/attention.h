#pragma once

#include <vector>

#include "support/base/logged_command.h"
#include "support/record/record.h"
#include "support/report/html/element.h"
#include "support/report/html/trouble.h"

namespace pve_accept::html {

// What is false or could not be told, each with all that is known of it. `preview` has those about
// claims that do not count.
Element attention_section(const Record& record, const std::vector<Trouble>& troubles,
                          const std::vector<Trouble>& preview, const CommandLog& log);

}  // namespace pve_accept::html
