#include "support/shell/ssh_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pve_accept {

void BoundedOutput::append(std::string_view data) {
  const std::size_t into_head = std::min(data.size(), kHalf - head_.size());
  head_.append(data.substr(0, into_head));
  data.remove_prefix(into_head);
  while (!data.empty()) {
    const std::size_t at = tail_bytes_ % kHalf;
    const std::size_t count = std::min(data.size(), kHalf - at);
    if (tail_.size() < kHalf) {
      tail_.append(data.substr(0, count));
    } else {
      data.copy(tail_.data() + at, count);
    }
    tail_bytes_ += count;
    data.remove_prefix(count);
  }
}

std::string BoundedOutput::text() const {
  if (tail_bytes_ <= kHalf) return head_ + tail_;
  const std::size_t oldest = tail_bytes_ % kHalf;
  const std::string marker = fmt::format("\n[… {} bytes left out …]\n", tail_bytes_ - kHalf);
  std::string text;
  text.reserve(head_.size() + marker.size() + tail_.size());
  text.append(head_).append(marker);
  text.append(tail_, oldest).append(tail_, 0, oldest);
  return text;
}

void ArrivedLines::append(OutputLine::Stream stream, std::string_view data, Clock::Instant now) {
  std::string& partial = partial_[static_cast<int>(stream)];
  while (!data.empty()) {
    const std::size_t end = data.find('\n');
    partial.append(data.substr(0, end));
    if (end == std::string_view::npos) break;
    push(stream, partial, now);
    data.remove_prefix(end + 1);
  }
  if (bytes_ + partial.size() > BoundedOutput::kMaxOutput) {
    *this = ArrivedLines();
    dropped_ = true;
  }
}

void ArrivedLines::finish(Clock::Instant now) {
  for (const auto stream : {OutputLine::Stream::kOut, OutputLine::Stream::kErr}) {
    std::string& partial = partial_[static_cast<int>(stream)];
    if (!partial.empty()) push(stream, partial, now);
  }
}

std::optional<OutputLine> ArrivedLines::next() {
  if (std::exchange(dropped_, false)) {
    throw HarnessError("read the lines of a running command",
                       fmt::format("more than {} MiB came before anyone read them",
                                   BoundedOutput::kMaxOutput >> 20U));
  }
  if (lines_.empty()) return std::nullopt;
  OutputLine line = std::move(lines_.front());
  lines_.pop_front();
  bytes_ -= line.text.size() + sizeof line;
  return line;
}

void ArrivedLines::push(OutputLine::Stream stream, std::string& text, Clock::Instant now) {
  bytes_ += text.size() + sizeof(OutputLine);
  lines_.push_back({stream, std::exchange(text, {}), now});
}

}  // namespace pve_accept
