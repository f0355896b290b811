#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Values of options by the types that replies/TOOL.txt gives them: "boolean", "integer 1 8192",
// "enum a, b", "pattern REGEX", "keys !name [model]:virtio|e1000 mtu:integer" and so on.
namespace pve_accept::sim {

bool all_digits(std::string_view text);

// What is wrong with the value of an option, in the words of PVE's schema; empty when it is fine.
std::string check_option(const std::string& type, const std::string& rest, const std::string& name,
                         const std::string& value);
std::string check_vmid(const std::string& value);

// PVE takes yes, on and true for 1, and no, off and false for 0.
std::string canonical_boolean(const std::string& value);

// "virtio=BC:24:…,bridge=vmbr0": the parts of a property string; a part without "=" has an empty
// key.
std::vector<std::pair<std::string, std::string>> properties(std::string_view text);
// The value of a key in it, empty when it is not there.
std::string property(std::string_view text, std::string_view key);

}  // namespace pve_accept::sim
