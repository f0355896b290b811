#include "support/sim/engine/output.h"

#include <algorithm>

#include "support/base/pattern.h"

namespace pve_accept::sim {
namespace {

OutputLine::Stream stream_of(const Replacement& replacement) {
  return replacement.in == "stderr" ? OutputLine::Stream::kErr : OutputLine::Stream::kOut;
}

// With "${1}" written "$01", which Pattern takes for the first group whatever follows.
std::string format_of(const Replacement& replacement) {
  static const Pattern braced(R"(\$\{([0-9])\})");
  return braced.replaced(replacement.with, "$$0$1");
}

std::string replaced(const Replacement& replacement, const std::string& text) {
  const std::string with = format_of(replacement);
  if (!replacement.by_line()) return replacement.pattern.regex.replaced(text, with);
  std::string all;
  std::int64_t number = 0;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size() - 1) + 1;
    std::string line = text.substr(start, end - start);
    const bool whole = line.ends_with('\n');
    if (whole) line.pop_back();
    ++number;
    if (replacement.concerns(number)) {
      line = replacement.pattern.regex.replaced(line, with);
    }
    all += line + (whole ? "\n" : "");
    start = end;
  }
  return all;
}

}  // namespace

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

void Output::set(Stream stream, std::string_view text) {
  std::erase_if(pieces_, [&](const Piece& piece) { return piece.stream == stream; });
  if (stream == Stream::kOut) source_.reset();
  write(stream, text);
}

void Output::replace(const std::vector<const Replacement*>& replacements) {
  for (const Stream stream : {Stream::kOut, Stream::kErr}) {
    const std::string before = text(stream);
    std::string after = before;
    for (const Replacement* each : replacements) {
      if (stream_of(*each) == stream) after = replaced(*each, after);
    }
    if (after != before) set(stream, after);
  }
}

void Output::end_at(Millis time) {
  if (time >= now_) return;
  std::erase_if(pieces_, [&](const Piece& piece) { return piece.at > time; });
  if (source_) {
    const Millis printed =
        time < source_->first ? 0 : (time - source_->first) / source_->interval + 1;
    source_->count = std::min<std::int64_t>(source_->count, printed);
  }
  now_ = time;
}

std::string replaced_line(const std::vector<const Replacement*>& replacements,
                          OutputLine::Stream stream, std::int64_t number, std::string line) {
  for (const Replacement* each : replacements) {
    if (stream_of(*each) != stream || !each->concerns(number)) continue;
    line = each->pattern.regex.replaced(line, format_of(*each));
  }
  return line;
}

}  // namespace pve_accept::sim
