#include "support/shell/ssh_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <string_view>
#include <utility>

#include "support/base/text.h"

namespace pve_accept {
namespace {

constexpr std::size_t kInputChunk = 128UL << 10U;  // handed to libssh at once

// The signals that SSH has names for (RFC 4254 §6.10).
int signal_number(std::string_view name) {
  constexpr std::pair<std::string_view, int> kSignals[] = {
      {"ABRT", SIGABRT}, {"ALRM", SIGALRM}, {"FPE", SIGFPE},   {"HUP", SIGHUP},   {"ILL", SIGILL},
      {"INT", SIGINT},   {"KILL", SIGKILL}, {"PIPE", SIGPIPE}, {"QUIT", SIGQUIT}, {"SEGV", SIGSEGV},
      {"TERM", SIGTERM}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2}};
  for (const auto& [known, number] : kSignals) {
    if (known == name) return number;
  }
  return 0;
}

SshCommand& self(void* userdata) { return *static_cast<SshCommand*>(userdata); }

}  // namespace

SshCommand::SshCommand(std::string where, Command command, Lines lines)
    : where_(std::move(where)),
      command_(std::move(command)),
      line_(command_line(command_.argv)),
      keeps_lines_(lines),
      started_(RealClock().now()),
      input_(command_) {}

void SshCommand::open(SshSession& session) {
  channel_ = std::make_unique<SshChannel>(session);
  callbacks_.userdata = this;
  callbacks_.channel_data_function = on_data;
  callbacks_.channel_close_function = on_close;
  callbacks_.channel_exit_status_function = on_exit_status;
  callbacks_.channel_exit_signal_function = on_exit_signal;
  channel_->set_callbacks(&callbacks_);
  state_ = State::kOpening;
  advance();
}

void SshCommand::advance() {
  if (state_ == State::kOpening) advance_opening();
  if (state_ == State::kRunning) advance_running();
}

void SshCommand::advance_opening() {
  const int status = ssh_channel_open_session(channel_->handle());
  if (status == SSH_AGAIN || lost()) return;
  if (status != SSH_OK) {
    fail(fmt::format("the host opens no channel: {}", ssh_get_error(channel_->session()->handle())),
         "sshd's MaxSessions (10 unless configured) limits the commands of one connection");
    return;
  }
  state_ = State::kRunning;
}

void SshCommand::advance_running() {
  if (!accepted_) {
    // The answer is not waited for before input is sent: that saves a round trip.
    const std::string line = std::string(kSpeakEnglish) + line_;
    const int status = ssh_channel_request_exec(channel_->handle(), line.c_str());
    if (lost()) return;
    if (status == SSH_ERROR) {
      fail("the host refuses to run commands");
      return;
    }
    accepted_ = status == SSH_OK;
  }
  if (!closed_ && !input_closed_) {
    try {
      write_input();
    } catch (const HarnessError& error) {
      // What the command makes of half an input is nobody's answer.
      send_signal("TERM");
      set_failed(std::make_exception_ptr(
          HarnessError(error_details(error.what(), "leave the file alone while a run reads it"))));
      return;
    }
  }
  if (closed_ && !lost()) end();
}

void SshCommand::write_input() {
  ssh_channel_struct* const channel = channel_->handle();
  const SshSession& session = *channel_->session();
  for (std::string_view rest = input_.next(); !rest.empty(); rest = input_.next()) {
    // More waits until the socket has taken what libssh was given.
    const auto size =
        std::min<std::size_t>({rest.size(), kInputChunk, ssh_channel_window_size(channel)});
    if (size == 0 || session.write_pending()) return;
    const int sent = ssh_channel_write(channel, rest.data(), static_cast<std::uint32_t>(size));
    if (closed_) return;  // the command does not read all of its input
    if (sent <= 0) return;
    input_.take(static_cast<std::size_t>(sent));
  }
  input_closed_ = ssh_channel_send_eof(channel) != SSH_ERROR;
}

void SshCommand::end() {
  channel_.reset();
  ended_ = RealClock().now();
  lines_.finish(ended_);
  if (!exit_status_) {
    fail("the host closed the channel without an exit status");
    return;
  }
  state_ = State::kEnded;
}

void SshCommand::send_signal(const char* name) {
  // Before the host's answer has come, libssh cannot send a second request.
  if (state_ == State::kRunning && accepted_ && !lost()) {
    ssh_channel_request_send_signal(channel_->handle(), name);
  }
}

void SshCommand::cancel() {
  if (done()) return;
  exit_status_ = exit_status_.value_or(128 + SIGTERM);
  end();
}

void SshCommand::fail(std::string problem, std::string hint) {
  if (done()) return;
  set_failed(
      std::make_exception_ptr(ConnectionError(error_details(std::move(problem), std::move(hint)))));
}

void SshCommand::expire(std::string problem, std::string hint) {
  set_failed(
      std::make_exception_ptr(DeadlineError(error_details(std::move(problem), std::move(hint)))));
}

void SshCommand::set_failed(std::exception_ptr failure) {
  channel_.reset();
  ended_ = RealClock().now();
  lines_.finish(ended_);
  failure_ = std::move(failure);
  state_ = State::kFailed;
}

void SshCommand::rethrow_failure() const {
  if (state_ == State::kFailed) std::rethrow_exception(failure_);
}

CommandResult SshCommand::result() const {
  return {.exit_status = exit_status_.value_or(-1),
          .out = out_.text(),
          .err = err_.text(),
          .elapsed = ended_ - started_};
}

// The link tells when the whole connection is lost; that is not the command's own failure.
bool SshCommand::lost() const {
  return channel_->handle() == nullptr || channel_->session()->broken();
}

HarnessError::Details SshCommand::error_details(std::string problem, std::string hint) const {
  return {.attempted = "run a command",
          .where = where_,
          .command = line_,
          .output_tail = text::tail(err_.text()),
          .problem = std::move(problem),
          .hint = std::move(hint)};
}

// A callback runs inside of libssh: it only takes notes, and advance() acts on them.
int SshCommand::on_data(ssh_session, ssh_channel, void* data, std::uint32_t size, int is_stderr,
                        void* userdata) {
  SshCommand& command = self(userdata);
  const std::string_view bytes(static_cast<const char*>(data), size);
  (is_stderr != 0 ? command.err_ : command.out_).append(bytes);
  if (command.keeps_lines_ == Lines::kKept) {
    command.lines_.append(is_stderr != 0 ? OutputLine::Stream::kErr : OutputLine::Stream::kOut,
                          bytes, RealClock().now());
  }
  return static_cast<int>(size);
}

void SshCommand::on_close(ssh_session, ssh_channel, void* userdata) {
  self(userdata).closed_ = true;
}

void SshCommand::on_exit_status(ssh_session, ssh_channel, int status, void* userdata) {
  self(userdata).exit_status_ = status;
}

void SshCommand::on_exit_signal(ssh_session, ssh_channel, const char* signal, int /*core*/,
                                const char* /*message*/, const char* /*language*/, void* userdata) {
  self(userdata).exit_status_ = 128 + signal_number(signal);
}

}  // namespace pve_accept
