#pragma once

#include <libssh/libssh.h>

#include <string>

#include "support/shell/ssh_loop.h"
#include "support/shell/ssh_socket.h"

namespace pve_accept {

// Carries bytes between a channel and a socket, both ways and without ever blocking, until either
// has ended. Its owner gives it turns, and only while the channel's session is alive.
class SshPipe {
 public:
  SshPipe(ssh_channel channel, FileDescriptor socket)
      : channel_(channel), socket_(std::move(socket)) {}

  bool open() const { return socket_.valid(); }
  void collect(SshLoop::Wait& wait) const;
  void advance();
  void close() { socket_.reset(); }

 private:
  void to_socket();
  void to_channel();
  bool channel_takes_bytes() const;

  ssh_channel channel_;
  FileDescriptor socket_;
  std::string to_socket_;   // read from the channel, not yet taken by the socket
  std::string to_channel_;  // read from the socket, not yet taken by the channel
};

}  // namespace pve_accept
