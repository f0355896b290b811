#include "support/report/html/commands.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

#include "support/base/contains.h"
#include "support/base/text.h"
#include "support/report/html/numbers.h"
#include "support/report/html/parts.h"

namespace pve_accept::html {
namespace {

constexpr std::size_t kAllExcerpts = 400 * 1024;  // bytes of markup, about
constexpr std::size_t kLargestExcerpt = 24 * 1024;
constexpr std::size_t kMostCommands = 20;
constexpr std::size_t kLinesAtEachEnd = 8;
constexpr std::size_t kLongestLine = 600;
constexpr std::size_t kLongestCommand = 1000;

std::string cut(std::string_view line, std::size_t longest) {
  if (line.size() <= longest) return std::string(line);
  return fmt::format("{} [… {} more bytes in transcript.jsonl]", line.substr(0, longest),
                     line.size() - longest);
}

// The first lines and the last ones.
std::string excerpt_of(const std::string& output) {
  std::string_view text = output;
  while (text.ends_with('\n')) text.remove_suffix(1);
  const auto lines = text::split(text, '\n');
  std::string excerpt;
  const bool whole = lines.size() <= 2 * kLinesAtEachEnd + 1;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool shown = whole || i < kLinesAtEachEnd || i >= lines.size() - kLinesAtEachEnd;
    if (shown) {
      excerpt += cut(lines[i], kLongestLine) + "\n";
    } else if (i == kLinesAtEachEnd) {
      excerpt += fmt::format("[… {} more lines in transcript.jsonl]\n",
                             lines.size() - 2 * kLinesAtEachEnd);
    }
  }
  return excerpt;
}

std::optional<Element> output(const std::optional<std::string>& text, const char* of_class) {
  if (!text || text->empty()) return std::nullopt;
  const std::string excerpt = excerpt_of(*text);
  Element block = el("pre", cls(of_class));
  // A piece at a time: what is cut has been cut already.
  for (std::size_t at = 0; at < excerpt.size();) {
    const std::size_t end = std::min(excerpt.find('\n', at), excerpt.size() - 1);
    block.add(std::string_view(excerpt).substr(at, end + 1 - at));
    at = end + 1;
  }
  return block;
}

Element shown_command(const LoggedCommand& command) {
  const std::string ended = command.exit ? fmt::format("exit {}", *command.exit) : "no result";
  return el(
      "li",
      el("p", cls("command"), el("code", cut(command.command, kLongestCommand)), " ",
         el("span", cls(command.exit == 0 ? "quiet" : "quiet odd"),
            fmt::format("{}, {}, {}", command.where, ended, duration_text(command.duration_s)))),
      output(command.out, "out"), output(command.err, "err"), output(command.failure, "err"));
}

std::vector<const LoggedCommand*> commands_for(const CommandLog& log,
                                               std::span<const std::string> purposes) {
  std::vector<const LoggedCommand*> commands;
  for (const LoggedCommand& command : log.commands) {
    const bool meant = contains(purposes, command.purpose);
    if (meant) commands.push_back(&command);
  }
  return commands;
}

}  // namespace

CommandExcerpts::CommandExcerpts(const CommandLog& log, std::size_t shares)
    : log_(log),
      share_(std::min(kLargestExcerpt, kAllExcerpts / std::max<std::size_t>(1, shares))) {}

std::optional<Element> CommandExcerpts::of(const std::vector<std::string>& purposes) const {
  const std::span all(purposes);
  std::string whose;
  auto commands = commands_for(log_, all.first(std::min<std::size_t>(1, all.size())));
  if (commands.empty() && all.size() > 1) {
    commands = commands_for(log_, all.subspan(1));
    whose = fmt::format(" of {}", fmt::join(all.subspan(1), ", "));
  }
  if (commands.empty()) {
    if (!log_.found) return std::nullopt;
    return el("p", cls("quiet"), "It sent no command of its own that the transcript has.");
  }
  // From the last one back, while there is room.
  std::vector<Element> shown;
  std::size_t size = 0;
  const std::vector from_last(commands.rbegin(), commands.rend());
  for (const auto* command : from_last) {
    Element next = shown_command(*command);
    if (shown.size() == kMostCommands || (!shown.empty() && size + next.size() > share_)) break;
    size += next.size();
    shown.push_back(std::move(next));
  }
  std::ranges::reverse(shown);
  Element content("div");
  if (const auto more = commands.size() - shown.size(); more > 0) {
    content.add(el("p", cls("quiet"),
                   fmt::format("{} earlier command{} in transcript.jsonl.", more,
                               more == 1 ? " is" : "s are")));
  }
  content.add(el("ol", cls("commands"), shown));
  return folded(commands.size() == 1
                    ? fmt::format("The command{} and its output", whose)
                    : fmt::format("{} commands{} and their output", commands.size(), whose),
                content)
      .add(cls("log"));
}

}  // namespace pve_accept::html
