#include "support/report/html/element.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "support/report/utf8.h"

namespace pve_accept::html {
namespace {

// Characters that show nothing, or turn the reading direction of what comes after them.
bool invisible(char32_t code) {
  constexpr std::pair<char32_t, char32_t> kRanges[] = {
      {0x80, 0x9F},     {0xAD, 0xAD},     {0x61C, 0x61C},   {0x180E, 0x180E}, {0x200B, 0x200F},
      {0x2028, 0x202E}, {0x2060, 0x2069}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE0FFF}};
  return std::ranges::any_of(
      kRanges, [=](const auto& range) { return code >= range.first && code <= range.second; });
}

std::string shown(std::string_view text, const CodePoint& character) {
  switch (character.code) {
    case U'&':
      return "&amp;";
    case U'<':
      return "&lt;";
    case U'>':
      return "&gt;";
    case U'"':
      return "&quot;";
    case U'\n':
    case U'\t':
      return {static_cast<char>(character.code)};
    default:
      break;
  }
  const auto code = static_cast<unsigned>(character.code);
  if (code < 0x20 || code == 0x7F) return fmt::format("\\x{:02x}", code);
  if (invisible(character.code)) return fmt::format("\\u{{{:04x}}}", code);
  return std::string(text.substr(0, character.length));
}

// Elements that stand on lines of their own in the file.
bool on_its_own_line(std::string_view tag) {
  constexpr std::string_view kTags[] = {
      "header", "main", "footer",  "section", "article",   "h1",      "h2",    "h3",
      "p",      "ul",   "ol",      "li",      "table",     "caption", "thead", "tr",
      "tbody",  "svg",  "details", "figure",  "summary",   "div",     "dl",    "dt",
      "dd",     "pre",  "nav",     "g",       "figcaption"};
  return std::ranges::find(kTags, tag) != std::ranges::end(kTags);
}

bool without_content(std::string_view tag) {
  constexpr std::string_view kTags[] = {"path", "line", "rect", "circle", "br"};
  return std::ranges::find(kTags, tag) != std::ranges::end(kTags);
}

}  // namespace

Attribute attr(AttributeName name, double value) {
  const double tenth = std::round(value * 10) / 10;
  return {name, fmt::format("{:g}", tenth == 0 ? 0 : tenth)};
}

std::string escaped(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    // A line break of another system's is one.
    if (text.starts_with("\r\n")) text.remove_prefix(1);
    const auto character = first_code_point(text);
    result += character ? shown(text, *character) : std::string(kReplacement);
    text.remove_prefix(character ? character->length : 1);
  }
  return result;
}

std::string shortened(std::string_view text, std::size_t longest_bytes) {
  if (text.size() <= longest_bytes) return std::string(text);
  std::size_t cut = longest_bytes;  // not within a character
  while (cut > 0 && longest_bytes - cut < 3 &&
         (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) {
    --cut;
  }
  return fmt::format("{} [… {} more bytes are in record.json]", text.substr(0, cut),
                     text.size() - cut);
}

Element& Element::add(const Attribute& attribute) {
  attributes_ += fmt::format(" {}=\"{}\"", attribute.name.name(), escaped(attribute.value));
  return *this;
}

Element& Element::add(const Element& child) {
  content_ += child.markup();
  return *this;
}

Element& Element::add(std::string_view text) {
  content_ += escaped(shortened(text));
  return *this;
}

std::string Element::markup() const {
  const std::string_view name = tag_.name();
  const std::string_view line_end = on_its_own_line(name) ? "\n" : "";
  if (content_.empty() && without_content(name)) return fmt::format("<{}{}/>", name, attributes_);
  return fmt::format("<{}{}>{}</{}>{}", name, attributes_, content_, name, line_end);
}

}  // namespace pve_accept::html
