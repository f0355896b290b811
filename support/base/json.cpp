#include "support/base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "support/base/contains.h"
#include "support/base/error.h"
#include "support/base/file.h"
#include "support/base/pattern.h"

namespace pve_accept {
namespace {

[[noreturn]] void fail_at(const std::string& source, const std::vector<std::string>& path,
                          std::string_view problem) {
  throw InputError(
      fmt::format("{}: {}: {}", source,
                  path.empty() ? "(top level)" : fmt::format("{}", fmt::join(path, "/")), problem));
}

// The keys and indices on the way from `root` to the very value `wanted`.
bool find_path(const Json& root, const Json* wanted, std::vector<std::string>& path) {
  if (&root == wanted) return true;
  if (!root.is_structured()) return false;
  for (const auto& [key, member] : root.items()) {
    path.push_back(key);
    if (find_path(member, wanted, path)) return true;
    path.pop_back();
  }
  return false;
}

// Follows the parser, builds the document and knows where it is, so that a key that comes twice and
// a number that no double holds are refused with their place.
class StrictReader : public nlohmann::json_sax<Json> {
 public:
  explicit StrictReader(const std::string& source) : source_(source) {}

  Json document() && { return std::move(document_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t& /*text*/) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t& /*value*/) override { return false; }  // JSON text has none
  bool start_object(std::size_t /*size*/) override { return open(Json::value_t::object); }
  bool start_array(std::size_t /*size*/) override { return open(Json::value_t::array); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& key) override {
    const auto [member, is_new] = open_.back().container->emplace(std::move(key), nullptr);
    open_.back().member = member;
    if (!is_new) fail("the key stands twice; keep one of the two");
    return true;
  }

  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) override {
    constexpr int kNumberOverflow = 406;  // of json.exception.out_of_range
    if (error.id == kNumberOverflow) {
      add(nullptr);  // it has no value, but a place
      fail("expected a finite number; this one is too large");
    }
    // nlohmann's text: "[json.exception.parse_error.101] parse error at line 1, column 5: …".
    std::string_view problem = error.what();
    if (const auto bracket = problem.find("] "); bracket != std::string_view::npos) {
      problem.remove_prefix(bracket + 2);
    }
    throw InputError(fmt::format("{}: not valid JSON: {}", source_, problem));
  }

 private:
  struct Open {
    Json* container;
    Json::iterator member = {};  // of an object: the last one that was begun
  };

  Json* place(Json value) {
    if (open_.empty()) return &(document_ = std::move(value));
    Open& open = open_.back();
    if (open.container->is_array()) return &open.container->emplace_back(std::move(value));
    return &(*open.member = std::move(value));
  }
  bool add(Json value) {
    place(std::move(value));
    return true;
  }
  bool open(Json::value_t type) {
    open_.push_back({.container = place(type)});
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  [[noreturn]] void fail(std::string_view problem) const {
    std::vector<std::string> path;
    for (const auto& [container, member] : open_) {
      path.push_back(container->is_array() ? std::to_string(container->size() - 1) : member.key());
    }
    fail_at(source_, path, problem);
  }

  const std::string& source_;
  Json document_;
  std::vector<Open> open_;  // from the outermost to the innermost
};

}  // namespace

Json parse_strict_json(std::string_view text, const std::string& source) {
  StrictReader reader(source);
  Json::sax_parse(text, &reader);
  return std::move(reader).document();
}

Json read_strict_json(const std::filesystem::path& file) {
  return parse_strict_json(read_file(file), file.string());
}

std::string json_text(const Json& document, int indent) {
  return document.dump(indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

void sort_list(Json& list) { std::ranges::sort(list.get_ref<Json::array_t&>()); }

void sort_list(Json& list, const char* member) {
  std::ranges::sort(list.get_ref<Json::array_t&>(), {},
                    [member](const Json& entry) -> const Json& { return entry.at(member); });
}

JsonCursor::JsonCursor(const Json& root, std::string source)
    : JsonCursor(std::make_shared<const Document>(Document{root, std::move(source)}), root) {}

JsonCursor::JsonCursor(std::shared_ptr<const Document> document, const Json& value)
    : document_(std::move(document)), value_(&value) {}

JsonCursor JsonCursor::at(std::string_view key) const {
  if (auto member = find(key)) return *std::move(member);
  fail(fmt::format("'{}' is missing", key));
}

std::optional<JsonCursor> JsonCursor::find(std::string_view key) const {
  if (!value_->is_object()) fail(fmt::format("expected an object, found {}", value_->dump()));
  const auto member = value_->find(key);
  if (member == value_->end()) return std::nullopt;
  return JsonCursor(document_, *member);
}

std::vector<JsonCursor> JsonCursor::elements() const {
  if (!value_->is_array()) fail(fmt::format("expected an array, found {}", value_->dump()));
  std::vector<JsonCursor> result;
  result.reserve(value_->size());
  for (const Json& element : *value_) result.push_back(JsonCursor(document_, element));
  return result;
}

std::vector<std::pair<std::string, JsonCursor>> JsonCursor::members() const {
  if (!value_->is_object()) fail(fmt::format("expected an object, found {}", value_->dump()));
  std::vector<std::pair<std::string, JsonCursor>> result;
  for (const auto& [key, member] : value_->items()) {
    result.emplace_back(key, JsonCursor(document_, member));
  }
  return result;
}

void JsonCursor::allow_only(std::span<const std::string_view> keys) const {
  for (const auto& [key, member] : members()) {
    if (!contains(keys, key)) {
      member.fail(fmt::format("unknown key; known here: {}", fmt::join(keys, ", ")));
    }
  }
}

void JsonCursor::require_match(const char* pattern, std::string_view expected) const {
  // Few patterns, for many values; to read one takes longer than to match it.
  thread_local std::map<std::string, Pattern> known;
  const Pattern& form = known.try_emplace(pattern, pattern).first->second;
  if (!form.matches(string())) {
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
  std::vector<std::string> path;
  find_path(document_->root, value_, path);
  fail_at(document_->source, path, problem);
}

}  // namespace pve_accept

NLOHMANN_JSON_NAMESPACE_BEGIN
template class basic_json<>;
NLOHMANN_JSON_NAMESPACE_END
