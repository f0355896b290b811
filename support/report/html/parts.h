#pragma once

#include <string>
#include <string_view>

#include "support/record/claim_result.h"
#include "support/report/html/element.h"
#include "support/report/table.h"

// What the sections of the page are put together from.
namespace pve_accept::html {

// A section with its heading, which can be linked to.
Element section(const std::string& id, std::string_view heading);

// What is shown when its summary is opened.
Element folded(std::string_view summary, const Element& content);

// A row of what stands over columns.
Element header_row(const Table::Row& names);

// The first cell of a row heads it. Wider than the screen, it scrolls by itself; `name` is what a
// screen reader calls it then.
Element table(const Table& table, const std::string& name = "Figures");
Element scrolling(const Element& table, const std::string& name);

// The outcome as a word with a sign of its own.
Element badge(Outcome outcome);

Element code(std::string_view text);
Element items(const std::vector<std::string>& texts);  // a list

}  // namespace pve_accept::html
