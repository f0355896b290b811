#include "support/shell/ssh_tunnel.h"

#include <fmt/format.h>

#include "support/base/error.h"

namespace pve_accept {

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
  auto [near, far] = socket_pair();
  pipe_.emplace(channel_.handle(), std::move(near));
  return std::move(far);
}

void SshTunnel::collect(SshLoop::Wait& wait) {
  if (pipe_ && !way_lost()) pipe_->collect(wait);
}

void SshTunnel::advance() {
  if (!pipe_) return;
  if (way_lost()) {
    pipe_->close();  // the session at the far end finds itself disconnected
  } else {
    pipe_->advance();
  }
}

}  // namespace pve_accept
