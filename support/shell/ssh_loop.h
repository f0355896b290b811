#pragma once

#include <poll.h>

#include <functional>
#include <vector>

#include "support/shell/clock.h"

namespace pve_accept {

// Waits for all connections of a run at once: the node's, the guests' and the tunnels between them.
// A libssh session belongs to one thread, and a guest's session runs through a channel of the
// node's. One loop in the caller's thread drives them all: whoever waits for one host also serves
// the others, so a line is noticed when it arrives, and no second connection to the node is needed.
class SshLoop {
 public:
  // A member reads from a connection at most so often in a turn: libssh takes in a few KiB at a
  // time, and the others want their turn.
  static constexpr int kReadsPerTurn = 64;

  // What a turn waits for.
  struct Wait {
    std::vector<pollfd> descriptors;
    Clock::Instant until;
  };

  class Member {
   public:
    virtual ~Member() = default;
    virtual void collect(Wait& /*wait*/) {}  // adds what it waits for
    virtual void receive() {}                // takes in what has arrived
    virtual void advance() {}                // acts on it; may end the member
  };

  void add(Member* member);
  void remove(Member* member);

  // Waits at most `duration` for something to happen, and deals with it.
  void turn(Clock::Duration duration);

  // Takes turns until `condition` holds; false when it does not at `deadline`.
  bool wait_until(const std::function<bool()>& condition, Clock::Instant deadline);

  // There is work that no descriptor will announce: the next turn does not wait.
  void mark_busy() { busy_ = true; }

 private:
  template <class Action>
  void for_each(Action action);

  std::vector<Member*> members_;
  bool busy_ = false;
};

}  // namespace pve_accept
