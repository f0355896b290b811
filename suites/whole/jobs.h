#pragma once

#include <functional>

namespace pve_accept {

// Does `work(i)` for i from 0 to count - 1, each in a process of its own, a few at once, and then
// `collect(i)` in this one, in the order in which they end.
void in_processes(std::size_t count, int at_once, const std::function<void(std::size_t)>& work,
                  const std::function<void(std::size_t)>& collect);

}  // namespace pve_accept
