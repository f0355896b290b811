#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "support/shell/ssh_command.h"
#include "support/shell/ssh_session.h"
#include "support/shell/ssh_tunnel.h"

namespace pve_accept {

// A session that is logged in, and what it runs through.
struct SshConnection {
  std::unique_ptr<SshTunnel> tunnel = {};  // of a guest
  std::unique_ptr<SshSession> session;     // goes first
};

// A host over all connections that are made to it: connects when a command needs it, gives the
// commands their turns on its channels, and fails them when the connection is lost.
class SshLink final : public SshLoop::Member {
 public:
  using Connect = std::function<SshConnection()>;

  SshLink(std::shared_ptr<SshLoop> loop, std::string name, Connect connect);
  ~SshLink() override;
  SshLink(const SshLink&) = delete;
  SshLink& operator=(const SshLink&) = delete;

  const std::string& name() const { return name_; }
  SshLoop& loop() { return *loop_; }
  const std::shared_ptr<SshLoop>& shared_loop() const { return loop_; }

  // The session, connected anew when it was lost. Throws ConnectionError.
  SshSession& session();

  // Runs a command as soon as a channel is free.
  void submit(std::shared_ptr<SshCommand> command);

  // Tells a command to end and forgets it. Its process may outlive that: see connect_ssh().
  void cancel(SshCommand& command);

  void advance() override;

 private:
  void lose_connection();
  void start_queued();
  void settle();
  void flush();

  std::shared_ptr<SshLoop> loop_;
  std::string name_;
  Connect connect_;
  SshConnection connection_;
  std::deque<std::shared_ptr<SshCommand>> queue_;

  struct Running {
    std::shared_ptr<SshCommand> command;
    std::uint64_t closed_before;  // channels that were closed when it asked for its own
  };
  std::vector<Running> running_;
  std::uint64_t closed_ = 0;        // channels closed so far
  std::uint64_t closed_known_ = 0;  // of those, the ones that the host is known to have cleared
};

}  // namespace pve_accept
