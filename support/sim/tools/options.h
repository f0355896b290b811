#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "support/sim/engine/call.h"

namespace pve_accept::sim {

// The words behind a tool's name, taken apart.
struct Arguments {
  std::map<std::string, std::string> options;     // a flag is "1"
  std::map<std::string, std::string> positional;  // by the names that Proxmox VE's usage gives them
  Words rest;                                     // what else is no option

  bool has(const std::string& option) const { return options.contains(option); }
  bool flag(const std::string& option) const { return get(option, "0") != "0"; }
  std::string get(const std::string& option, const std::string& otherwise = {}) const;
  // Throws Unsupported for what is no whole number.
  std::int64_t number(const std::string& option, std::int64_t otherwise) const;
  std::int64_t vmid() const;
  // Throws Unsupported when one is missing: without it the tool does something else.
  void require(std::initializer_list<const char*> names) const;
};

enum class Takes { kNothing, kValue, kOptionalValue };

struct FoundOption {
  std::string name;  // under which it is kept
  Takes takes;
};

// Reads options and their values; `find` knows an option by its name, dashes included. Behind "--",
// and with `stops` behind the first word that is none, there are no options. Returns what is wrong
// as Getopt::Long says it, a line each.
std::string read_options(
    const Words& words, bool stops,
    const std::function<std::optional<FoundOption>(const std::string& name)>& find,
    Arguments& arguments);

// The same for a tool that knows "-q" (a flag), "-o=" (with a value), "-o=json" (with just that
// value); a "+" stops at the first word that is no option. Throws Unsupported for all else.
Arguments read_options(const Words& words, std::initializer_list<std::string_view> known);

}  // namespace pve_accept::sim
