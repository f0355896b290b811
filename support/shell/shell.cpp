#include "support/shell/shell.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "support/base/text.h"

namespace pve_accept {
namespace {

constexpr std::string_view kPlain =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";

std::string quoted(const std::string& argument) {
  if (!argument.empty() && argument.find_first_not_of(kPlain) == std::string::npos) {
    return argument;
  }
  std::string text = "'";
  for (const char c : argument) {
    if (c == '\'') {
      text += "'\\''";
    } else {
      text += c;
    }
  }
  return text + "'";
}

}  // namespace

Command reading(std::vector<std::string> argv, Clock::Duration deadline) {
  return {.argv = std::move(argv), .deadline = deadline, .repeatable = true};
}

std::string command_line(const std::vector<std::string>& argv) {
  std::string line;
  for (const std::string& argument : argv) line += (line.empty() ? "" : " ") + quoted(argument);
  return line;
}

std::string missing_tool(const Command& command, const CommandResult& result) {
  constexpr int kCannotBeRun = 126;
  constexpr int kNotFound = 127;
  if (result.exit_status != kCannotBeRun && result.exit_status != kNotFound) return {};
  // docker exec says it on standard output.
  const std::string said = result.err + "\n" + result.out;
  const auto blamed = [&said](const std::string& word) {
    static constexpr auto kSigns = std::to_array<std::string_view>({
        ": {}: command not found",  // bash
        ": {}: not found",          // other shells
        ": {}: No such file or directory", ": {}: Permission denied",
        "{}: applet not found",  // busybox
        ": {}: cannot execute", "env: '{}': ", "env: ‘{}’: ",
        "exec: \"{}\": ",         // docker
        "Failed to exec \"{}\"",  // pct exec
    });
    return std::ranges::any_of(kSigns, [&](std::string_view sign) {
      return text::contains(said, fmt::format(fmt::runtime(sign), word));
    });
  };
  const auto word = std::ranges::find_if(command.argv, blamed);
  return word == command.argv.end() ? "" : *word;
}

HarnessError unusable(const Shell& shell, const Command& command, const CommandResult& result,
                      std::string_view attempted, std::string_view problem) {
  const std::string missing = problem.empty() ? missing_tool(command, result) : "";
  return HarnessError(HarnessError::Details{
      .attempted = std::string(attempted),
      .where = shell.name(),
      .command = command_line(command.argv),
      .exit_status = result.exit_status,
      .output_tail = text::tail(result.err.empty() ? result.out : result.err),
      .problem = missing.empty() ? std::string(problem)
                                 : fmt::format("{} is missing, or may not be run", missing),
  });
}

CommandResult probe(Shell& shell, const Command& command, std::string_view attempted) {
  CommandResult result = shell.run(command);
  if (!missing_tool(command, result).empty()) throw unusable(shell, command, result, attempted);
  return result;
}

CommandResult run_checked(Shell& shell, const Command& command, std::string_view attempted) {
  CommandResult result = shell.run(command);
  if (result.exit_status != 0) throw unusable(shell, command, result, attempted);
  return result;
}

Json run_json(Shell& shell, const Command& command, std::string_view attempted) {
  const CommandResult result = run_checked(shell, command, attempted);
  Json reply = Json::parse(result.out, nullptr, /*allow_exceptions=*/false);
  if (reply.is_discarded()) {
    throw unusable(shell, command, result, attempted,
                   result.out.empty() ? "printed nothing where JSON is due"
                                      : "printed something that is not JSON");
  }
  return reply;
}

}  // namespace pve_accept
