#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "support/shell/shell.h"

namespace pve_accept {

// What `pveperf PATH` found out about the machine in some seconds: how often it flushes a file to
// the disk under PATH and how often it searches a text, each a second. Empty for what it did not
// come to: it ends at the first disk that it cannot read.
struct MachineRates {
  std::optional<double> fsyncs_per_s = {}, regex_per_s = {};
};

// Throws HarnessError for a rate that is no number above 0.
MachineRates parse_pveperf(std::string_view text);

struct Canary {
  MachineRates rates = {};
  std::string trouble = {};  // why a rate is missing
};

// Runs it. It drops the node's file cache and reads from the disk: nothing else should run, and the
// node has to settle afterwards. Empty where the node has no such tool.
std::optional<Canary> ask_canary(Shell& node, const std::string& path);

}  // namespace pve_accept
