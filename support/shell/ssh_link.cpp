#include "support/shell/ssh_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pve_accept {
namespace {

// A stock sshd allows 10 sessions a connection (MaxSessions).
constexpr std::size_t kMaxRunning = 8;
constexpr std::size_t kMaxSessions = 10;

constexpr Clock::Duration kFlushTime = std::chrono::milliseconds(100);

}  // namespace

SshLink::SshLink(std::shared_ptr<SshLoop> loop, std::string name, Connect connect)
    : loop_(std::move(loop)), name_(std::move(name)), connect_(std::move(connect)) {
  loop_->add(this);
}

SshLink::~SshLink() { loop_->remove(this); }

SshSession& SshLink::session() {
  // What happened while nobody took turns is noticed now, not by the command.
  if (connection_.session) loop_->turn(Clock::Duration::zero());
  const bool way_lost = connection_.tunnel && connection_.tunnel->way_lost();
  if (connection_.session && (way_lost || connection_.session->broken())) lose_connection();
  if (!connection_.session) {
    connection_ = connect_();
    closed_ = closed_known_ = 0;
  }
  return *connection_.session;
}

void SshLink::submit(std::shared_ptr<SshCommand> command) {
  session();
  queue_.push_back(std::move(command));
  start_queued();
}

void SshLink::cancel(SshCommand& command) {
  if (command.done()) return;
  command.send_signal("TERM");
  command.cancel();
  std::erase_if(queue_, [&](const auto& queued) { return queued.get() == &command; });
  settle();
  flush();
}

void SshLink::advance() {
  if (!connection_.session) return;
  for (Running& running : running_) {
    const bool was_opening = running.command->opening();
    running.command->advance();
    // The host answers in order: with this channel it has dealt with all that were closed before.
    if (was_opening && !running.command->opening()) {
      closed_known_ = std::max(closed_known_, running.closed_before);
    }
  }
  if (connection_.session->broken()) {
    lose_connection();
    return;
  }
  settle();
}

void SshLink::lose_connection() {
  const bool way_lost = connection_.tunnel && connection_.tunnel->way_lost();
  const std::string problem =
      way_lost ? "the connection was lost with that to the host that it runs through"
               : fmt::format("the connection was lost: {}", connection_.session->failure());
  for (const Running& running : std::exchange(running_, {})) {
    running.command->fail(problem);
  }
  for (const auto& command : std::exchange(queue_, {})) {
    command->fail(problem);
  }
  connection_.session.reset();
  connection_.tunnel.reset();
}

// Forgets the commands that are done and starts others in their place.
void SshLink::settle() {
  closed_ +=
      std::erase_if(running_, [](const Running& running) { return running.command->done(); });
  start_queued();
}

void SshLink::start_queued() {
  const auto in_use = [this] { return running_.size() + (closed_ - closed_known_); };
  while (!queue_.empty() && running_.size() < kMaxRunning && in_use() < kMaxSessions) {
    auto command = std::move(queue_.front());
    queue_.pop_front();
    command->open(*connection_.session);
    // On a busy machine the answer may be there before open() returns.
    if (!command->opening()) closed_known_ = closed_;
    running_.push_back({std::move(command), closed_});
  }
}

// The signal to a command that is cancelled must leave the house, even if no turn follows.
void SshLink::flush() {
  const auto deadline = RealClock().now() + kFlushTime;
  const auto sent = [this] {
    return !connection_.session || connection_.session->broken() ||
           !connection_.session->write_pending();
  };
  loop_->wait_until(sent, deadline);
  if (connection_.tunnel) loop_->turn(Clock::Duration::zero());
}

}  // namespace pve_accept
