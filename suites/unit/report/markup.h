#pragma once

#include <string>
#include <vector>

// What the tests of XML and HTML share.
namespace pve_accept {

inline int occurrences(const std::string& text, const std::string& part) {
  int count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// Every element that is opened is closed, in order, and no text holds a character of markup.
// Empty when that is so, else where it is not.
inline std::string malformed(const std::string& xml) {
  std::vector<std::string> open;
  const auto declaration = xml.find("?>");
  std::size_t at = declaration == std::string::npos ? xml.find("<html") : declaration + 2;
  while (at < xml.size()) {
    const auto start = xml.find('<', at);
    if (start == std::string::npos) break;
    if (xml.substr(at, start - at).find('>') != std::string::npos) return xml.substr(at, 60);
    const auto end = xml.find('>', start);
    if (end == std::string::npos) return xml.substr(start, 60);
    const std::string tag = xml.substr(start + 1, end - start - 1);
    const std::string name = tag.substr(0, tag.find_first_of(" /", 1));
    if (tag.front() == '/') {
      if (open.empty() || open.back() != name.substr(1)) return tag;
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(name);
    }
    if (occurrences(tag, "\"") % 2 != 0) return tag;
    at = end + 1;
  }
  return open.empty() ? "" : "not closed: " + open.back();
}

}  // namespace pve_accept
