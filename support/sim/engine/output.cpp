#include "support/sim/engine/output.h"

#include <algorithm>

namespace pve_accept::sim {

void Output::write(Stream stream, std::string_view text) {
  if (!text.empty()) pieces_.push_back({now_, stream, std::string(text)});
}

void Output::set_source(Source source) {
  now_ = source.first + source.interval * std::max<Millis>(source.count - 1, 0);
  source_ = std::move(source);
}

std::string Output::text(Stream stream) const {
  std::string text;
  for (const Piece& piece : pieces_) {
    if (piece.stream == stream) text += piece.text;
  }
  return text;
}

void Output::replace(const std::vector<const Replacement*>& replacements) {
  if (replacements.empty()) return;
  std::string whole = text(Stream::kOut);
  for (const Replacement* replacement : replacements) {
    whole = std::regex_replace(whole, replacement->pattern.regex, replacement->with);
  }
  std::erase_if(pieces_, [](const Piece& piece) { return piece.stream == Stream::kOut; });
  out(whole);
}

}  // namespace pve_accept::sim
