#pragma once

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include <memory>
#include <optional>
#include <string>

#include "support/shell/ssh_loop.h"
#include "support/sshd/served_hosts.h"
#include "support/sshd/terminal_line.h"

namespace pve_accept {

// A session channel of a served connection: one command, or a shell that runs one line after the
// other. Its connection gives it turns.
class ServedChannel {
 public:
  ServedChannel(ServedHosts& hosts, const std::string& host, ssh_session session);
  ~ServedChannel();
  ServedChannel(const ServedChannel&) = delete;
  ServedChannel& operator=(const ServedChannel&) = delete;

  ssh_channel handle() const { return channel_; }

  // Leaves the channel, not closed, to its session.
  ssh_channel abandon();

  void collect(SshLoop::Wait& wait) const;
  void advance();  // throws ConnectionError when the host is cut off
  bool closed() const { return closed_; }

 private:
  static int on_exec(ssh_session, ssh_channel, const char* line, void* userdata);
  static int on_shell(ssh_session, ssh_channel, void* userdata);
  static int on_pty(ssh_session, ssh_channel, const char* term, int columns, int rows, int px,
                    int py, void* userdata);
  static int on_env(ssh_session, ssh_channel, const char* name, const char* value, void* userdata);
  static int on_data(ssh_session, ssh_channel, void* data, std::uint32_t size, int is_stderr,
                     void* userdata);
  static void on_eof(ssh_session, ssh_channel, void* userdata);
  static void on_close(ssh_session, ssh_channel, void* userdata);
  static void on_signal(ssh_session, ssh_channel, const char* signal, void* userdata);

  bool shell() const { return terminal_.has_value(); }
  bool shell_has_more() const;
  void start_when_ready();
  void read_terminal();
  void run(const std::string& line, std::string input);
  void relay();
  void command_ended(int exit_status);
  void print(std::string_view text, bool is_stderr = false);
  bool flush();
  void end(int exit_status);

  ServedHosts& hosts_;
  std::string host_;
  ssh_channel channel_;
  ssh_channel_callbacks_struct callbacks_{};

  std::optional<std::string> line_;       // to be run
  std::optional<TerminalLine> terminal_;  // of a shell
  bool has_pty_ = false;
  std::string input_;
  bool input_ended_ = false;
  std::unique_ptr<ServedProcess> process_;
  std::string out_, err_;  // not sent yet
  std::optional<int> exit_status_;
  std::string signal_;  // that ended the command
  bool closed_ = false;
};

}  // namespace pve_accept
