#pragma once

#include <compare>
#include <string_view>

namespace pve_accept {

// The order of two versions of a Debian package, by Debian Policy §5.6.12 (deb-version(7)): epoch,
// upstream version, revision; digits by their value, letters before other characters, "~" before
// everything, even the end. Total: of a text that is no version, digits and the rest are compared
// likewise. Versions of an upstream ("29.5.3") are in the same order.
std::strong_ordering compare_debian_versions(std::string_view left, std::string_view right);

}  // namespace pve_accept
