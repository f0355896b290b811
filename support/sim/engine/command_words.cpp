#include "support/sim/engine/command_words.h"

namespace pve_accept::sim {
namespace {

// Reads one word behind another, with the state that quotes make necessary.
class Splitter {
 public:
  explicit Splitter(std::string_view line) : line_(line) {}

  std::optional<std::vector<std::string>> words() {
    while (at_ < line_.size()) {
      const char c = line_[at_++];
      if (c == ' ' || c == '\t' || c == '\n') {
        end_word();
      } else if (!take(c)) {
        return std::nullopt;
      }
    }
    end_word();
    return words_;
  }

 private:
  bool take(char c) {
    constexpr std::string_view kOnlyForShells = "|&;<>()$`*?#~{}[!";
    if (c == '\'') return single_quoted();
    if (c == '"') return double_quoted();
    in_word_ = true;
    if (c == '\\') {
      if (at_ == line_.size()) return false;
      word_ += line_[at_++];
      return true;
    }
    const bool literal = !word_.empty() && std::string_view("#~{}[!").find(c) != std::string::npos;
    if (!literal && kOnlyForShells.find(c) != std::string_view::npos) return false;
    word_ += c;
    return true;
  }

  bool single_quoted() {
    in_word_ = true;
    const auto end = line_.find('\'', at_);
    if (end == std::string_view::npos) return false;
    word_ += line_.substr(at_, end - at_);
    at_ = end + 1;
    return true;
  }

  bool double_quoted() {
    in_word_ = true;
    for (; at_ < line_.size(); ++at_) {
      char c = line_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (c == '$' || c == '`') return false;
      if (c == '\\' && at_ + 1 < line_.size() &&
          std::string_view("\\\"$`").find(line_[at_ + 1]) != std::string_view::npos) {
        c = line_[++at_];
      }
      word_ += c;
    }
    return false;
  }

  void end_word() {
    if (in_word_) words_.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
  }

  std::string_view line_;
  std::size_t at_ = 0;
  std::string word_;
  bool in_word_ = false;
  std::vector<std::string> words_;
};

}  // namespace

std::optional<std::vector<std::string>> command_words(std::string_view line) {
  return Splitter(line).words();
}

}  // namespace pve_accept::sim
