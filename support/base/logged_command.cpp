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

}  // namespace pve_accept
