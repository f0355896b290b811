#include "support/base/logged_command.h"

#include "support/base/error.h"
#include "support/base/file.h"
#include "support/base/text.h"

namespace pve_accept {

CommandLog read_command_log(const std::filesystem::path& file) {
  CommandLog log;
  if (!std::filesystem::exists(file)) return log;
  log.found = true;
  const std::string content = read_file(file);
  for (const std::string_view line : text::lines(content)) {
    try {
      const Json document = parse_strict_json(line, "transcript");
      log.commands.push_back(read_fields<LoggedCommand>(JsonCursor(document, "transcript")));
    } catch (const InputError&) {
      ++log.unreadable;
    }
  }
  return log;
}

template <class Fields>
void visit(LoggedCommand& logged, Fields& fields) {
  fields("at", logged.at, required);
  fields("where", logged.where, required);
  fields("for", logged.purpose, if_set);
  fields("command", logged.command, required);
  fields("input_bytes", logged.input_bytes, if_set);
  fields("input_file", logged.input_file, if_set);
  fields("exit", logged.exit);
  fields("duration_s", logged.duration_s);
  fields("stdout", logged.out, if_set);
  fields("stderr", logged.err, if_set);
  fields("failure", logged.failure, if_set);
}

PVE_ACCEPT_COMPILE_FIELDS(LoggedCommand);

}  // namespace pve_accept
