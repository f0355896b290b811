#include <fmt/format.h>

#include <optional>
#include <vector>

#include "support/base/embedded.h"
#include "support/report/html/parts.h"
#include "support/report/html/sections.h"
#include "support/report/report.h"

namespace pve_accept {
namespace html {
namespace {

// A page is mailed, and opened on a phone: where a section would make it larger, it is left out,
// and that is said. Bytes.
constexpr std::size_t kLargestPage = 950 * 1024;

constexpr std::size_t kLongestHeadline = 200;

// A section, and what the contents call it. Not every run has each.
struct Part {
  const char* id;
  const char* name;
  std::optional<Element> section;
};

std::vector<Part> parts_of(const Record& record, const std::vector<Trouble>& troubles,
                           const std::vector<Trouble>& preview, const PageContext& context) {
  const auto& compared = context.comparison;
  return {{"attention", "What needs attention",
           attention_section(record, troubles, preview, context.log)},
          {"upgrade", "The upgrade", upgrade_part(record)},
          {"changes", "What changed", changes_part(record, context.earlier)},
          {"before-after", "Before and after",
           compared ? std::optional(before_and_after(*compared)) : std::nullopt},
          {"comparison", "Beside the reference", comparison_section(record, compared)},
          {"time", "Over time", time_section(record)},
          {"bands", "Each figure in its band", bands_section(record)},
          {"claims", "Every claim", claims_section(record)},
          {"provenance", "What it was made on", html::provenance_section(record)},
          {"observations", "Observations", html::observations_section(record)},
          {"teardown", "What is left", html::teardown_section(record)}};
}

Element left_out(const Part& part) {
  return section(part.id, part.name)
      .add(el("p", cls("missing"),
              "Left out: the page would be too large. It is in findings.md and in record.json."));
}

std::string body_of(const Record& record, const PageContext& context) {
  auto troubles = troubles_of(record, Maturity::kStable);
  auto preview = troubles_of(record, Maturity::kPreview);
  tell_once(troubles, preview);
  Element main("main"), contents("ul");
  for (const Part& part : parts_of(record, troubles, preview, context)) {
    if (!part.section) continue;
    contents.add(el("li", el("a", attr("href", fmt::format("#{}", part.id)), part.name)));
    const bool room = main.size() + part.section->size() <= kLargestPage;
    main.add(room ? *part.section : left_out(part));
  }
  const Element footer =
      el("footer", el("p", fmt::format("Made by pve-accept {} from record.json, which has every "
                                       "figure and sample; every command with its output is in "
                                       "transcript.jsonl.",
                                       record.run.suite_version)));
  return el("body", verdict_header(record, troubles),
            el("nav", attr("aria-label", "Contents"), contents), main, footer)
      .markup();
}

}  // namespace
}  // namespace html

std::string_view findings_style_sheet() { return embedded("support/report/html/findings.css"); }

std::string findings_html(const Record& record, const PageContext& context) {
  const std::string styles =
      context.style == StyleSheet::kInside
          ? fmt::format("<style>\n{}</style>", findings_style_sheet())
          : fmt::format("<link rel=\"stylesheet\" href=\"{}\"/>", kStyleSheetFile);
  // All that is not made of elements: what they cannot be.
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<meta name=\"color-scheme\" content=\"light "
      "dark\"/>\n<title>{}</title>\n{}\n</head>\n{}\n</html>\n",
      html::escaped(html::shortened(html::verdict_sentence(record), html::kLongestHeadline)),
      styles, html::body_of(record, context));
}

}  // namespace pve_accept
