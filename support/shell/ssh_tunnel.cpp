#include "support/shell/ssh_tunnel.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "support/base/error.h"

namespace pve_accept {
namespace {

constexpr std::size_t kChunk = 64UL << 10U;

}  // namespace

SshTunnel::SshTunnel(SshSession& through, const std::string& host, unsigned int port)
    : loop_(through.loop()),
      through_(through),
      host_(host),
      port_(port),
      name_(through.name()),
      channel_(through) {
  loop_.add(this);
}

SshTunnel::~SshTunnel() { loop_.remove(this); }

FileDescriptor SshTunnel::open(Clock::Instant deadline) {
  const auto started = RealClock().now();
  int status = SSH_AGAIN;
  const bool answered = loop_.wait_until(
      [&] {
        if (way_lost()) return true;
        // The source address is only for the log of the host's sshd.
        status = ssh_channel_open_forward(channel_.handle(), host_.c_str(), static_cast<int>(port_),
                                          "127.0.0.1", 0);
        return status != SSH_AGAIN;
      },
      deadline);
  if (status != SSH_OK) {
    std::string problem = fmt::format("the connection to {} was lost", name_);
    if (!answered) {
      problem = fmt::format("no answer within {:.1f} s", to_seconds(RealClock().now() - started));
    } else if (!way_lost()) {
      problem = ssh_get_error(through_.handle());
    }
    throw ConnectionError(HarnessError::Details{
        .attempted = fmt::format("connect from {} to {} port {}", name_, host_, port_),
        .problem = std::move(problem)});
  }
  open_ = true;
  auto [near, far] = socket_pair();
  near_ = std::move(near);
  return std::move(far);
}

void SshTunnel::collect(SshLoop::Wait& wait) {
  if (!usable()) return;
  short events = to_socket_.empty() ? 0 : POLLOUT;
  if (channel_takes_bytes()) events |= POLLIN;
  if (events == 0) return;
  wait.descriptors.push_back({.fd = near_.get(), .events = events, .revents = 0});
}

void SshTunnel::advance() {
  if (!open_) return;
  if (usable()) to_channel();
  if (usable()) to_socket();
  if (!usable()) near_.reset();  // the session at the far end finds itself disconnected
}

bool SshTunnel::usable() const { return near_.valid() && !way_lost(); }

bool SshTunnel::channel_takes_bytes() const {
  return ssh_channel_window_size(channel_.handle()) > 0 && !through_.write_pending();
}

void SshTunnel::to_socket() {
  std::array<char, kChunk> buffer;
  while (true) {
    if (to_socket_.empty()) {
      const int count = ssh_channel_read_nonblocking(channel_.handle(), buffer.data(),
                                                     static_cast<std::uint32_t>(kChunk), 0);
      if (count == SSH_EOF || count == SSH_ERROR) near_.reset();
      if (count <= 0) return;
      to_socket_.assign(buffer.data(), static_cast<std::size_t>(count));
    }
    const ssize_t sent = ::send(near_.get(), to_socket_.data(), to_socket_.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno != EAGAIN && errno != EINTR) near_.reset();
      return;
    }
    to_socket_.erase(0, static_cast<std::size_t>(sent));
  }
}

void SshTunnel::to_channel() {
  std::array<char, kChunk> buffer;
  while (channel_takes_bytes()) {
    if (to_channel_.empty()) {
      const ssize_t count = ::recv(near_.get(), buffer.data(), buffer.size(), 0);
      if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) near_.reset();
      if (count <= 0) return;
      to_channel_.assign(buffer.data(), static_cast<std::size_t>(count));
    }
    const std::size_t size =
        std::min<std::size_t>(to_channel_.size(), ssh_channel_window_size(channel_.handle()));
    const int sent =
        ssh_channel_write(channel_.handle(), to_channel_.data(), static_cast<std::uint32_t>(size));
    if (sent < 0) near_.reset();
    if (sent <= 0) return;
    to_channel_.erase(0, static_cast<std::size_t>(sent));
  }
}

}  // namespace pve_accept
