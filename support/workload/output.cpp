#include "support/workload/output.h"

namespace pve_accept::workload {
namespace {

std::vector<std::string_view> parts_between(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  for (std::size_t start = 0;
       (start = text.find_first_not_of(separators, start)) != std::string_view::npos;) {
    const std::size_t end = text.find_first_of(separators, start);
    parts.push_back(text.substr(start, end - start));
    if (end == std::string_view::npos) break;
    start = end;
  }
  return parts;
}

}  // namespace

std::vector<std::string_view> lines(std::string_view text) { return parts_between(text, "\n"); }

std::vector<std::string_view> words(std::string_view line) {
  return parts_between(line, text::kBlanks);
}

}  // namespace pve_accept::workload
