#include "support/sshd/service.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "support/base/error.h"
#include "support/shell/ssh_loop.h"
#include "support/shell/ssh_socket.h"
#include "support/sshd/served_connection.h"

namespace pve_accept {
namespace {

// How late a signal that comes just before a wait may be noticed.
constexpr Clock::Duration kTurn = std::chrono::milliseconds(500);

HarnessError cannot_listen(int port, const char* problem) {
  return HarnessError(HarnessError::Details{
      .attempted = fmt::format("listen on 127.0.0.1 port {}", port),
      .problem = problem,
      .hint =
          "another program may have the port: choose another with --port, or a free one with 0"});
}

FileDescriptor listen_on(int port) {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) throw cannot_listen(port, std::strerror(errno));
  const int yes = 1;
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket.get(), 64) != 0) {
    throw cannot_listen(port, std::strerror(errno));
  }
  return socket;
}

}  // namespace

// Takes in new connections and lets go of those that have ended.
class Listener final : public SshLoop::Member {
 public:
  Listener(SshLoop& loop, ServedHosts& hosts, FileDescriptor socket)
      : loop_(loop), hosts_(hosts), socket_(std::move(socket)) {
    loop_.add(this);
  }
  ~Listener() override { loop_.remove(this); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  int port() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  }

  void collect(SshLoop::Wait& wait) override {
    wait.descriptors.push_back({.fd = socket_.get(), .events = POLLIN, .revents = 0});
  }

  void receive() override {
    while (true) {
      FileDescriptor client(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!client.valid()) return;
      const int yes = 1;
      (void)::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      connections_.push_back(
          std::make_unique<ServedConnection>(loop_, hosts_, hosts_.front(), std::move(client)));
      loop_.mark_busy();  // it has joined the loop after this turn had begun
    }
  }

  void advance() override {
    std::erase_if(connections_, [](const auto& connection) { return connection->ended(); });
  }

 private:
  SshLoop& loop_;
  ServedHosts& hosts_;
  FileDescriptor socket_;
  std::vector<std::unique_ptr<ServedConnection>> connections_;
};

SshService::SshService(ServedHosts& hosts, int port)
    : loop_(std::make_unique<SshLoop>()),
      listener_(std::make_unique<Listener>(*loop_, hosts, listen_on(port))) {}

SshService::~SshService() = default;

int SshService::port() const { return listener_->port(); }

void SshService::serve_until(const volatile std::sig_atomic_t& stop) {
  while (stop == 0) loop_->turn(kTurn);
}

}  // namespace pve_accept
