#include "support/shell/transcript.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "support/base/descriptor.h"
#include "support/shell/command_input.h"
#include "support/shell/wrapped_shell.h"

namespace pve_accept {
namespace {

constexpr std::size_t kMaxOutput = 16 * 1024;

// The beginning and the end; the samples of a long window are in the record already.
std::string shortened(const std::string& text) {
  if (text.size() <= kMaxOutput) return text;
  return fmt::format("{}\n[… {} bytes left out …]\n{}", text.substr(0, kMaxOutput / 2),
                     text.size() - kMaxOutput, text.substr(text.size() - kMaxOutput / 2));
}

// To the millisecond: what lies between two commands is the harness's own time.
std::string exact_time(Clock::WallTime time) {
  std::string text = to_rfc3339(time);
  const auto milliseconds = time - std::chrono::floor<std::chrono::seconds>(time);
  text.insert(text.size() - 1, fmt::format(".{:03}", milliseconds.count()));
  return text;
}

class TranscribedProcess final : public Process {
 public:
  TranscribedProcess(std::unique_ptr<Process> process, std::shared_ptr<Transcript> transcript,
                     std::string where, Command command)
      : process_(std::move(process)),
        transcript_(std::move(transcript)),
        where_(std::move(where)),
        command_(std::move(command)),
        started_(transcript_->clock().wall()) {}

  ~TranscribedProcess() override {
    try {
      note_failure("left running; ended with its channel");
    } catch (const std::exception&) {
      // It is about to be forgotten; an entry less is all that is lost.
    }
  }

  std::optional<OutputLine> next_line(Clock::Duration wait) override {
    try {
      return process_->next_line(wait);
    } catch (const HarnessError& error) {
      note_failure(error.what());
      throw;
    }
  }

  bool ended() override { return process_->ended(); }

  CommandResult finish() override {
    try {
      CommandResult result = process_->finish();
      if (!std::exchange(noted_, true)) transcript_->add(where_, command_, started_, result);
      return result;
    } catch (const HarnessError& error) {
      note_failure(error.what());
      throw;
    }
  }

  void cancel() override {
    process_->cancel();
    note_failure("cancelled");
  }

 private:
  void note_failure(std::string_view failure) {
    if (std::exchange(noted_, true)) return;
    transcript_->add_failure(where_, command_, started_, failure);
  }

  std::unique_ptr<Process> process_;
  std::shared_ptr<Transcript> transcript_;
  std::string where_;
  Command command_;
  Clock::WallTime started_;
  bool noted_ = false;
};

class TranscribedShell final : public WrappedShell {
 public:
  TranscribedShell(std::unique_ptr<Shell> shell, std::shared_ptr<Transcript> transcript)
      : WrappedShell(std::move(shell)), transcript_(std::move(transcript)) {}

  CommandResult run(const Command& command) override {
    const auto started = transcript_->clock().wall();
    try {
      CommandResult result = shell_->run(command);
      transcript_->add(name(), command, started, result);
      return result;
    } catch (const HarnessError& error) {
      transcript_->add_failure(name(), command, started, error.what());
      throw;
    }
  }

  std::unique_ptr<Process> start(const Command& command) override {
    return std::make_unique<TranscribedProcess>(shell_->start(command), transcript_, name(),
                                                command);
  }

  std::unique_ptr<Shell> hop(const Endpoint& endpoint) override {
    return transcribed(shell_->hop(endpoint), transcript_);
  }

 private:
  std::shared_ptr<Transcript> transcript_;
};

}  // namespace

Transcript::Transcript(std::filesystem::path file, const Clock& clock)
    : file_(std::move(file)), clock_(clock) {}

LoggedCommand Transcript::entry(const std::string& where, const Command& command,
                                Clock::WallTime started) const {
  LoggedCommand entry{.at = exact_time(started),
                      .where = where,
                      .purpose = purpose_,
                      .command = command_line(command.argv)};
  if (const auto bytes = input_size(command); bytes > 0) {
    entry.input_bytes = static_cast<std::int64_t>(bytes);
  }
  if (!command.input_file.empty()) entry.input_file = command.input_file.string();
  return entry;
}

void Transcript::add(const std::string& where, const Command& command, Clock::WallTime started,
                     const CommandResult& result) {
  LoggedCommand entry = this->entry(where, command, started);
  entry.exit = result.exit_status;
  entry.duration_s = to_seconds(result.elapsed);
  entry.out = shortened(result.out);
  entry.err = shortened(result.err);
  append(entry);
}

void Transcript::add_failure(const std::string& where, const Command& command,
                             Clock::WallTime started, std::string_view failure) {
  LoggedCommand entry = this->entry(where, command, started);
  entry.duration_s = to_seconds(clock_.wall() - started);
  entry.failure = failure;
  append(entry);
}

void Transcript::append(const LoggedCommand& entry) {
  // One write of a whole line to a file opened for appending: lines of two processes never mix.
  const std::string line = json_text(write_fields(entry)) + "\n";
  const Descriptor file(file_, O_WRONLY | O_APPEND | O_CREAT);
  const ssize_t written = file.is_open() ? ::write(file.get(), line.data(), line.size()) : -1;
  if (written == static_cast<ssize_t>(line.size())) return;
  if (!gap_) gap_ = std::strerror(written < 0 ? errno : ENOSPC);  // a disk that fills up cuts it
  // The next line would go on where this one was cut.
  if (written > 0) {
    std::ignore = ::ftruncate(file.get(), ::lseek(file.get(), 0, SEEK_CUR) - written);
  }
}

void Transcript::require_whole() const {
  if (gap_) throw HarnessError(fmt::format("write {}", file_.string()), *gap_);
}

std::unique_ptr<Shell> transcribed(std::unique_ptr<Shell> shell,
                                   std::shared_ptr<Transcript> transcript) {
  return std::make_unique<TranscribedShell>(std::move(shell), std::move(transcript));
}

}  // namespace pve_accept
