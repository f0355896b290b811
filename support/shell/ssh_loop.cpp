#include "support/shell/ssh_loop.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "support/base/contains.h"

namespace pve_accept {
void SshLoop::add(Member* member) { members_.push_back(member); }

void SshLoop::remove(Member* member) { std::erase(members_, member); }

// A member may go while another one acts.
template <class Action>
void SshLoop::for_each(Action action) {
  const std::vector<Member*> members = members_;
  for (Member* member : members) {
    if (contains(members_, member)) action(*member);
  }
}

void SshLoop::turn(Clock::Duration duration) {
  const auto now = RealClock().now();
  Wait wait{.descriptors = {}, .until = now + duration};
  for_each([&](Member& member) { member.collect(wait); });
  if (std::exchange(busy_, false)) wait.until = now;
  const auto milliseconds = std::clamp<Clock::Duration::rep>((wait.until - now).count(), 0,
                                                             std::numeric_limits<int>::max());
  ::poll(wait.descriptors.data(), wait.descriptors.size(), static_cast<int>(milliseconds));
  for_each([](Member& member) { member.receive(); });
  for_each([](Member& member) { member.advance(); });
}

bool SshLoop::wait_until(const std::function<bool()>& condition, Clock::Instant deadline) {
  while (!condition()) {
    const auto now = RealClock().now();
    if (now >= deadline) return false;
    turn(deadline - now);
  }
  return true;
}

}  // namespace pve_accept
