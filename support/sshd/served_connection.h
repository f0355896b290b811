#pragma once

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>

#include <memory>
#include <string>
#include <vector>

#include "support/shell/ssh_loop.h"
#include "support/shell/ssh_pipe.h"
#include "support/shell/ssh_socket.h"
#include "support/sshd/served_channel.h"
#include "support/sshd/served_hosts.h"

namespace pve_accept {

// One client's connection to a served host, driven without ever blocking by the loop that it joins.
class ServedConnection final : public SshLoop::Member {
 public:
  // `host` shows its key and decides who may log in.
  ServedConnection(SshLoop& loop, ServedHosts& hosts, std::string host, FileDescriptor socket);
  ~ServedConnection() override;
  ServedConnection(const ServedConnection&) = delete;
  ServedConnection& operator=(const ServedConnection&) = delete;

  bool ended() const { return ended_; }

  void collect(SshLoop::Wait& wait) override;
  void receive() override;
  void advance() override;

 private:
  static int on_auth(ssh_session, const char* user, ssh_key_struct* key, char state,
                     void* userdata);
  static ssh_channel on_open_session(ssh_session, void* userdata);
  static int on_message(ssh_session, ssh_message message, void* userdata);

  bool lets_in(const std::string& user, ssh_key_struct* key);
  bool forward(ssh_message message);
  void exchange_keys();
  void take_in_new();
  void advance_tunnels();

  // A client of a host behind this one: a channel here, a connection of its own there.
  struct Tunnel {
    ssh_channel channel;
    std::unique_ptr<SshPipe> pipe;
    std::unique_ptr<ServedConnection> connection;
  };

  SshLoop& loop_;
  ServedHosts& hosts_;
  std::string host_;
  ssh_session session_;
  ssh_event event_;
  ssh_server_callbacks_struct callbacks_{};
  bool keys_exchanged_ = false;
  bool ended_ = false;
  std::vector<std::unique_ptr<ServedChannel>> channels_;
  std::vector<Tunnel> tunnels_;
  // Opened meanwhile: any call of libssh may take in what has arrived, also while the lists above
  // are gone through.
  std::vector<std::unique_ptr<ServedChannel>> new_channels_;
  std::vector<Tunnel> new_tunnels_;
};

}  // namespace pve_accept
