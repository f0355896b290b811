#pragma once

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support/shell/ssh_loop.h"
#include "support/shell/ssh_shell.h"
#include "support/shell/ssh_socket.h"

namespace pve_accept {

class SshChannel;

// One connection, driven without ever blocking by the loop that it joins.
class SshSession final : public SshLoop::Member {
 public:
  SshSession(SshLoop& loop, std::string name, const SshTimings& timings);
  ~SshSession() override;
  SshSession(const SshSession&) = delete;
  SshSession& operator=(const SshSession&) = delete;

  ssh_session handle() const { return session_; }
  SshLoop& loop() const { return loop_; }
  const std::string& name() const { return name_; }  // what errors call the host

  // Exchanges keys over a connected socket, or over what libssh connects itself when that is not
  // valid (a ProxyCommand). The host key is not verified yet. Throws ConnectionError.
  void exchange_keys(FileDescriptor socket, Clock::Instant deadline);

  // Repeats a libssh call that does not block until it answers something else than `again`; empty
  // at the deadline.
  template <class Call>
  std::optional<int> repeat(Call call, int again, Clock::Instant deadline) {
    int answer = again;
    const auto answered = [&] { return broken() || (answer = call()) != again; };
    if (!loop_.wait_until(answered, deadline) || answer == again) return std::nullopt;
    return answer;
  }

  // The connection can be used no more, and why.
  bool broken() const;
  std::string failure() const;

  // Output that the socket has not taken yet.
  bool write_pending() const;

  void collect(SshLoop::Wait& wait) override;
  void receive() override;

 private:
  friend class SshChannel;

  void watch_silence(Clock::Instant now);

  SshLoop& loop_;
  std::string name_;
  SshTimings timings_;
  ssh_session session_;
  ssh_event event_;
  std::vector<SshChannel*> channels_;
  std::string failure_;
  bool established_ = false;  // keys were exchanged

  ssh_counter_struct socket_counter_{};
  ssh_counter_struct packet_counter_{};
  std::uint64_t bytes_seen_ = 0;   // by this turn's receive()
  std::uint64_t bytes_heard_ = 0;  // when silence began
  bool probed_ = false;            // asked for a sign of life
  Clock::Instant quiet_since_{};
  Clock::Instant probed_at_{};
  Clock::Instant listened_at_{};  // when the last turn ended
};

// A channel of a session; closed when the object goes. The session may go first.
class SshChannel {
 public:
  explicit SshChannel(SshSession& session);
  ~SshChannel();
  SshChannel(const SshChannel&) = delete;
  SshChannel& operator=(const SshChannel&) = delete;

  // Null once the session has gone.
  ssh_channel handle() const { return channel_; }
  SshSession* session() const { return session_; }

  // The callbacks must live as long as this object.
  void set_callbacks(ssh_channel_callbacks callbacks);

 private:
  friend class SshSession;

  void release();

  SshSession* session_;
  ssh_channel channel_;
  ssh_channel_callbacks callbacks_ = nullptr;
};

}  // namespace pve_accept
