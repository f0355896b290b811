#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "support/base/logged_command.h"
#include "support/shell/shell.h"

namespace pve_accept {

// transcript.jsonl: every command of a run, what it was for, where it ran, its exit status,
// duration and output, one JSON object a line. What went to a command's standard input is counted,
// never written: that is where keys would be. A command that cannot be written down was run all the
// same, and is not said to have failed: the gap is remembered.
class Transcript {
 public:
  // Appends to `file`. The clock must outlive the transcript.
  Transcript(std::filesystem::path file, const Clock& clock);

  // What is added from here on was for that stage or case.
  void attribute_to(std::string purpose) { purpose_ = std::move(purpose); }

  void add(const std::string& where, const Command& command, Clock::WallTime started,
           const CommandResult& result);
  // A command that gave no result: lost connection, deadline, cancelled.
  void add_failure(const std::string& where, const Command& command, Clock::WallTime started,
                   std::string_view failure);

  // Throws HarnessError that names the file and the cause where a command is missing in it.
  void require_whole() const;

  const Clock& clock() const { return clock_; }

 private:
  LoggedCommand entry(const std::string& where, const Command& command,
                      Clock::WallTime started) const;
  void append(const LoggedCommand& entry);

  std::filesystem::path file_;
  const Clock& clock_;
  std::string purpose_;
  std::optional<std::string> gap_;  // why the first one that is missing could not be written
};

// A shell that writes all that `shell`, and every shell behind it, runs into the transcript.
std::unique_ptr<Shell> transcribed(std::unique_ptr<Shell> shell,
                                   std::shared_ptr<Transcript> transcript);

}  // namespace pve_accept
