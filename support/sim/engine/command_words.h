#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pve_accept::sim {

// The words of a command line as a POSIX shell splits it: blanks, single and double quotes,
// backslashes. Empty when the line is anything but one simple command without expansions.
std::optional<std::vector<std::string>> command_words(std::string_view line);

}  // namespace pve_accept::sim
