#include "support/report/table.h"

#include <algorithm>

namespace pve_accept {
namespace {

// Columns on a terminal: code points, which is enough for what the reports print.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string markdown_row(const Table::Row& row) {
  std::string text = "|";
  for (const std::string& cell : row) text += " " + markdown_escaped(cell) + " |";
  return text + "\n";
}

}  // namespace

std::string markdown(const Table& table) {
  std::string text = markdown_row(table.header) + "|";
  for (std::size_t i = 0; i < table.header.size(); ++i) text += " --- |";
  text += "\n";
  for (const Table::Row& row : table.rows) text += markdown_row(row);
  return text;
}

std::string aligned(const Table& table) {
  std::vector<Table::Row> rows = {table.header};
  rows.insert(rows.end(), table.rows.begin(), table.rows.end());
  std::vector<std::size_t> widths(table.header.size());
  for (const Table::Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string text;
  for (const Table::Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool last = i + 1 == row.size();
      const std::string padding(widths[i] - width(row[i]), ' ');
      if (i > 0) text += "  ";
      if (i > 0 && !last) text += padding;
      text += row[i];
      if (i == 0 && !last) text += padding;
    }
    text += "\n";
  }
  return text;
}

std::string markdown_escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '\n':
      case '\r':
      case '\t':
        escaped += ' ';
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '|':
      case '*':
      case '_':
      case '`':
      case '[':
      case ']':
      case '\\':
        escaped += '\\';
        [[fallthrough]];
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace pve_accept
