#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pve_accept {

// What is wrong with a regular expression, in the standard library's words.
class PatternError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// An ECMAScript regular expression, read once; copies share it. It stands for std::regex, whose
// templates take each room that names them half a second to compile: no other file includes it.
class Pattern {
 public:
  enum class Letters { kAsWritten, kInAnyCase };

  // What an expression found in a text: the whole of it, group 0, and the parts in parentheses.
  // False where it found nothing.
  class Groups {
   public:
    Groups() = default;
    explicit Groups(std::vector<std::optional<std::string>> groups) : groups_(std::move(groups)) {}

    explicit operator bool() const { return !groups_.empty(); }
    bool has(std::size_t group) const { return groups_.at(group).has_value(); }
    // Empty where the group took no part.
    std::string operator[](std::size_t group) const { return groups_.at(group).value_or(""); }

   private:
    std::vector<std::optional<std::string>> groups_;
  };

  Pattern() = default;  // finds nothing
  // Throws PatternError where it is none.
  explicit Pattern(std::string_view expression, Letters letters = Letters::kAsWritten);

  // Whether it means all of a text, or some of it.
  bool matches(std::string_view text) const;
  bool is_in(std::string_view text) const;

  // The same, with what was found; of several places in a text, the first.
  Groups match(std::string_view text) const;
  Groups search(std::string_view text) const;

  // The text with another one wherever the expression was found in it: "$1" or "$01" is what its
  // first group took, "$&" all of it, "$$" a dollar sign.
  std::string replaced(std::string_view text, const std::string& with) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace pve_accept
