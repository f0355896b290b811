#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pve_accept::sim {

// Thrown by a tool that gives up: what it prints to standard error, and its exit status.
struct Refusal {
  int exit_status;
  std::string text;
};

// What Proxmox VE's schema says of an option's value.
enum class Kind { kString, kInteger, kNumber, kBoolean, kDnsName, kTags, kFile, kProperties };

struct Param {
  std::string_view name;  // "cores", or "net[n]" for net0, net1, …
  Kind kind = Kind::kString;
  std::int64_t minimum = 0;
  std::string_view allowed = {};   // one of these, separated by ", "; of kProperties: their keys
  std::string_view required = {};  // of kProperties: the key that must be there
};

struct Synopsis {
  std::string_view command;                       // "pct create"
  std::vector<std::string_view> positional = {};  // "vmid", "ostemplate"
  std::vector<Param> options = {};
  bool extra = false;  // takes arguments of any number: pct exec
  std::string_view usage_tail = " [OPTIONS]";
};

struct Arguments {
  std::map<std::string, std::string> positional;
  std::map<std::string, std::string> options;
  std::vector<std::string> extra;

  std::int64_t vmid() const;
  bool has(const std::string& option) const { return options.contains(option); }
  bool flag(const std::string& option) const;  // given and not 0
  std::string get(const std::string& option, const std::string& otherwise = {}) const;
  std::int64_t number(const std::string& option, std::int64_t otherwise) const;
};

// Reads `words` (behind the subcommand) as PVE's command line handler does, and says what it says
// when they do not fit. Throws Refusal.
Arguments parse_arguments(const Synopsis& synopsis, const std::vector<std::string>& words);

std::string usage(const Synopsis& synopsis);

// The refusal of a parameter by its value.
Refusal verification_failed(const Synopsis& synopsis, std::string_view name,
                            std::string_view problem, int exit_status = 2);

// "virtio=BC:24:…,bridge=vmbr0": the parts of a property string; a part without "=" has an empty
// key.
std::vector<std::pair<std::string, std::string>> properties(std::string_view text);
// The value of a key in it, empty when it is not there.
std::string property(std::string_view text, std::string_view key);

}  // namespace pve_accept::sim
