#pragma once

#include <csignal>
#include <memory>

#include "support/sshd/served_hosts.h"

namespace pve_accept {

class SshLoop;
class Listener;

// Shows hosts to SSH clients on a loopback port, as sshd would: commands, with or without a
// terminal, and forwarding to the hosts behind (`ssh -J`, direct-tcpip). Only keys log in. One
// thread serves all connections.
class SshService {
 public:
  // Listens on 127.0.0.1; port 0 takes a free one. The hosts must outlive the service. Throws
  // HarnessError when the port cannot be had.
  SshService(ServedHosts& hosts, int port);
  ~SshService();
  SshService(const SshService&) = delete;
  SshService& operator=(const SshService&) = delete;

  int port() const;

  // Serves until `stop` is set, by a signal handler for example.
  void serve_until(const volatile std::sig_atomic_t& stop);

 private:
  std::unique_ptr<SshLoop> loop_;
  std::unique_ptr<Listener> listener_;
};

}  // namespace pve_accept
