#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>

#include "support/shell/command_input.h"
#include "support/shell/ssh_output.h"
#include "support/shell/ssh_session.h"

namespace pve_accept {

// A command on a channel of its own, from its turn in the queue to its end. The link that it
// belongs to moves it on; libssh's callbacks bring what it prints.
class SshCommand {
 public:
  enum class Lines { kKept, kDropped };  // whether it is read line by line while it runs

  // Throws InputError for an input file that cannot be read.
  SshCommand(std::string where, Command command, Lines lines);

  bool queued() const { return state_ == State::kQueued; }
  bool opening() const { return state_ == State::kOpening; }
  bool done() const { return state_ == State::kEnded || state_ == State::kFailed; }

  // Asks the host for a channel; advance() does the rest as the answers come.
  void open(SshSession& session);
  void advance();

  // Sends a signal to the running command: "TERM", "KILL".
  void send_signal(const char* name);

  // Ends it here: closes the channel. Its result is what came so far, and that signal as status.
  void cancel();

  // Ends it with a ConnectionError, unless it has ended.
  void fail(std::string problem, std::string hint = {});

  // Ends it with a DeadlineError, even when it has ended: it did so too late.
  void expire(std::string problem, std::string hint = {});

  bool failed() const { return state_ == State::kFailed; }
  void rethrow_failure() const;
  ArrivedLines& lines() { return lines_; }
  CommandResult result() const;

  Clock::Instant deadline() const { return started_ + command_.deadline; }
  Clock::Duration allowed() const { return command_.deadline; }

 private:
  enum class State { kQueued, kOpening, kRunning, kEnded, kFailed };

  static int on_data(ssh_session, ssh_channel, void* data, std::uint32_t size, int is_stderr,
                     void* userdata);
  static void on_close(ssh_session, ssh_channel, void* userdata);
  static void on_exit_status(ssh_session, ssh_channel, int status, void* userdata);
  static void on_exit_signal(ssh_session, ssh_channel, const char* signal, int core,
                             const char* message, const char* language, void* userdata);

  void advance_opening();
  void advance_running();
  void write_input();
  void end();
  void set_failed(std::exception_ptr failure);
  bool lost() const;
  HarnessError::Details error_details(std::string problem, std::string hint) const;

  std::string where_;
  Command command_;
  std::string line_;
  Lines keeps_lines_;
  State state_ = State::kQueued;
  Clock::Instant started_;
  Clock::Instant ended_{};
  BoundedOutput out_;
  BoundedOutput err_;
  ArrivedLines lines_;
  CommandInput input_;
  bool input_closed_ = false;
  bool accepted_ = false;  // the host has confirmed that it runs the command
  bool closed_ = false;    // the host has closed the channel
  std::optional<int> exit_status_;
  std::exception_ptr failure_;
  ssh_channel_callbacks_struct callbacks_{};
  std::unique_ptr<SshChannel> channel_;  // goes before the callbacks
};

}  // namespace pve_accept
