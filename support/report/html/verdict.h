#pragma once

#include <string>
#include <vector>

#include "support/record/record.h"
#include "support/report/html/element.h"
#include "support/report/html/trouble.h"

namespace pve_accept::html {

// "2 claims are false on pve1, and 5 could not be told."
std::string verdict_sentence(const Record& record);

// The head of the page: the verdict in a sentence, what to do about it, and of which run it speaks.
// Of a simulation, its first line says so.
Element verdict_header(const Record& record, const std::vector<Trouble>& troubles);

}  // namespace pve_accept::html
