#include "support/report/html/parts.h"

#include <fmt/format.h>

#include "support/report/wording.h"

namespace pve_accept::html {
namespace {

std::string_view sign_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPass:
      return "✓";
    case Outcome::kFail:
      return "✗";
    case Outcome::kError:
      return "?";
    case Outcome::kSkip:
      break;
  }
  return "–";
}

}  // namespace

Element section(const std::string& id, std::string_view heading) {
  return el("section", attr("id", id), attr("aria-labelledby", id + "-heading"),
            el("h2", attr("id", id + "-heading"), heading));
}

Element folded(std::string_view summary, const Element& content) {
  return el("details", el("summary", summary), content);
}

Element scrolling(const Element& table, const std::string& name) {
  return el("div", cls("scroll"), attr("role", "region"), attr("aria-label", name),
            attr("tabindex", "0"), table);
}

Element header_row(const Table::Row& names) {
  Element row("tr");
  for (const std::string& name : names) row.add(el("th", attr("scope", "col"), name));
  return row;
}

Element table(const Table& table, const std::string& name) {
  Element body("tbody");
  for (const Table::Row& row : table.rows) {
    Element line("tr");
    for (const std::string& cell : row) {
      line.add(&cell == &row.front() ? el("th", attr("scope", "row"), cell) : el("td", cell));
    }
    body.add(line);
  }
  return scrolling(el("table", el("thead", header_row(table.header)), body), name);
}

Element badge(Outcome outcome) {
  return el("span", cls(fmt::format("badge {}", to_string(outcome))),
            el("span", attr("aria-hidden", "true"), fmt::format("{} ", sign_of(outcome))),
            outcome_text(outcome));
}

Element code(std::string_view text) { return el("code", text); }

Element items(const std::vector<std::string>& texts) {
  Element list("ul");
  for (const std::string& text : texts) list.add(el("li", text));
  return list;
}

}  // namespace pve_accept::html
