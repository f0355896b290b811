#include "support/base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <regex>
#include <set>

#include "support/base/error.h"
#include "support/base/file.h"

namespace pve_accept {
namespace {

// Follows the parser and remembers the keys of every open object, to find a key that comes twice.
class DuplicateKeys {
 public:
  explicit DuplicateKeys(const std::string& source) : source_(source) {}

  bool operator()(int /*depth*/, Json::parse_event_t event, const Json& parsed) {
    using Event = Json::parse_event_t;
    switch (event) {
      case Event::object_start:
        levels_.push_back({});
        break;
      case Event::object_end:
        levels_.pop_back();
        break;
      case Event::key:
        note(parsed.get<std::string>());
        break;
      default:
        break;
    }
    return true;
  }

 private:
  struct Level {
    std::set<std::string> keys;
    std::string current;
  };

  void note(const std::string& key) {
    Level& level = levels_.back();
    level.current = key;
    if (level.keys.insert(key).second) return;
    std::string path;
    for (const Level& outer : levels_) path += (path.empty() ? "" : "/") + outer.current;
    throw InputError(
        fmt::format("{}: {}: the key stands twice; keep one of the two", source_, path));
  }

  const std::string& source_;
  std::vector<Level> levels_;
};

}  // namespace

Json parse_strict_json(std::string_view text, const std::string& source) {
  try {
    return Json::parse(text, DuplicateKeys(source));
  } catch (const Json::exception& error) {  // syntax, or a number that no double holds
    // nlohmann's text: "[json.exception.parse_error.101] parse error at line 1, column 5: …".
    std::string problem = error.what();
    if (const auto bracket = problem.find("] "); bracket != std::string::npos) {
      problem.erase(0, bracket + 2);
    }
    throw InputError(fmt::format("{}: not valid JSON: {}", source, problem));
  }
}

Json read_strict_json(const std::filesystem::path& file) {
  return parse_strict_json(read_file(file), file.string());
}

JsonCursor::JsonCursor(const Json& root, std::string source)
    : JsonCursor(root, std::move(source), "") {}

JsonCursor::JsonCursor(const Json& value, std::string source, std::string path)
    : value_(&value), source_(std::move(source)), path_(std::move(path)) {}

JsonCursor JsonCursor::at(const std::string& key) const {
  if (auto member = find(key)) return *member;
  fail(fmt::format("'{}' is missing", key));
}

std::optional<JsonCursor> JsonCursor::find(const std::string& key) const {
  if (!value_->is_object()) fail(fmt::format("expected an object, found {}", value_->dump()));
  const auto member = value_->find(key);
  if (member == value_->end()) return std::nullopt;
  return JsonCursor(*member, source_, path_.empty() ? key : path_ + "/" + key);
}

std::vector<JsonCursor> JsonCursor::elements() const {
  if (!value_->is_array()) fail(fmt::format("expected an array, found {}", value_->dump()));
  std::vector<JsonCursor> result;
  for (std::size_t i = 0; i < value_->size(); ++i) {
    result.push_back(JsonCursor((*value_)[i], source_, fmt::format("{}/{}", path_, i)));
  }
  return result;
}

std::vector<std::pair<std::string, JsonCursor>> JsonCursor::members() const {
  if (!value_->is_object()) fail(fmt::format("expected an object, found {}", value_->dump()));
  std::vector<std::pair<std::string, JsonCursor>> result;
  for (const auto& [key, member] : value_->items()) {
    result.emplace_back(key, JsonCursor(member, source_, path_.empty() ? key : path_ + "/" + key));
  }
  return result;
}

void JsonCursor::allow_only(std::span<const std::string_view> keys) const {
  for (const auto& [key, member] : members()) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
      member.fail(fmt::format("unknown key; known here: {}", fmt::join(keys, ", ")));
    }
  }
}

void JsonCursor::require_match(const char* pattern, std::string_view expected) const {
  if (!std::regex_match(string(), std::regex(pattern))) {
    fail(fmt::format("expected {}, found {}", expected, value_->dump()));
  }
}

std::string JsonCursor::string() const {
  if (!value_->is_string()) fail(fmt::format("expected a string, found {}", value_->dump()));
  return value_->get<std::string>();
}

double JsonCursor::number() const {
  if (!value_->is_number()) fail(fmt::format("expected a number, found {}", value_->dump()));
  const auto number = value_->get<double>();
  if (!std::isfinite(number)) fail("expected a finite number");
  return number;
}

std::int64_t JsonCursor::integer() const {
  constexpr auto kHighest = std::numeric_limits<std::int64_t>::max();
  const bool whole = value_->is_number_integer();
  if (!whole || (value_->is_number_unsigned() && value_->get<std::uint64_t>() > kHighest)) {
    fail(fmt::format("expected a whole number, found {}", value_->dump()));
  }
  return value_->get<std::int64_t>();
}

std::int64_t JsonCursor::integer_between(std::int64_t lowest, std::int64_t highest) const {
  const std::int64_t number = integer();
  if (number < lowest || number > highest) {
    fail(fmt::format("expected a whole number from {} to {}, found {}", lowest, highest, number));
  }
  return number;
}

bool JsonCursor::boolean() const {
  if (!value_->is_boolean()) fail(fmt::format("expected true or false, found {}", value_->dump()));
  return value_->get<bool>();
}

void JsonCursor::fail(std::string_view problem) const {
  throw InputError(
      fmt::format("{}: {}: {}", source_, path_.empty() ? "(top level)" : path_, problem));
}

}  // namespace pve_accept
