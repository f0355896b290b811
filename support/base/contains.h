#pragma once

#include <algorithm>
#include <ranges>

namespace pve_accept {

template <std::ranges::input_range Range, typename Value>
bool contains(const Range& range, const Value& value) {
  return std::ranges::find(range, value) != std::ranges::end(range);
}

}  // namespace pve_accept
