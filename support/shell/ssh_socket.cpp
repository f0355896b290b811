#include "support/shell/ssh_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "support/base/error.h"

namespace pve_accept {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Addresses resolve(const std::string& host, unsigned int port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int status = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (status != 0) {
    throw ConnectionError(HarnessError::Details{
        .attempted = fmt::format("connect to {} port {}", host, port),
        .problem = fmt::format("the name does not resolve: {}", ::gai_strerror(status)),
        .hint = "check the spelling, or add the host to ~/.ssh/config or /etc/hosts"});
  }
  return {found, &::freeaddrinfo};
}

void set_option(int descriptor, int level, int name, int value) {
  // A kernel or a socket without the option works all the same.
  (void)::setsockopt(descriptor, level, name, &value, sizeof value);
}

void tune(int descriptor) {
  set_option(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, 5);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, 3);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPCNT, 3);
  set_option(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, 14'000);
}

// 0, or the errno of the attempt; ETIMEDOUT when there was no answer within `wait`.
int try_connect(int descriptor, const addrinfo& address, Clock::Duration wait) {
  if (::connect(descriptor, address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd entry{.fd = descriptor, .events = POLLOUT, .revents = 0};
  const auto milliseconds = std::max<Clock::Duration::rep>(wait.count(), 0);
  if (::poll(&entry, 1, static_cast<int>(milliseconds)) <= 0) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

}  // namespace

void FileDescriptor::reset() {
  if (number_ >= 0) ::close(release());
}

FileDescriptor connect_tcp(const std::string& host, unsigned int port, Clock::Instant deadline) {
  const RealClock clock;
  const auto started = clock.now();
  const Addresses addresses = resolve(host, port);
  int left = 0;
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next)
    ++left;
  int error = 0;
  for (const addrinfo* address = addresses.get(); address != nullptr;
       address = address->ai_next, --left) {
    FileDescriptor socket(
        ::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.valid()) {
      error = errno;
      continue;
    }
    tune(socket.get());
    error = try_connect(socket.get(), *address, (deadline - clock.now()) / left);
    if (error == 0) return socket;
  }
  const bool silent = error == ETIMEDOUT;
  throw ConnectionError(HarnessError::Details{
      .attempted = fmt::format("connect to {} port {}", host, port),
      .problem = silent
                     ? fmt::format("no answer within {:.1f} s", to_seconds(clock.now() - started))
                     : std::strerror(error),
      .hint = silent ? "is the host up and reachable, and does a firewall let the "
                       "connection through?"
                     : "does sshd run there, on this port?"});
}

std::pair<FileDescriptor, FileDescriptor> socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) {
    throw HarnessError("make a socket pair", std::strerror(errno));
  }
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

void acknowledge_at_once(int descriptor) { set_option(descriptor, IPPROTO_TCP, TCP_QUICKACK, 1); }

void set_nonblocking(int descriptor) {
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

}  // namespace pve_accept
