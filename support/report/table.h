#pragma once

#include <string>
#include <vector>

namespace pve_accept {

struct Table {
  using Row = std::vector<std::string>;

  Row header;
  std::vector<Row> rows;
};

// As Markdown; a cell keeps to its line and its column whatever is in it.
std::string markdown(const Table& table);

// For a terminal: columns aligned, the first one left, the others right, the last one left.
std::string aligned(const Table& table);

// The text without anything that Markdown or HTML would take as its own.
std::string markdown_escaped(const std::string& text);

}  // namespace pve_accept
