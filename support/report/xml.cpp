#include "support/report/xml.h"

#include <fmt/format.h>

#include <cstdint>

#include "support/report/utf8.h"

namespace pve_accept {
namespace {

std::string escaped(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&apos;";
    case '\n':
      return "&#10;";
    case '\r':
      return "&#13;";
    case '\t':
      return "&#9;";
    default:
      break;
  }
  const auto byte = static_cast<std::uint8_t>(c);
  return byte < 0x20 || byte == 0x7F ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
}

}  // namespace

std::string xml_escaped(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const auto character = first_code_point(text);
    if (!character) {
      result += kReplacement;
    } else if (character->length == 1) {
      result += escaped(text.front());
    } else {
      result += text.substr(0, character->length);
    }
    text.remove_prefix(character ? character->length : 1);
  }
  return result;
}

}  // namespace pve_accept
