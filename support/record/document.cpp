#include "support/record/document.h"

#include <fmt/format.h>

#include "support/base/error.h"
#include "support/base/file.h"

namespace pve_accept {
namespace {

// Follows the parser up to the place where it gives up, and remembers whether a number that no
// double holds was the reason.
class NumberCheck : public nlohmann::json_sax<Json> {
 public:
  bool too_large() const { return too_large_; }

  std::string path() const {
    std::string text;
    for (const Level& level : levels_) {
      text += text.empty() ? "" : "/";
      text += level.array ? std::to_string(level.index) : level.key;
    }
    return text;
  }

  bool null() override { return value(); }
  bool boolean(bool) override { return value(); }
  bool number_integer(number_integer_t) override { return value(); }
  bool number_unsigned(number_unsigned_t) override { return value(); }
  bool number_float(number_float_t, const string_t&) override { return value(); }
  bool string(string_t&) override { return value(); }
  bool binary(binary_t&) override { return value(); }
  bool start_object(std::size_t) override { return open(false); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& key) override {
    levels_.back().key = key;
    return true;
  }
  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception& error) override {
    constexpr int kNumberOverflow = 406;  // of json.exception.out_of_range
    too_large_ = error.id == kNumberOverflow;
    return false;
  }

 private:
  struct Level {
    bool array;
    std::size_t index = 0;
    std::string key = {};
  };

  bool value() {
    if (!levels_.empty()) ++levels_.back().index;
    return true;
  }
  bool open(bool array) {
    levels_.push_back({.array = array});
    return true;
  }
  bool close() {
    levels_.pop_back();
    return value();
  }

  std::vector<Level> levels_;
  bool too_large_ = false;
};

}  // namespace

Json parse_document(std::string_view text, const std::string& source) {
  NumberCheck numbers;
  if (!Json::sax_parse(text, &numbers) && numbers.too_large()) {
    throw InputError(fmt::format("{}: {}: expected a finite number; this one is too large", source,
                                 numbers.path()));
  }
  return parse_strict_json(text, source);
}

Json read_document(const std::filesystem::path& file) {
  return parse_document(read_file(file), file.string());
}

}  // namespace pve_accept
