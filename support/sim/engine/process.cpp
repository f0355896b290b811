#include "support/sim/engine/process.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace pve_accept::sim {

SimProcess::SimProcess(Engine& engine, Plan plan, Output output)
    : engine_(engine), plan_(std::move(plan)), source_(output.source()), end_(output.now()) {
  split_lines(std::move(output));
}

SimProcess::~SimProcess() { cancel(); }

void SimProcess::split_lines(Output output) {
  std::map<OutputLine::Stream, std::string> rest;
  for (const Output::Piece& piece : output.pieces()) {
    std::string& text = rest[piece.stream];
    text += piece.text;
    std::size_t start = 0;
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
      lines_.push_back({piece.at, piece.stream, text.substr(start, end - start), true});
      start = end + 1;
    }
    text.erase(0, start);
  }
  for (auto& [stream, text] : rest) {
    if (!text.empty()) lines_.push_back({end_, stream, text, false});
  }
}

std::optional<Millis> SimProcess::next_due() const {
  if (!lines_.empty()) return lines_.front().at;
  if (source_ && sourced_ < source_->count) return source_->first + sourced_ * source_->interval;
  return std::nullopt;
}

void SimProcess::note(const Line& line) {
  std::string& text = line.stream == OutputLine::Stream::kOut ? out_ : err_;
  text += line.text;
  if (line.newline) text += '\n';
}

SimProcess::Line SimProcess::take_line() {
  Line line;
  if (!lines_.empty()) {
    line = std::move(lines_.front());
    lines_.pop_front();
  } else {
    const Millis due = *next_due();
    line = {due, OutputLine::Stream::kOut, source_->line(due, sourced_), true};
    ++sourced_;
  }
  line.text =
      replaced_line(plan_.replacements, line.stream, ++taken_[line.stream], std::move(line.text));
  note(line);
  return line;
}

HarnessError::Details SimProcess::details(std::string problem) const {
  return {.attempted = "run a command",
          .where = plan_.name,
          .command = plan_.command,
          .output_tail = err_,
          .problem = std::move(problem)};
}

void SimProcess::lose_connection() {
  const Millis at = *plan_.drop_at;
  engine_.sleep_until(at);
  cancel();
  throw ConnectionError(details(fmt::format("the connection was lost after {:.1f} s",
                                            static_cast<double>(at - plan_.start) / 1000.0)));
}

std::optional<OutputLine> SimProcess::next_line(Clock::Duration wait) {
  const Millis limit = engine_.now() + std::max<Millis>(wait.count(), 0);
  if (closed_) return std::nullopt;
  std::optional<Millis> due;
  if (!plan_.hangs) due = next_due();
  if (plan_.drop_at && (!due || *plan_.drop_at <= *due) && *plan_.drop_at <= limit) {
    lose_connection();
  }
  if (due && *due <= limit) {
    engine_.sleep_until(*due);
    Line line = take_line();
    return OutputLine{line.stream, std::move(line.text), engine_.instant(line.at)};
  }
  engine_.sleep_until(due || plan_.hangs ? limit : std::min(limit, std::max(end_, engine_.now())));
  if (!due && !plan_.hangs && engine_.now() >= end_) engine_.save();
  return std::nullopt;
}

std::optional<SimProcess::Piece> SimProcess::take_due() {
  if (closed_) return std::nullopt;
  const Millis now = engine_.now();
  const Millis due = plan_.hangs ? kNever : next_due().value_or(kNever);
  if (plan_.drop_at && *plan_.drop_at <= std::min(due, now)) lose_connection();
  if (due > now) return std::nullopt;
  Line line = take_line();
  return Piece{line.stream, line.newline ? line.text + '\n' : std::move(line.text)};
}

Clock::Instant SimProcess::due() const {
  if (closed_) return engine_.instant(engine_.now());
  Millis moment = plan_.hangs ? kNever : next_due().value_or(end_);
  if (plan_.drop_at) moment = std::min(moment, *plan_.drop_at);
  return moment == kNever ? Clock::Instant::max() : engine_.instant(moment);
}

bool SimProcess::ended() {
  if (closed_) return true;
  return !plan_.hangs && !plan_.drop_at && !next_due() && engine_.now() >= end_;
}

CommandResult SimProcess::finish() {
  const Millis stop = plan_.hangs ? kNever : end_;
  if (plan_.drop_at && *plan_.drop_at <= std::min(stop, plan_.deadline)) lose_connection();
  if (stop > plan_.deadline && !closed_) {
    engine_.sleep_until(plan_.deadline);
    while (!plan_.hangs && next_due() && *next_due() <= plan_.deadline) take_line();
    cancel();
    throw DeadlineError(
        details(fmt::format("did not end within its deadline of {:.1f} s",
                            static_cast<double>(plan_.deadline - plan_.start) / 1000.0)));
  }
  while (!closed_ && next_due()) {
    engine_.sleep_until(*next_due());
    take_line();
  }
  engine_.sleep_until(end_);
  closed_ = true;
  engine_.save();
  return {.exit_status = plan_.exit_status,
          .out = out_,
          .err = err_,
          .elapsed = Clock::Duration(end_ - plan_.start)};
}

void SimProcess::cancel() {
  if (closed_) return;
  closed_ = true;
  if (engine_.now() < end_ || plan_.hangs) {
    end_ = engine_.now();
    plan_.exit_status = 129;  // the hang-up that ends a command with its channel
    engine_.end_process(plan_.id, end_);
  }
}

}  // namespace pve_accept::sim
