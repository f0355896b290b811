#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pve_accept {

using Json = nlohmann::json;

// Parses JSON that a person wrote: unlike nlohmann/json's own parser it refuses duplicate keys, and
// names the place of a number that no double holds. `source` names the text in errors. Throws
// InputError with line, column or JSON path.
Json parse_strict_json(std::string_view text, const std::string& source);

// The same for a file. Throws InputError also when the file cannot be read.
Json read_strict_json(const std::filesystem::path& file);

// The document as text: in one line, or indented. A byte that is no UTF-8 is replaced, for a node
// may print any: nothing is lost for want of one.
std::string json_text(const Json& document, int indent = -1);

// Puts a list in order: that of its elements, or of a member that all of them have.
void sort_list(Json& list);
void sort_list(Json& list, const char* member);

// A place in a JSON document whose complaints name its path:
// "thresholds.json: claims/docker.exec/unit: expected a string, found 5".
// Every accessor throws InputError. The document must outlive the cursor.
class JsonCursor {
 public:
  JsonCursor(const Json& root, std::string source);

  const Json& value() const { return *value_; }

  JsonCursor at(std::string_view key) const;                        // error when missing
  std::optional<JsonCursor> find(std::string_view key) const;       // empty when missing
  std::vector<JsonCursor> elements() const;                         // of an array
  std::vector<std::pair<std::string, JsonCursor>> members() const;  // of an object

  // Error when the object has any other key.
  void allow_only(std::span<const std::string_view> keys) const;
  void allow_only(std::initializer_list<std::string_view> keys) const {
    allow_only(std::span(keys.begin(), keys.size()));
  }

  // Error unless it is a text that matches the ECMAScript expression; `expected` says it in words.
  void require_match(const char* pattern, std::string_view expected) const;

  std::string string() const;
  double number() const;
  std::int64_t integer() const;
  std::int64_t integer_between(std::int64_t lowest, std::int64_t highest) const;
  bool boolean() const;

  // Throws InputError: "<source>: <path>: <problem>".
  [[noreturn]] void fail(std::string_view problem) const;

 private:
  struct Document {
    const Json& root;
    std::string source;
  };
  JsonCursor(std::shared_ptr<const Document> document, const Json& value);

  std::shared_ptr<const Document> document_;  // where the path is looked up when it is needed
  const Json* value_;
};

}  // namespace pve_accept

// Compiled once, in json.cpp, and not again in every room.
NLOHMANN_JSON_NAMESPACE_BEGIN
extern template class basic_json<>;
NLOHMANN_JSON_NAMESPACE_END
