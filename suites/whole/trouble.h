#pragma once

#include <string>
#include <vector>

#include "suites/whole/runs.h"

namespace pve_accept {

// Runs whose disk fills up: it has room for the beginning of a run, and for `stride` pages of 4 KiB
// more each time, until there is room for all of it. Wherever that is: nothing is left on the node,
// nothing is false, and the run says that it could not write.
std::vector<WholeRun> runs_out_of_space(int stride);

// What can happen to one command of a run: "drop", "hang", "fail", "empty", "garbage".
std::vector<std::string> kinds_of_trouble();

// A run for each command that a healthy run sends, or each `stride`th of them, with that command in
// this trouble. Whatever it is: every case is on record, and the run tears itself down or leaves
// what a sweep finds; nobody else's guest changes. No claim is false because a connection was.
std::vector<WholeRun> runs_in_trouble(const std::string& kind, int stride);

}  // namespace pve_accept
