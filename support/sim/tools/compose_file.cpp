#include "support/sim/tools/compose_file.h"

#include <algorithm>

#include "support/sim/engine/call.h"

namespace pve_accept::sim {
namespace {

struct Line {
  std::size_t indent;
  bool item;  // "- …"
  std::string key, value;
};

struct NotUnderstood {};

std::string unquoted(std::string text) {
  text = trimmed(text);
  const bool quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
                      text.back() == text.front();
  return quoted ? text.substr(1, text.size() - 2) : text;
}

std::string without_comment(const std::string& line) {
  char quote = '\0';
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '#' && (i == 0 || line[i - 1] == ' ')) {
      return line.substr(0, i);
    }
  }
  return line;
}

std::vector<Line> parse_lines(const std::string& text) {
  std::vector<Line> lines;
  for (const std::string& raw : split(text, '\n')) {
    std::string line = without_comment(raw);
    if (trimmed(line).empty() || trimmed(line) == "---") continue;
    if (line.find('\t') != std::string::npos) throw NotUnderstood{};
    const std::size_t indent = line.find_first_not_of(' ');
    line = trimmed(line);
    Line parsed{indent, line.starts_with("- "), "", ""};
    if (parsed.item) line = trimmed(line.substr(2));
    const auto colon = line.find(": ");
    const bool flow = line.starts_with('[') || line.starts_with('"') || line.starts_with('\'');
    if (!flow && line.ends_with(':')) {
      parsed.key = unquoted(line.substr(0, line.size() - 1));
    } else if (!flow && colon != std::string::npos) {
      parsed.key = unquoted(line.substr(0, colon));
      parsed.value = unquoted(line.substr(colon + 2));
    } else {
      parsed.value = unquoted(line);
    }
    if (parsed.value == "|" || parsed.value == ">" || parsed.value.starts_with('&') ||
        parsed.value.starts_with('{')) {
      throw NotUnderstood{};
    }
    lines.push_back(std::move(parsed));
  }
  return lines;
}

// Values of a list, written as a block or in brackets.
std::vector<std::string> list_below(const std::vector<Line>& lines, std::size_t at) {
  std::vector<std::string> values;
  const std::string& flow = lines[at].value;
  if (flow.starts_with('[') && flow.ends_with(']')) {
    for (const std::string& part : split(flow.substr(1, flow.size() - 2), ',')) {
      values.push_back(unquoted(part));
    }
    return values;
  }
  for (std::size_t i = at + 1; i < lines.size() && lines[i].indent >= lines[at].indent; ++i) {
    if (!lines[i].item) break;
    values.push_back(lines[i].key.empty() ? lines[i].value : lines[i].key + ":" + lines[i].value);
  }
  return values;
}

void read_service_line(ComposeService& service, const std::vector<Line>& lines, std::size_t at) {
  const Line& line = lines[at];
  if (line.key == "image") service.image = line.value;
  if (line.key == "restart") service.restart = line.value;
  if (line.key == "healthcheck") service.has_health = true;
  if (line.key == "volumes") {
    for (const std::string& volume : list_below(lines, at)) {
      const auto parts = split(volume, ':');
      if (parts.size() < 2 || parts[0].find('/') != std::string::npos) throw NotUnderstood{};
      service.volume = parts[0];
      service.mount = parts[1];
    }
  }
  if (line.key == "ports") {
    for (const std::string& port : list_below(lines, at)) {
      const auto parts = split(port, ':');
      if (parts.size() < 2) throw NotUnderstood{};
      service.host_port = std::stoll("0" + parts[parts.size() - 2]);
      service.container_port = std::stoll("0" + parts.back());
    }
  }
}

ComposeProject read_project(const std::vector<Line>& lines) {
  ComposeProject project;
  std::string section;
  std::size_t service_indent = 0, key_indent = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    if (line.indent == 0) {
      section = line.key;
      service_indent = 0;
      if (line.key == "name") project.name = line.value;
      continue;
    }
    if (line.item) continue;
    if (service_indent == 0) service_indent = line.indent;
    if (section == "volumes" && line.indent == service_indent) project.volumes.push_back(line.key);
    if (section != "services") continue;
    if (line.indent == service_indent) {
      project.services.push_back({});
      project.services.back().name = line.key;
      key_indent = 0;
      continue;
    }
    if (project.services.empty()) throw NotUnderstood{};
    if (key_indent == 0) key_indent = line.indent;
    if (line.indent == key_indent) read_service_line(project.services.back(), lines, i);
  }
  return project;
}

}  // namespace

std::optional<ComposeProject> parse_compose_file(const std::string& text) {
  try {
    ComposeProject project = read_project(parse_lines(text));
    const bool complete = !project.services.empty() &&
                          std::ranges::all_of(project.services, [](const ComposeService& service) {
                            return !service.image.empty();
                          });
    if (!complete) return std::nullopt;
    return project;
  } catch (const NotUnderstood&) {
    return std::nullopt;
  }
}

}  // namespace pve_accept::sim
