#include "support/shell/ssh_pipe.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace pve_accept {
namespace {

constexpr std::size_t kChunk = 64UL << 10U;

}  // namespace

void SshPipe::collect(SshLoop::Wait& wait) const {
  if (!open()) return;
  short events = to_socket_.empty() ? 0 : POLLOUT;
  if (channel_takes_bytes()) events |= POLLIN;
  if (events == 0) return;
  wait.descriptors.push_back({.fd = socket_.get(), .events = events, .revents = 0});
}

void SshPipe::advance() {
  if (open()) to_channel();
  if (open()) to_socket();
}

bool SshPipe::channel_takes_bytes() const {
  const bool pending = (ssh_get_status(ssh_channel_get_session(channel_)) & SSH_WRITE_PENDING) != 0;
  return ssh_channel_window_size(channel_) > 0 && !pending;
}

void SshPipe::to_socket() {
  std::array<char, kChunk> buffer;
  while (true) {
    if (to_socket_.empty()) {
      const int count = ssh_channel_read_nonblocking(channel_, buffer.data(),
                                                     static_cast<std::uint32_t>(kChunk), 0);
      if (count == SSH_EOF || count == SSH_ERROR) close();
      if (count <= 0) return;
      to_socket_.assign(buffer.data(), static_cast<std::size_t>(count));
    }
    const ssize_t sent = ::send(socket_.get(), to_socket_.data(), to_socket_.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno != EAGAIN && errno != EINTR) close();
      return;
    }
    to_socket_.erase(0, static_cast<std::size_t>(sent));
  }
}

void SshPipe::to_channel() {
  std::array<char, kChunk> buffer;
  while (channel_takes_bytes()) {
    if (to_channel_.empty()) {
      const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) close();
      if (count <= 0) return;
      to_channel_.assign(buffer.data(), static_cast<std::size_t>(count));
    }
    const std::size_t size =
        std::min<std::size_t>(to_channel_.size(), ssh_channel_window_size(channel_));
    const int sent =
        ssh_channel_write(channel_, to_channel_.data(), static_cast<std::uint32_t>(size));
    if (sent < 0) close();
    if (sent <= 0) return;
    to_channel_.erase(0, static_cast<std::size_t>(sent));
  }
}

}  // namespace pve_accept
