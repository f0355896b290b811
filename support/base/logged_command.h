#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "support/base/fields.h"

namespace pve_accept {

// A command that a run sent, and what came of it: a line of transcript.jsonl.
struct LoggedCommand {
  std::string at = {};       // RFC 3339, to the millisecond
  std::string where = {};    // "node", "lxc", "vm"
  std::string purpose = {};  // the stage or the case it was for: "provision/lxc", "docker.exec/vm"
  std::string command = {};
  std::optional<std::int64_t> input_bytes = {};  // of its standard input, which is never written
  std::optional<std::string> input_file = {};
  std::optional<int> exit = {};  // none: it gave no result, and `failure` says why
  double duration_s = 0;
  std::optional<std::string> out = {};
  std::optional<std::string> err = {};
  std::optional<std::string> failure = {};
};

template <class Fields>
void visit(LoggedCommand& logged, Fields& fields);

// The commands of a run, in their order.
struct CommandLog {
  bool found = false;          // there is a transcript
  std::size_t unreadable = 0;  // lines of it that are no such thing
  std::vector<LoggedCommand> commands = {};
};

// What a transcript has; a line that cannot be read is counted, not an error: a run that was killed
// may end in one.
CommandLog read_command_log(const std::filesystem::path& file);

}  // namespace pve_accept
