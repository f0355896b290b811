#include "support/sshd/served_channel.h"

#include <fmt/format.h>
#include <libssh/server.h>

#include <algorithm>
#include <new>
#include <utility>

#include "support/shell/shell.h"

namespace pve_accept {
namespace {

constexpr std::string_view kWelcome =
    "A simulated Proxmox VE node: what it prints comes from a model. `exit` leaves.\r\n";

ServedChannel& channel_of(void* userdata) { return *static_cast<ServedChannel*>(userdata); }

// A terminal begins a new line only where it is told to.
std::string for_terminal(std::string_view text) {
  std::string shown;
  for (const char c : text) shown += c == '\n' ? "\r\n" : std::string(1, c);
  return shown;
}

}  // namespace

ServedChannel::ServedChannel(ServedHosts& hosts, const std::string& host, ssh_session session)
    : hosts_(hosts), host_(host), channel_(ssh_channel_new(session)) {
  if (channel_ == nullptr) throw std::bad_alloc();
  callbacks_.userdata = this;
  callbacks_.channel_exec_request_function = on_exec;
  callbacks_.channel_shell_request_function = on_shell;
  callbacks_.channel_pty_request_function = on_pty;
  callbacks_.channel_env_request_function = on_env;
  callbacks_.channel_data_function = on_data;
  callbacks_.channel_eof_function = on_eof;
  callbacks_.channel_close_function = on_close;
  callbacks_.channel_signal_function = on_signal;
  ssh_callbacks_init(&callbacks_);
  ssh_set_channel_callbacks(channel_, &callbacks_);
}

ServedChannel::~ServedChannel() {
  if (ssh_channel channel = abandon()) ssh_channel_free(channel);
}

// libssh keeps a channel until both sides have closed it: it must not call us meanwhile.
ssh_channel ServedChannel::abandon() {
  if (channel_ != nullptr) ssh_remove_channel_callbacks(channel_, &callbacks_);
  return std::exchange(channel_, nullptr);
}

int ServedChannel::on_exec(ssh_session, ssh_channel, const char* line, void* userdata) {
  std::string_view text = line;
  if (text.starts_with(kSpeakEnglish)) text.remove_prefix(kSpeakEnglish.size());
  channel_of(userdata).line_ = text;
  return SSH_OK;
}

int ServedChannel::on_shell(ssh_session, ssh_channel, void* userdata) {
  ServedChannel& channel = channel_of(userdata);
  channel.terminal_.emplace(channel.has_pty_);
  if (channel.has_pty_) channel.out_ += kWelcome;
  channel.command_ended(0);
  return SSH_OK;
}

int ServedChannel::on_pty(ssh_session, ssh_channel, const char*, int, int, int, int,
                          void* userdata) {
  channel_of(userdata).has_pty_ = true;
  return SSH_OK;
}

// As a stock sshd: nothing of the client's environment is taken.
int ServedChannel::on_env(ssh_session, ssh_channel, const char*, const char*, void*) {
  return SSH_ERROR;
}

int ServedChannel::on_data(ssh_session, ssh_channel, void* data, std::uint32_t size, int,
                           void* userdata) {
  ServedChannel& channel = channel_of(userdata);
  const char* const bytes = static_cast<const char*>(data);
  // Ctrl-C reaches the command that runs in a terminal, and nothing else does.
  const bool interrupts = channel.has_pty_ && channel.process_ &&
                          std::find(bytes, bytes + size, '\x03') != bytes + size;
  if (interrupts) channel.signal_ = "INT";
  if (!channel.process_ || channel.shell()) channel.input_.append(bytes, size);
  return static_cast<int>(size);
}

void ServedChannel::on_eof(ssh_session, ssh_channel, void* userdata) {
  channel_of(userdata).input_ended_ = true;
}

void ServedChannel::on_close(ssh_session, ssh_channel, void* userdata) {
  channel_of(userdata).closed_ = true;
}

void ServedChannel::on_signal(ssh_session, ssh_channel, const char* signal, void* userdata) {
  if (channel_of(userdata).process_) channel_of(userdata).signal_ = signal;
}

void ServedChannel::collect(SshLoop::Wait& wait) const {
  if (process_) wait.until = std::min(wait.until, process_->due());
}

void ServedChannel::advance() {
  if (closed_) return;
  do {
    if (!process_) start_when_ready();
    if (process_) relay();
  } while (shell_has_more());
  if (flush() && exit_status_) end(*exit_status_);
}

// No descriptor will announce the lines that have come already.
bool ServedChannel::shell_has_more() const {
  return shell() && !process_ && !exit_status_ && (!input_.empty() || input_ended_);
}

void ServedChannel::start_when_ready() {
  if (exit_status_) return;
  if (shell()) {
    read_terminal();
  } else if (line_ && (input_ended_ || !hosts_.reads_input(*line_))) {
    run(*line_, std::exchange(input_, {}));
  }
}

void ServedChannel::read_terminal() {
  std::string shown;
  const auto line = terminal_->take(input_, shown);
  out_ += shown;
  const bool input_over = input_ended_ && input_.empty() && !line;
  if (terminal_->ended() || input_over) {
    const std::string rest = input_over ? terminal_->rest() : "";
    if (rest.empty()) {
      exit_status_ = 0;
      return;
    }
    run(rest, {});
  } else if (line == "exit" || line == "logout") {
    exit_status_ = 0;
  } else if (line && line->find_first_not_of(' ') == std::string::npos) {
    command_ended(0);
  } else if (line) {
    run(*line, {});
  }
}

void ServedChannel::run(const std::string& line, std::string input) {
  process_ = hosts_.start(host_, line, std::move(input));
}

void ServedChannel::relay() {
  const ServedProcess::Output output = process_->take();
  print(output.out);
  print(output.err, /*is_stderr=*/true);
  if (!signal_.empty()) {
    process_.reset();
    command_ended(130);
  } else if (const auto status = process_->exit_status()) {
    process_.reset();
    command_ended(*status);
  }
}

// A shell goes on with the next line.
void ServedChannel::command_ended(int exit_status) {
  if (!shell()) {
    exit_status_ = exit_status;
    return;
  }
  if (!signal_.empty()) out_ += "\r\n";
  signal_.clear();
  if (has_pty_) out_ += fmt::format("root@{}:~# ", hosts_.name_of(host_));
}

void ServedChannel::print(std::string_view text, bool is_stderr) {
  if (has_pty_) {
    out_ += for_terminal(text);
  } else {
    (is_stderr ? err_ : out_) += text;
  }
}

// True when all was sent. Never blocks: what the window or the socket does not take waits.
bool ServedChannel::flush() {
  ssh_session session = ssh_channel_get_session(channel_);
  for (std::string* text : {&out_, &err_}) {
    while (!text->empty()) {
      const std::size_t room = ssh_channel_window_size(channel_);
      if (room == 0 || (ssh_get_status(session) & SSH_WRITE_PENDING) != 0) return false;
      const auto size = static_cast<std::uint32_t>(std::min(room, text->size()));
      const int sent = text == &out_ ? ssh_channel_write(channel_, text->data(), size)
                                     : ssh_channel_write_stderr(channel_, text->data(), size);
      if (sent <= 0) return false;
      text->erase(0, static_cast<std::size_t>(sent));
    }
  }
  return true;
}

void ServedChannel::end(int exit_status) {
  if (!signal_.empty()) {
    ssh_channel_request_send_exit_signal(channel_, signal_.c_str(), 0, "", "");
  } else {
    ssh_channel_request_send_exit_status(channel_, exit_status);
  }
  ssh_channel_send_eof(channel_);
  ssh_channel_close(channel_);
  closed_ = true;
}

}  // namespace pve_accept
