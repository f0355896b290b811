#include "support/suspects/debian_version.h"

#include <algorithm>
#include <cctype>

#include "support/base/text.h"

namespace pve_accept {
namespace {

struct DebianVersion {
  std::string_view epoch, upstream, revision;
};

// "5:29.5.3-1~debian.13~trixie": the epoch ends at the first colon, the revision begins after the
// last hyphen. One that is missing is as good as 0.
DebianVersion parts_of(std::string_view text) {
  DebianVersion version;
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    version.epoch = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const std::size_t hyphen = text.rfind('-');
  version.upstream = text.substr(0, hyphen);
  if (hyphen != std::string_view::npos) version.revision = text.substr(hyphen + 1);
  return version;
}

// Where a character stands among those that are no digits; the end of such a part is 0.
int weight_of(char c) {
  if (c == '~') return -1;
  const auto code = static_cast<unsigned char>(c);
  return std::isalpha(code) != 0 ? code : code + 256;
}

// Takes the leading part of the text whose characters are digits, or are none.
std::string_view take(std::string_view& text, bool digits) {
  const auto end =
      std::ranges::find_if(text, [digits](char c) { return text::is_digit(c) != digits; }) -
      text.begin();
  const std::string_view part = text.substr(0, static_cast<std::size_t>(end));
  text.remove_prefix(part.size());
  return part;
}

std::strong_ordering compare_letters(std::string_view left, std::string_view right) {
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const int a = i < left.size() ? weight_of(left[i]) : 0;
    const int b = i < right.size() ? weight_of(right[i]) : 0;
    if (a != b) return a <=> b;
  }
  return std::strong_ordering::equal;
}

// By their value, however long they are.
std::strong_ordering compare_digits(std::string_view left, std::string_view right) {
  left.remove_prefix(std::min(left.find_first_not_of('0'), left.size()));
  right.remove_prefix(std::min(right.find_first_not_of('0'), right.size()));
  if (left.size() != right.size()) return left.size() <=> right.size();
  return left.compare(right) <=> 0;
}

std::strong_ordering compare_part(std::string_view left, std::string_view right) {
  while (!left.empty() || !right.empty()) {
    const auto letters = compare_letters(take(left, false), take(right, false));
    if (letters != std::strong_ordering::equal) return letters;
    const auto digits = compare_digits(take(left, true), take(right, true));
    if (digits != std::strong_ordering::equal) return digits;
  }
  return std::strong_ordering::equal;
}

}  // namespace

std::strong_ordering compare_debian_versions(std::string_view left, std::string_view right) {
  const DebianVersion a = parts_of(left), b = parts_of(right);
  for (const auto part :
       {&DebianVersion::epoch, &DebianVersion::upstream, &DebianVersion::revision}) {
    const auto order = compare_part(a.*part, b.*part);
    if (order != std::strong_ordering::equal) return order;
  }
  return std::strong_ordering::equal;
}

}  // namespace pve_accept
