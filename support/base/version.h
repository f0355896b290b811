#pragma once

#include <string_view>

namespace pve_accept {

// The order of versions of templates and kernels, as `sort -V` has it: numbers count as numbers, so
// 13.10-1 is above 13.6-2 and 13.6-2 above 13.6-1. It knows no epoch and no '~'.
bool version_less(std::string_view left, std::string_view right);

}  // namespace pve_accept
