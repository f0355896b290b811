#include "support/base/version.h"

#include <algorithm>

#include "support/base/text.h"

namespace pve_accept {
namespace {

// Takes the digits that `text` begins with, without leading zeros.
std::string_view take_number(std::string_view& text) {
  std::string_view number = text.substr(0, text.find_first_not_of("0123456789"));
  text.remove_prefix(number.size());
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
  return number;
}

}  // namespace

bool version_less(std::string_view left, std::string_view right) {
  while (!left.empty() && !right.empty()) {
    if (text::is_digit(left.front()) && text::is_digit(right.front())) {
      const std::string_view a = take_number(left);
      const std::string_view b = take_number(right);
      if (a.size() != b.size()) return a.size() < b.size();
      if (a != b) return a < b;
    } else if (left.front() != right.front()) {
      return left.front() < right.front();
    } else {
      left.remove_prefix(1);
      right.remove_prefix(1);
    }
  }
  return left.empty() && !right.empty();
}

}  // namespace pve_accept
