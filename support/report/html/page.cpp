#include <fmt/format.h>

#include <functional>

#include "support/base/embedded.h"
#include "support/report/html/attention.h"
#include "support/report/html/bands.h"
#include "support/report/html/before_after.h"
#include "support/report/html/changes.h"
#include "support/report/html/parts.h"
#include "support/report/html/sections.h"
#include "support/report/html/time_plots.h"
#include "support/report/html/verdict.h"
#include "support/report/report.h"

namespace pve_accept {
namespace html {
namespace {

// A page is mailed, and opened on a phone: where a section would make it larger, it is left out,
// and that is said. Bytes.
constexpr std::size_t kLargestPage = 950 * 1024;

constexpr std::size_t kLongestHeadline = 200;

using MakeSection = Element (*)(const Record&);

struct Part {
  const char* id;
  const char* name;
  MakeSection make;
};

constexpr Part kParts[] = {
    {"comparison", "Beside the reference", comparison_section},
    {"time", "Over time", time_section},
    {"bands", "Each figure in its band", bands_section},
    {"claims", "Every claim", claims_section},
    {"provenance", "What it was made on", provenance_section},
    {"observations", "Observations", observations_section},
    {"teardown", "What is left", teardown_section},
};

Element contents() {
  Element list = el("ul", el("li", el("a", attr("href", "#attention"), "What needs attention")));
  for (const Part& part : kParts) {
    list.add(el("li", el("a", attr("href", fmt::format("#{}", part.id)), part.name)));
  }
  return el("nav", attr("aria-label", "Contents"), list);
}

std::string body_of(const Record& record, const PageContext& context) {
  const auto troubles = troubles_of(record, Maturity::kStable);
  const auto preview = troubles_of(record, Maturity::kPreview);
  Element main = el("main", attention_section(record, troubles, preview, context.log));
  main.add(upgrade_part(record)).add(changes_part(record, context.earlier));
  if (context.comparison) main.add(before_and_after(*context.comparison));
  for (const Part& part : kParts) {
    const Element whole = part.make(record);
    if (main.size() + whole.size() <= kLargestPage) {
      main.add(whole);
    } else {
      main.add(section(part.id, part.name)
                   .add(el("p", cls("missing"),
                           "Left out: the page would be too large. It is in findings.md and in "
                           "record.json.")));
    }
  }
  const Element footer =
      el("footer", el("p", fmt::format("Made by pve-accept {} from record.json, which has every "
                                       "figure and sample; every command with its output is in "
                                       "transcript.jsonl.",
                                       record.run.suite_version)));
  return el("body", verdict_header(record, troubles), contents(), main, footer).markup();
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
