#pragma once

#include <algorithm>
#include <concepts>
#include <functional>
#include <ranges>
#include <string_view>

// What is in a range or a map, and what stands there.
namespace pve_accept {

// Whether an element, or with a projection that member of one, equals the value. (Of a text in a
// text says that text::contains().)
template <std::ranges::input_range Range, typename Value, typename Projection = std::identity>
requires(!std::convertible_to<const Range&, std::string_view>) bool contains(
    const Range& range, const Value& value, Projection projection = {}) {
  return std::ranges::find(range, value, projection) != std::ranges::end(range);
}

// The first such element; nullptr when there is none.
template <std::ranges::forward_range Range, typename Value, typename Projection = std::identity>
auto* find_in(Range& range, const Value& value, Projection projection = {}) {
  const auto found = std::ranges::find(range, value, projection);
  return found == std::ranges::end(range) ? nullptr : &*found;
}

// What a map has under the key; without one, `otherwise`.
template <typename Map, typename Key>
typename Map::mapped_type value_or(const Map& map, const Key& key,
                                   const typename Map::mapped_type& otherwise = {}) {
  const auto found = map.find(key);
  return found == map.end() ? otherwise : found->second;
}

}  // namespace pve_accept
