#include "support/sim/engine/call.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <ctime>

#include "support/sim/tools/tools.h"

namespace pve_accept::sim {

Call Call::with(Words other) const {
  Call call = *this;
  call.argv = std::move(other);
  return call;
}

Call Call::in_guest(Guest& inside, Words other) const {
  Call call = with(std::move(other));
  call.place = Place::kGuest;
  call.guest = &inside;
  return call;
}

Call Call::in_container(Container& inside, Words other) const {
  Call call = with(std::move(other));
  call.place = Place::kContainer;
  call.container = &inside;
  return call;
}

Words Call::words(std::size_t from) const {
  return {argv.begin() + static_cast<std::ptrdiff_t>(std::min(from, argv.size())), argv.end()};
}

const Model::Guest& Call::model_of(const Guest& one) const {
  if (one.upgraded || !state().upgraded) return model().guest(one.kind);
  return world.old_packages.guest(one.kind);
}

std::int64_t Call::epoch_s() const { return state().epoch_s(now()); }

int Call::fail(int exit_status, std::string_view text) {
  err(text);
  if (!text.empty() && text.back() != '\n') err("\n");
  return exit_status;
}

std::map<std::string, std::string>& Call::files() const {
  return is_node() ? state().files : guest->files;
}

std::string where(const Call& call) {
  return call.is_node() ? "node" : std::string(to_string(call.guest->kind));
}

void remember_unknown(Call& call) {
  std::string entry = fmt::format("{}: {}", where(call), command_line(call.argv));
  auto& known = call.state().unknown_commands;
  if (!contains(known, entry)) {
    known.push_back(std::move(entry));
  }
}

int no_such_tool(Call& call) {
  constexpr int kNotFound = 127;
  if (call.place != Place::kContainer) {
    return call.fail(kNotFound, fmt::format("bash: line 1: {}: command not found", call.argv[0]));
  }
  // On standard output: docker/cli#2025.
  call.out(fmt::format(
      "OCI runtime exec failed: exec failed: unable to start container process: exec: \"{}\": "
      "executable file not found in $PATH: unknown\r\n",
      call.argv[0]));
  return kNotFound;
}

int run_tool(Call& call) {
  if (call.argv.empty()) return 0;
  // A line that only a shell could have run comes as one word.
  const bool whole_line = call.argv[0].find(' ') != std::string::npos;
  const std::string name =
      whole_line ? call.argv[0] : call.argv[0].substr(call.argv[0].rfind('/') + 1);
  const Tool tool = find_tool(call.place, name);
  if (tool == nullptr) {
    remember_unknown(call);
    return no_such_tool(call);
  }
  try {
    return tool(call);
  } catch (const Unsupported&) {
    remember_unknown(call);
    return call.fail(127, fmt::format("{}: the simulated node does not know these arguments: {}",
                                      name, command_line(call.argv)));
  }
}

std::string formatted_time(std::int64_t epoch_s, const char* format) {
  const std::tm time = fmt::gmtime(static_cast<std::time_t>(epoch_s));
  char text[80] = "";
  const std::size_t length = std::strftime(text, sizeof text, format, &time);
  return {text, length};
}

Words split(std::string_view text, char separator) {
  Words parts;
  std::size_t start = 0;
  while (true) {
    const auto end = text.find(separator, start);
    parts.emplace_back(text.substr(start, end - start));
    if (end == std::string_view::npos) return parts;
    start = end + 1;
  }
}

std::string line_of(const Json& document) { return json_text(document) + "\n"; }

}  // namespace pve_accept::sim
