#include "support/shell/ssh_session.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <libssh/server.h>

#include <algorithm>
#include <new>
#include <utility>

#include "support/base/error.h"

namespace pve_accept {
namespace {

// When nobody took turns for so long, silence says nothing about the host.
constexpr Clock::Duration kNotListening = std::chrono::seconds(2);

}  // namespace

SshSession::SshSession(SshLoop& loop, std::string name, const SshTimings& timings)
    : loop_(loop),
      name_(std::move(name)),
      timings_(timings),
      session_(ssh_new()),
      event_(ssh_event_new()) {
  if (session_ == nullptr || event_ == nullptr) throw std::bad_alloc();
  ssh_set_blocking(session_, 0);
  ssh_set_counters(session_, &socket_counter_, &packet_counter_);
  loop_.add(this);
}

SshSession::~SshSession() {
  loop_.remove(this);
  while (!channels_.empty()) channels_.back()->release();
  ssh_event_remove_session(event_, session_);
  ssh_event_free(event_);
  if (ssh_is_connected(session_) != 0) ssh_disconnect(session_);
  ssh_free(session_);
}

void SshSession::exchange_keys(FileDescriptor socket, Clock::Instant deadline) {
  const auto started = RealClock().now();
  if (socket.valid()) {
    int number = socket.release();  // libssh closes it
    ssh_options_set(session_, SSH_OPTIONS_FD, &number);
  }
  const auto answer = repeat([this] { return ssh_connect(session_); }, SSH_AGAIN, deadline);
  if (answer != SSH_OK) {
    const bool silent = !answer && !broken();
    throw ConnectionError(HarnessError::Details{
        .attempted = fmt::format("connect to {}", name_),
        .problem = silent ? fmt::format("it accepted the connection, then no SSH greeting came "
                                        "within {:.1f} s",
                                        to_seconds(RealClock().now() - started))
                          : ssh_get_error(session_),
        .hint = "does an SSH server answer on this port? `ssh -v` shows how far it gets"});
  }
  ssh_event_add_session(event_, session_);
  established_ = true;
  // libssh sets the socket to block; a full send buffer would hold up every other connection.
  const int descriptor = ssh_get_fd(session_);
  set_nonblocking(descriptor);
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

bool SshSession::broken() const {
  return !failure_.empty() || (ssh_get_status(session_) & (SSH_CLOSED | SSH_CLOSED_ERROR)) != 0;
}

std::string SshSession::failure() const {
  return failure_.empty() ? ssh_get_error(session_) : failure_;
}

bool SshSession::write_pending() const {
  return (ssh_get_status(session_) & SSH_WRITE_PENDING) != 0;
}

void SshSession::collect(SshLoop::Wait& wait) {
  const int descriptor = ssh_get_fd(session_);
  if (descriptor < 0 || broken()) return;
  // Calls that send also take in what has arrived, after others have acted on this turn's.
  if (std::exchange(bytes_seen_, socket_counter_.in_bytes) != socket_counter_.in_bytes) {
    loop_.mark_busy();
  }
  const int flags = ssh_get_poll_flags(session_);
  const bool writes = (flags & SSH_WRITE_PENDING) != 0;
  wait.descriptors.push_back({.fd = descriptor,
                              .events = static_cast<short>(writes ? POLLIN | POLLOUT : POLLIN),
                              .revents = 0});
  if (channels_.empty()) return;
  const auto now = RealClock().now();
  if (now - listened_at_ > kNotListening) {
    quiet_since_ = now;
    probed_ = false;
  }
  wait.until =
      std::min(wait.until, probed_ ? probed_at_ + timings_.answer : quiet_since_ + timings_.quiet);
}

void SshSession::receive() {
  if (!established_ || broken()) return;
  for (int reads = 0; reads < SshLoop::kReadsPerTurn; ++reads) {
    const int status = ssh_event_dopoll(event_, 0);
    if (status == SSH_ERROR && !broken()) failure_ = "the connection was closed";
    if (status == SSH_AGAIN || status == SSH_ERROR) break;
    if (reads + 1 == SshLoop::kReadsPerTurn) loop_.mark_busy();
  }
  acknowledge_at_once(ssh_get_fd(session_));
  bytes_seen_ = socket_counter_.in_bytes;
  listened_at_ = RealClock().now();
  if (!channels_.empty()) watch_silence(listened_at_);
}

// A host that is cut off, or hangs, sends nothing more; one that works quietly answers a probe.
void SshSession::watch_silence(Clock::Instant now) {
  if (socket_counter_.in_bytes != bytes_heard_) {
    bytes_heard_ = socket_counter_.in_bytes;
    quiet_since_ = now;
    probed_ = false;
  } else if (!probed_ && now - quiet_since_ >= timings_.quiet) {
    // The first call may only collect the answer to the last probe, and send nothing.
    const auto sent = packet_counter_.out_packets;
    ssh_send_keepalive(session_);
    if (packet_counter_.out_packets == sent) ssh_send_keepalive(session_);
    probed_ = true;
    probed_at_ = now;
  } else if (probed_ && now - probed_at_ >= timings_.answer) {
    failure_ = fmt::format("no sign of life for {:.1f} s", to_seconds(now - quiet_since_));
  }
}

SshChannel::SshChannel(SshSession& session)
    : session_(&session), channel_(ssh_channel_new(session.handle())) {
  if (channel_ == nullptr) throw std::bad_alloc();
  session.channels_.push_back(this);
}

SshChannel::~SshChannel() { release(); }

void SshChannel::set_callbacks(ssh_channel_callbacks callbacks) {
  callbacks_ = callbacks;
  ssh_callbacks_init(callbacks_);
  ssh_set_channel_callbacks(channel_, callbacks_);
}

void SshChannel::release() {
  if (channel_ == nullptr) return;
  // libssh keeps a channel until both sides have closed it: it must not call us meanwhile.
  if (callbacks_ != nullptr) ssh_remove_channel_callbacks(channel_, callbacks_);
  // One that never opened has nothing to close. The first call may send only the end of file.
  const bool opened = ssh_channel_is_open(channel_) != 0 || ssh_channel_is_eof(channel_) != 0;
  if (opened && !session_->broken() && ssh_channel_close(channel_) == SSH_AGAIN) {
    ssh_channel_close(channel_);
  }
  ssh_channel_free(channel_);
  channel_ = nullptr;
  std::erase(session_->channels_, this);
  session_ = nullptr;
}

}  // namespace pve_accept
