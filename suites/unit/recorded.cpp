#include "suites/unit/recorded.h"

#include <fmt/format.h>

#include <stdexcept>

#include "support/base/file.h"

namespace pve_accept {
namespace {

constexpr std::string_view kEnd = "==================\n";
constexpr std::string_view kNoNewline = "<no newline at end>\n";

// The text from just behind `begin` up to `end`; advances `text` behind it.
std::string take(std::string_view& text, std::string_view begin, std::string_view end) {
  const auto start = text.find(begin);
  const auto stop = text.find(end, start);
  if (start == std::string_view::npos || stop == std::string_view::npos) {
    throw std::runtime_error("malformed record");
  }
  std::string part(text.substr(start + begin.size(), stop - start - begin.size()));
  text.remove_prefix(stop);
  if (part.ends_with(kNoNewline)) part.erase(part.size() - kNoNewline.size());
  return part;
}

}  // namespace

CommandResult recorded(const std::string& file, std::string_view command, int occurrence) {
  const std::string whole = read_file(std::string(PVE_ACCEPT_RECORDED_DIR) + "/" + file);
  const std::string header = fmt::format("$ {}\nexit=", command);
  std::size_t found = whole.find(header);
  for (; occurrence > 0 && found != std::string::npos; --occurrence) {
    found = whole.find(header, found + 1);
  }
  if (found == std::string::npos) {
    throw std::runtime_error(fmt::format("{} has no record of `{}`", file, command));
  }
  std::string_view text = std::string_view(whole).substr(found + header.size());
  CommandResult result;
  result.exit_status = std::stoi(std::string(text.substr(0, 4)));
  result.out = take(text, "--stdout--\n", "--stderr--\n");
  result.err = take(text, "--stderr--\n", kEnd);
  return result;
}

}  // namespace pve_accept
