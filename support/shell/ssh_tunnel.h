#pragma once

#include <optional>
#include <string>

#include "support/shell/ssh_pipe.h"
#include "support/shell/ssh_session.h"

namespace pve_accept {

// A TCP connection that a host makes for us (a direct-tcpip channel of its session), as a socket:
// another session runs over its far end. The loop moves the bytes.
class SshTunnel final : public SshLoop::Member {
 public:
  SshTunnel(SshSession& through, const std::string& host, unsigned int port);
  ~SshTunnel() override;
  SshTunnel(const SshTunnel&) = delete;
  SshTunnel& operator=(const SshTunnel&) = delete;

  // Throws ConnectionError when the host cannot connect, or not by the deadline.
  FileDescriptor open(Clock::Instant deadline);

  // The host that it runs through is lost.
  bool way_lost() const { return channel_.handle() == nullptr || through_.broken(); }

  void collect(SshLoop::Wait& wait) override;
  void advance() override;

 private:
  SshLoop& loop_;
  SshSession& through_;  // valid only while the channel has a handle
  std::string host_;
  unsigned int port_;
  std::string name_;
  SshChannel channel_;
  std::optional<SshPipe> pipe_;  // once it is open
};

}  // namespace pve_accept
