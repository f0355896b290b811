#include "support/base/pattern.h"

#include <iterator>
#include <regex>

namespace pve_accept {
namespace {

Pattern::Groups all_groups(const std::cmatch& found) {
  std::vector<std::optional<std::string>> groups;
  for (const auto& group : found) {
    groups.push_back(group.matched ? std::optional(group.str()) : std::nullopt);
  }
  return Pattern::Groups(std::move(groups));
}

}  // namespace

struct Pattern::Compiled {
  std::regex regex;
};

Pattern::Pattern(std::string_view expression, Letters letters) {
  auto options = std::regex::ECMAScript;
  if (letters == Letters::kInAnyCase) options |= std::regex::icase;
  try {
    compiled_ = std::make_shared<Compiled>(
        Compiled{std::regex(expression.begin(), expression.end(), options)});
  } catch (const std::regex_error& error) {
    throw PatternError(error.what());
  }
}

bool Pattern::matches(std::string_view text) const {
  return compiled_ && std::regex_match(text.begin(), text.end(), compiled_->regex);
}

bool Pattern::is_in(std::string_view text) const {
  return compiled_ && std::regex_search(text.begin(), text.end(), compiled_->regex);
}

Pattern::Groups Pattern::match(std::string_view text) const {
  std::cmatch found;
  if (compiled_) std::regex_match(text.begin(), text.end(), found, compiled_->regex);
  return all_groups(found);
}

Pattern::Groups Pattern::search(std::string_view text) const {
  std::cmatch found;
  if (compiled_) std::regex_search(text.begin(), text.end(), found, compiled_->regex);
  return all_groups(found);
}

std::string Pattern::replaced(std::string_view text, const std::string& with) const {
  if (!compiled_) return std::string(text);
  std::string all;
  std::regex_replace(std::back_inserter(all), text.begin(), text.end(), compiled_->regex, with);
  return all;
}

}  // namespace pve_accept
