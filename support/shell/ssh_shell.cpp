#include "support/shell/ssh_shell.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "support/base/error.h"
#include "support/shell/ssh_command.h"
#include "support/shell/ssh_link.h"
#include "support/shell/ssh_setup.h"

namespace pve_accept {
namespace {

constexpr Clock::Duration kLongestWait = std::chrono::hours(24);

class SshProcess final : public Process {
 public:
  SshProcess(std::shared_ptr<SshLink> link, const Command& command, SshCommand::Lines lines,
             const SshTimings& timings)
      : link_(std::move(link)),
        timings_(timings),
        command_(std::make_shared<SshCommand>(link_->name(), command, lines)) {
    link_->submit(command_);
  }

  ~SshProcess() override { link_->cancel(*command_); }

  std::optional<OutputLine> next_line(Clock::Duration wait) override {
    const auto has_line = [this] { return !command_->lines().empty() || command_->done(); };
    const auto until = RealClock().now() + std::min(wait, kLongestWait);
    if (!link_->loop().wait_until(has_line, std::min(until, command_->deadline())) &&
        RealClock().now() >= command_->deadline()) {
      end_at_deadline();
    }
    if (command_->lines().empty()) command_->rethrow_failure();
    return command_->lines().next();
  }

  bool ended() override {
    if (!command_->done()) link_->loop().turn(Clock::Duration::zero());
    if (!command_->done() || !command_->lines().empty()) return false;
    command_->rethrow_failure();
    return true;
  }

  CommandResult finish() override {
    if (!wait_for_end(command_->deadline())) end_at_deadline();
    command_->rethrow_failure();
    return command_->result();
  }

  void cancel() override { link_->cancel(*command_); }

 private:
  bool wait_for_end(Clock::Instant deadline) {
    return link_->loop().wait_until([this] { return command_->done(); }, deadline);
  }

  void end_at_deadline() {
    const std::string allowed = fmt::format("{} s", to_seconds(command_->allowed()));
    if (command_->queued()) {
      command_->expire(fmt::format("waited {} for a free channel of the connection", allowed));
    } else if (end_by_signal("TERM") || end_by_signal("KILL")) {
      if (!command_->failed()) {
        command_->expire(fmt::format("did not end within {} and was ended", allowed));
      }
    } else {
      command_->expire(fmt::format("did not end within {}", allowed),
                       "the host did not confirm that it ended it; it may run on");
    }
    link_->cancel(*command_);
  }

  bool end_by_signal(const char* name) {
    command_->send_signal(name);
    return wait_for_end(RealClock().now() + timings_.end);
  }

  std::shared_ptr<SshLink> link_;
  SshTimings timings_;
  std::shared_ptr<SshCommand> command_;
};

class SshShell final : public Shell {
 public:
  SshShell(std::shared_ptr<SshLink> link, const SshTimings& timings)
      : link_(std::move(link)), timings_(timings) {}

  const std::string& name() const override { return link_->name(); }

  CommandResult run(const Command& command) override {
    return SshProcess(link_, command, SshCommand::Lines::kDropped, timings_).finish();
  }

  std::unique_ptr<Process> start(const Command& command) override {
    return std::make_unique<SshProcess>(link_, command, SshCommand::Lines::kKept, timings_);
  }

  std::unique_ptr<Shell> hop(const Endpoint& endpoint) override;

 private:
  std::shared_ptr<SshLink> link_;
  SshTimings timings_;
};

SshConnection connect_to_target(SshLoop& loop, const std::string& name, const SshTarget& target,
                                const SshTimings& timings) {
  const RealClock clock;
  const auto deadline = clock.now() + timings.connect;
  SshConnection connection;
  connection.session = std::make_unique<SshSession>(loop, name, timings);
  SshSession& session = *connection.session;
  const SshPeer peer = configure_for_target(session.handle(), target);
  session.exchange_keys(
      peer.by_proxy ? FileDescriptor() : connect_tcp(peer.host, peer.port, deadline), deadline);
  verify_known_host(session, target, peer);
  authenticate(session, peer, {}, clock.now() + timings.authenticate);
  return connection;
}

SshConnection connect_to_endpoint(SshLink& through, const Endpoint& endpoint,
                                  const SshTimings& timings) {
  if (endpoint.host_keys.empty()) {
    throw ConnectionError(fmt::format("connect to {}", endpoint.name),
                          "none of its host keys is known, so it cannot be told from another host");
  }
  const RealClock clock;
  SshSession& way = through.session();
  const auto deadline = clock.now() + timings.connect;
  SshConnection connection;
  connection.session = std::make_unique<SshSession>(through.loop(), endpoint.name, timings);
  SshSession& session = *connection.session;
  const SshPeer peer = configure_for_endpoint(session.handle(), endpoint);
  connection.tunnel = std::make_unique<SshTunnel>(way, peer.host, peer.port);
  session.exchange_keys(connection.tunnel->open(deadline), deadline);
  verify_pinned_key(session, endpoint);
  authenticate(session, peer, endpoint.identity_file, clock.now() + timings.authenticate);
  return connection;
}

std::unique_ptr<Shell> shell_over(std::shared_ptr<SshLink> link, const SshTimings& timings) {
  link->session();
  return std::make_unique<SshShell>(std::move(link), timings);
}

std::unique_ptr<Shell> SshShell::hop(const Endpoint& endpoint) {
  auto connect = [through = link_, endpoint, timings = timings_] {
    return connect_to_endpoint(*through, endpoint, timings);
  };
  return shell_over(
      std::make_shared<SshLink>(link_->shared_loop(), endpoint.name, std::move(connect)), timings_);
}

}  // namespace

std::unique_ptr<Shell> connect_ssh(const SshTarget& target, std::string name,
                                   const SshTimings& timings) {
  auto loop = std::make_shared<SshLoop>();
  auto connect = [loop, name, target, timings] {
    return connect_to_target(*loop, name, target, timings);
  };
  return shell_over(std::make_shared<SshLink>(loop, name, std::move(connect)), timings);
}

}  // namespace pve_accept
